"""A referral request's lines: to whom, for what, by when."""

from __future__ import annotations

from bot.domain.referral import ReferralRequest
from bot.slack.blocks import Block, Line, joined, say, section
from bot.slack.clock import Clock, full_day
from bot.slack.text import given


def elements(request: ReferralRequest | None, clock: Clock) -> list[Block]:
    """The request on a card."""
    del clock  # the day of a visit is written with its year
    return [section(*joined(_facts(request or ReferralRequest(), most=160)))]


def lines(request: ReferralRequest | None, clock: Clock) -> list[Line]:
    """The request in full."""
    del clock
    return _facts(request or ReferralRequest(), most=20_000)


def _facts(request: ReferralRequest, *, most: int) -> list[Line]:
    return [
        [say("Specialty ", bold=True), say(given(request.specialty, "", most))],
        [say("To ", bold=True), say(given(request.to, "", most))],
        [say("Why ", bold=True), say(given(request.reason, "", most))],
        [
            *(say("Urgency ", bold=True), say(given(request.urgency, "", most) + "   ")),
            *(say("Visit ", bold=True), say(full_day(request.visit_date))),
        ],
    ]
