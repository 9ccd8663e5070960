"""What a family asks for, by kind: the structures of `request` and how they become the domain's values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from msgspec import Meta, Struct

from bot.domain import appointment, insurance, message, referral, refill
from bot.domain.message import Kind
from bot.portals.contract import LIST_LIMIT, Day, Line, Note, Time, one_of
from bot.portals.text import day, line, moment, words

_SCHEDULES = {word.lower(): word for word in ("none", "II", "III", "IV", "V")}
_TELLING = {  # a field that only one kind of request has
    "medications": Kind.REFILL,
    "member_id": Kind.INSURANCE,
    "payer": Kind.INSURANCE,
    "specialty": Kind.REFERRAL,
    "visit_type": Kind.APPOINTMENT,
    "preferred": Kind.APPOINTMENT,
}


class Medication(Struct, kw_only=True, omit_defaults=True):
    """One medicine."""

    line: Annotated[int | None, Meta(description="Number of the line, repeated in the decision; missing: counted.")] = (
        None
    )
    text: Annotated[Line | None, Meta(description="The medicine as the family sees it.")] = None
    sig: Annotated[Note | None, Meta(description="How it is taken.")] = None
    strength: Line | None = None
    quantity: Line | None = None
    prescriber: Line | None = None
    last_filled: Day | None = None
    refills_left: int | None = None
    schedule: Annotated[
        Line | None,
        Meta(
            description="Schedule of the Controlled Substances Act (21 CFR 1308). Missing or another word: unknown, "
            "which is handled as controlled.",
            **one_of("none", "II", "III", "IV", "V", "unknown"),
        ),
    ] = None
    rxnorm: Line | None = None
    ndc: Line | None = None
    prescription_id: Line | None = None


class Pharmacy(Struct, kw_only=True, omit_defaults=True):
    """Where the family wants to pick it up."""

    name: Line | None = None
    phone: Line | None = None
    address: Line | None = None
    ncpdp: Annotated[Line | None, Meta(description="NCPDP provider id.")] = None


class RefillRequest(Struct, kw_only=True, omit_defaults=True):
    """Medicines that the family wants again."""

    medications: Annotated[list[Medication], Meta(max_length=LIST_LIMIT)] = []
    pharmacy: Pharmacy | None = None
    needed_by: Day | None = None


class WishedTime(Struct, kw_only=True, omit_defaults=True):
    """A time that would suit: `start` and `end`, or `days` and `part_of_day`."""

    start: Time | None = None
    end: Time | None = None
    days: Annotated[list[Line], Meta(max_length=LIST_LIMIT, examples=[["mon", "wed"]])] = []
    part_of_day: Annotated[Line | None, Meta(examples=["morning"])] = None


class AppointmentRequest(Struct, kw_only=True, omit_defaults=True):
    """A visit that the family wants, wants moved or cancels."""

    action: Annotated[Line | None, Meta(description="Another word: new.", **one_of("new", "reschedule", "cancel"))] = (
        None
    )
    visit_type: Line | None = None
    reason: Note | None = None
    provider: Line | None = None
    location: Line | None = None
    preferred: Annotated[list[WishedTime], Meta(max_length=LIST_LIMIT)] = []
    appointment_id: Line | None = None


class Subscriber(Struct, kw_only=True, omit_defaults=True):
    """The person whose insurance it is."""

    name: Line | None = None
    birth_date: Day | None = None
    relationship: Line | None = None


class InsuranceChange(Struct, kw_only=True, omit_defaults=True):
    """The family's new insurance."""

    payer: Line | None = None
    plan: Line | None = None
    member_id: Line | None = None
    group: Line | None = None
    subscriber: Subscriber | None = None
    effective_from: Day | None = None
    replaces: Line | None = None
    card_attachments: Annotated[
        list[Line], Meta(max_length=LIST_LIMIT, description="Ids of attachments that show the card.")
    ] = []


class ReferralRequest(Struct, kw_only=True, omit_defaults=True):
    """A referral that the family needs."""

    specialty: Line | None = None
    to: Annotated[Line | None, Meta(description="The specialist or clinic.")] = None
    reason: Note | None = None
    urgency: Line | None = None
    visit_date: Day | None = None


Request = RefillRequest | AppointmentRequest | InsuranceChange | ReferralRequest
STRUCTURES: dict[Kind, type[Request]] = {
    Kind.REFILL: RefillRequest,
    Kind.APPOINTMENT: AppointmentRequest,
    Kind.INSURANCE: InsuranceChange,
    Kind.REFERRAL: ReferralRequest,
}


def kind_told_by(request: Any) -> Kind:
    """The kind that a request's own fields tell, for a portal that names none; general when they tell nothing."""
    if not isinstance(request, dict):
        return Kind.GENERAL
    return next((kind for name, kind in _TELLING.items() if request.get(name)), Kind.GENERAL)


def translated(request: Request) -> message.Request:
    """The domain's value of a request."""
    return _TRANSLATIONS[type(request)](request)


def _refill(request: RefillRequest) -> refill.RefillRequest:
    lines: list[refill.Medication] = []
    for given in request.medications:
        lines.append(_medication(given, number=_number(given.line, {one.line for one in lines})))
    return refill.RefillRequest(
        medications=tuple(lines), pharmacy=_pharmacy(request.pharmacy), needed_by=day(request.needed_by)
    )


def _number(given: int | None, taken: set[int]) -> int:
    """The portal's own number of a line where it is usable; else the next free one. Two lines never share one."""
    if given is not None and given not in taken and 0 <= given < 2**31:
        return given
    number = len(taken) + 1
    while number in taken:
        number += 1
    return number


def _medication(given: Medication, *, number: int) -> refill.Medication:
    left = given.refills_left
    return refill.Medication(
        line=number,
        text=line(given.text) or "",
        sig=words(given.sig) or None,
        strength=line(given.strength),
        quantity=line(given.quantity),
        prescriber=line(given.prescriber),
        last_filled=day(given.last_filled),
        refills_left=left if left is not None and 0 <= left < 2**31 else None,
        schedule=_SCHEDULES.get((given.schedule or "").strip().lower(), "unknown"),
        rxnorm=line(given.rxnorm),
        ndc=line(given.ndc),
        prescription_id=line(given.prescription_id),
    )


def _pharmacy(given: Pharmacy | None) -> refill.Pharmacy | None:
    if given is None or given == Pharmacy():
        return None
    return refill.Pharmacy(
        name=line(given.name) or "", phone=line(given.phone), address=line(given.address), ncpdp=line(given.ncpdp)
    )


def _appointment(request: AppointmentRequest) -> appointment.AppointmentRequest:
    action = (request.action or "").strip().lower()
    return appointment.AppointmentRequest(
        action=action if action in {"reschedule", "cancel"} else "new",
        visit_type=line(request.visit_type),
        reason=words(request.reason) or None,
        provider=line(request.provider),
        location=line(request.location),
        preferred=tuple(
            appointment.WishedTime(
                start=moment(wish.start),
                end=moment(wish.end),
                days=tuple(shown for one in wish.days if (shown := line(one))),
                part_of_day=line(wish.part_of_day),
            )
            for wish in request.preferred
        ),
        appointment_id=line(request.appointment_id),
    )


def _insurance(request: InsuranceChange) -> insurance.InsuranceChange:
    holder = request.subscriber
    return insurance.InsuranceChange(
        payer=line(request.payer),
        plan=line(request.plan),
        member_id=line(request.member_id),
        group=line(request.group),
        subscriber=None
        if holder is None
        else insurance.Subscriber(
            name=line(holder.name), birth_date=day(holder.birth_date), relationship=line(holder.relationship)
        ),
        effective_from=day(request.effective_from),
        replaces=line(request.replaces),
        card_attachments=tuple(shown for one in request.card_attachments if (shown := line(one))),
    )


def _referral(request: ReferralRequest) -> referral.ReferralRequest:
    return referral.ReferralRequest(
        specialty=line(request.specialty),
        to=line(request.to),
        reason=words(request.reason) or None,
        urgency=line(request.urgency),
        visit_date=day(request.visit_date),
    )


_TRANSLATIONS: dict[type[Any], Callable[[Any], message.Request]] = {
    RefillRequest: _refill,
    AppointmentRequest: _appointment,
    InsuranceChange: _insurance,
    ReferralRequest: _referral,
}
