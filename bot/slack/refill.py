"""A refill request's lines: what is known of each medicine, and what is not."""

from __future__ import annotations

from typing import assert_never

from bot.domain.controlled import Judged, Medicines, Why, judge
from bot.domain.hints import early
from bot.domain.refill import Medication, Pharmacy, RefillRequest
from bot.slack.blocks import Block, Line, emoji, listed, say, section
from bot.slack.clock import Clock
from bot.slack.people import phone
from bot.slack.text import given, line

MOST = 4  # medicines on a card


def elements(request: RefillRequest | None, clock: Clock, medicines: Medicines) -> list[Block]:
    """The request on a card: at most four medicines, the pharmacy, the day; `medicines`: the practice's own lists."""
    asked = request.medications if request else ()
    shown = [joined_lines(medicine(m, clock, judged=judge(m, medicines=medicines), most=160)) for m in asked[:MOST]]
    made = [listed(shown, "ordered")] if shown else [section(say("Medicine ", bold=True), say("not given"))]
    if len(asked) > MOST:
        made.append(section(say(f"{len(asked) - MOST} more, press Open", bold=True)))
    return [*made, section(*joined_lines(rest(request, clock, most=120)))]


def lines(request: RefillRequest | None, clock: Clock, medicines: Medicines) -> list[Line]:
    """The request in full."""
    made: list[Line] = []
    for medication in request.medications if request else ():
        judged = judge(medication, medicines=medicines)
        first, *more = medicine(medication, clock, judged=judged, most=20_000)
        made += [[say(f"{medication.line}. ", bold=True), *first], *more, *_source(medication)]
    return [*(made or [[say("Medicine ", bold=True), say("not given")]]), *rest(request, clock, most=20_000)]


def joined_lines(lines: list[Line]) -> Line:
    """Lines as one list item."""
    pieces: Line = []
    for one in lines:
        pieces += [say("\n"), *one] if pieces else one
    return pieces


def medicine(medication: Medication, clock: Clock, *, judged: Judged, most: int = 400) -> list[Line]:
    """What is known of a medicine, and what is not; `judged`: what our rule says of it."""
    name, strength = given(medication.text, "medicine", most), line(medication.strength, most)
    if strength and strength.lower() not in name.lower():
        name = f"{name} {strength}"
    left = medication.refills_left
    days = early(medication, today=clock.today)
    soon = f", {days} day{'s' if days != 1 else ''} ago: early" if days is not None else ""
    facts = [
        f"Last filled {clock.day(medication.last_filled)}{soon}" if medication.last_filled else "Last fill not given",
        "refills not given" if left is None else f"{left} refill{'s' if left != 1 else ''} left",
        line(medication.quantity, 60) or "quantity not given",
    ]
    lines: list[Line] = [[say(name, bold=True)], *_schedule(judged)]
    return [*lines, [say(given(medication.sig, "directions", most))], [say(" · ".join(facts))]]


def _schedule(judged: Judged) -> list[Line]:
    """Controlled, or not known: with the lock that says where it is signed."""
    schedule = f" ({judged.schedule})" if judged.schedule else ""
    match judged.why:
        case Why.ALLOWED_BY_PORTAL | Why.ALLOWED_BY_PRACTICE:
            return []
        case Why.PRACTICE:
            told = "Controlled, says the practice"
        case Why.OURS:
            told = f"Controlled{schedule}"
        case Why.PORTAL:
            told = f"Controlled{schedule}, says the portal"
        case Why.UNKNOWN:
            told = "Nobody says that it is not controlled"
        case _:
            assert_never(judged.why)
    return [[emoji("lock"), say(" "), say(f"{told}: sign it in the EHR", bold=True)]]


def _source(medication: Medication) -> list[Line]:
    return [[say("Prescribed by ", bold=True), say(given(medication.prescriber, ""))]]


def rest(request: RefillRequest | None, clock: Clock, *, most: int = 200) -> list[Line]:
    """The pharmacy, and the day."""
    needed = request.needed_by if request else None
    return [
        [say("Pharmacy ", bold=True), say(_pharmacy(request.pharmacy if request else None, most=most))],
        [say("Needed by ", bold=True), say(clock.weekday(needed) if needed else "not given")],
    ]


def _pharmacy(pharmacy: Pharmacy | None, *, most: int) -> str:
    if pharmacy is None:
        return "not given"
    parts = [given(pharmacy.name, "name", most), phone(pharmacy.phone), line(pharmacy.address, most)]
    return ", ".join(part for part in parts if part)
