"""An insurance change's lines: the new insurance as the family gave it."""

from __future__ import annotations

from bot.domain.insurance import InsuranceChange, Subscriber
from bot.slack.blocks import Block, Line, joined, say, section
from bot.slack.clock import Clock, born, full_day
from bot.slack.text import given, line


def elements(change: InsuranceChange | None, clock: Clock) -> list[Block]:
    """The change on a card."""
    del clock  # days of insurance are written with their year
    return [section(*joined(_facts(change or InsuranceChange(), most=120)))]


def lines(change: InsuranceChange | None, clock: Clock) -> list[Line]:
    """The change in full."""
    del clock
    return _facts(change or InsuranceChange(), most=20_000)


def _facts(change: InsuranceChange, *, most: int) -> list[Line]:
    plan = [given(change.payer, "payer", most), given(change.plan, "plan", most)]
    photos = len(change.card_attachments)
    return [
        [say("New ", bold=True), say(", ".join(plan))],
        [
            *(say("Member ", bold=True), say(given(change.member_id, "", most) + "   ")),
            *(say("Group ", bold=True), say(given(change.group, "", most))),
        ],
        [say("Subscriber ", bold=True), say(_subscriber(change.subscriber, most=most))],
        [
            *(say("From ", bold=True), say(full_day(change.effective_from) + "   ")),
            *(say("Replaces ", bold=True), say(given(change.replaces, "", most))),
        ],
        [say("Card photos ", bold=True), say(f"{photos}, view in portal" if photos else "not given")],
    ]


def _subscriber(person: Subscriber | None, *, most: int) -> str:
    if person is None:
        return "not given"
    day = born(person.birth_date)
    parts = [given(person.name, "name", most), line(person.relationship, most), day[:1].lower() + day[1:]]
    return ", ".join(part for part in parts if part)
