"""An appointment request's lines: what for, with whom, where, and the times that would suit."""

from __future__ import annotations

from bot.domain.appointment import AppointmentRequest, WishedTime
from bot.slack.blocks import Block, Line, joined, listed, say, section
from bot.slack.clock import Clock
from bot.slack.text import given, line

MOST = 5  # wished times on a card
_ACTIONS = {"new": "New visit ", "reschedule": "Move a visit ", "cancel": "Cancel a visit "}


def elements(request: AppointmentRequest | None, clock: Clock) -> list[Block]:
    """The request on a card."""
    wished = request.preferred if request else ()
    head = section(*joined(_facts(request, most=160)))
    if not wished:
        return [head]
    times = [[say(_time(one, clock, most=80))] for one in wished[:MOST]]
    if len(wished) > MOST:
        times.append([say(f"{len(wished) - MOST} more, press Open")])
    return [head, listed(times)]


def lines(request: AppointmentRequest | None, clock: Clock) -> list[Line]:
    """The request in full."""
    wished = request.preferred if request else ()
    return [*_facts(request, most=20_000), *([say(f"• {_time(one, clock, most=2000)}")] for one in wished)]


def _facts(request: AppointmentRequest | None, *, most: int) -> list[Line]:
    ask = request or AppointmentRequest(action="")
    facts: list[Line] = [
        [say(_ACTIONS.get(ask.action, "Visit "), bold=True), say(given(ask.visit_type, "type of visit", most))],
        [say("With ", bold=True), say(given(ask.provider, "", most))],
        [say("Where ", bold=True), say(given(ask.location, "", most))],
    ]
    if reason := line(ask.reason, most):
        facts.insert(1, [say("Why ", bold=True), say(reason)])
    if booked := line(ask.appointment_id, 60):
        facts.append([say("Booked as ", bold=True), say(booked)])
    if ask.preferred or ask.action != "cancel":
        facts.append([say("Wished times", bold=True), say("" if ask.preferred else " not given")])
    return facts


def _time(wished: WishedTime, clock: Clock, *, most: int) -> str:
    if wished.start is None:
        words = " ".join(part for part in (", ".join(wished.days), wished.part_of_day or "") if part)
        return line(words, most) or "time not given"
    day, start = clock.weekday(clock.local(wished.start).date()), clock.time(wished.start)
    if wished.end is None:
        return f"{day}, {start}"
    same = clock.local(wished.end).date() == clock.local(wished.start).date()
    end = clock.time(wished.end) if same else clock.stamp(wished.end)
    if same and start[-2:] == end[-2:]:
        start = start[:-3]
    return f"{day}, {start} to {end}"
