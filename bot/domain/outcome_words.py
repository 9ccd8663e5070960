"""The words that follow the fields of an outcome window, as far as they are filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.appointment import AppointmentRequest
from bot.domain.decision import Visit
from bot.domain.message import Kind
from bot.domain.outcome import CANCELLED, Filled, Recording, visits_of
from bot.domain.practice import Practice
from bot.domain.privacy import first_name
from bot.domain.referral import ReferralRequest
from bot.domain.refused import Refused


def proposal(recording: Recording, filled: Filled, *, now: datetime) -> str:
    """The words that follow the fields, as far as they are filled in; "" while nothing is chosen."""
    picture = recording.picture
    filled = _as_asked(recording, filled)
    child = first_name(picture.patient.name) or "your child"
    name = first_name(picture.sender.name)
    sentence = _sentence(recording, filled, child, now=now)
    return f"Hi {name}, {sentence}" if name and sentence else sentence


def _as_asked(recording: Recording, filled: Filled) -> Filled:
    """What the window fills in from the request counts before anybody touched the field."""
    request = recording.message.content.request
    if isinstance(request, ReferralRequest) and not filled.specialist.strip():
        return replace(filled, specialist=request.to or "")
    if isinstance(request, AppointmentRequest) and not filled.place.strip():
        return replace(filled, place=request.location or "")
    return filled


def _sentence(recording: Recording, filled: Filled, child: str, *, now: datetime) -> str:
    kind = recording.seat.conversation.kind
    if kind is Kind.APPOINTMENT:
        return _about_visit(recording, filled, child, now=now)
    if kind is Kind.INSURANCE:
        return {
            "recorded": f"thank you. We updated {child}'s insurance. Please bring the card to the next visit.",
            "needs_info": f"thank you. To update {child}'s insurance we still need: ",
            "rejected": f"we could not accept the new insurance for {child}: ",
        }.get(filled.outcome, "")
    whom = f" to {filled.specialist.strip()}" if filled.specialist.strip() else ""
    number = f" Its number is {filled.number.strip()}." if filled.number.strip() else ""
    return {
        "created": f"{child}'s referral{whom} is ready.{number}",
        "needs_visit": f"{child} needs a visit with us before the referral. Please ask for an appointment here.",
        "needs_info": f"before we can write {child}'s referral, please tell us: ",
        "declined": f"we cannot write this referral for {child}: ",
    }.get(filled.outcome, "")


def _about_visit(recording: Recording, filled: Filled, child: str, *, now: datetime) -> str:
    request = recording.message.content.request
    what = (request.visit_type if isinstance(request, AppointmentRequest) else None) or "visit"
    practice = recording.picture.practice
    if filled.outcome in ("booked", "offered"):
        try:
            visits = visits_of(filled, practice, now=now)
        except Refused:
            return ""
        return _times(visits, f"{child}'s {what}", practice, offered=filled.outcome == "offered")
    return {
        "declined": f"we cannot offer a time for {child}'s {what} right now: ",
        "needs_call": f"please call us about {child}'s {what}, so that we find a time together.",
        CANCELLED: f"{child}'s {what} is cancelled. Ask for a new time here whenever you like.",
    }.get(filled.outcome, "")


def _times(visits: Sequence[Visit], what: str, practice: Practice, *, offered: bool) -> str:
    told = [_long(visit.start, practice) for visit in visits]
    first = visits[0]
    with_whom = f" with {first.provider}" if first.provider else ""
    where = f", {first.location}" if first.location else ""
    if not offered:
        return f"{what} is on {told[0]}{with_whom}{where}."
    listed = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"
    return f"for {what}{with_whom} we can offer {listed}{where}. Which one suits you?"


def _long(at: datetime, practice: Practice) -> str:
    """Such as "Tuesday, December 1 at 3:20 PM", in the practice's time zone."""
    local = at.astimezone(ZoneInfo(practice.timezone))
    clock = f"{local.hour % 12 or 12}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"
    return f"{local:%A}, {local:%B} {local.day} at {clock}"
