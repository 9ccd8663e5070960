"""What was decided about a request: a medicine line, a visit, an insurance, a referral; one row for each round."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.domain.message import Kind, Patient
from bot.domain.refill import Medication
from bot.domain.reply import Author

APPROVED = frozenset({"approved", "approved_changed"})
APPROVING = APPROVED | {"already_sent"}  # only what is approvable may get one of these (SAFETY I11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A time at the practice: booked, or offered. `start` is aware UTC."""

    start: datetime
    end: datetime | None = None
    provider: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The particulars of a decision; what does not belong to its kind stays None.

    Refill: `quantity`, `refills`, `sig`, `pharmacy`, `reason` (a code of bot.domain.refill, or words), `medicine` as
    it was shown. Appointment: `visits` (one booked, or those offered), `appointment_id`. Referral: `referral_id`,
    `specialist`, `visit_date`. `reason` in words for the others. `about`: a digest of whom and what it was decided
    about (`asked_about`), None for what an older version decided.
    """

    medicine: str | None = None
    quantity: str | None = None
    refills: int | None = None
    sig: str | None = None
    pharmacy: str | None = None
    reason: str | None = None
    visits: tuple[Visit, ...] = ()
    appointment_id: str | None = None
    referral_id: str | None = None
    specialist: str | None = None
    visit_date: date | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision. `message_id` is our id of the message that asked; `line` is 0 for kinds without lines.

    `round` grows by one each time a decision is changed; the greatest counts. `approvable`: what CONTRACT section 5's
    rule said when it was decided. `reply_id` is the answer that told the family, None while nobody did. `entered_at`:
    when a person attested that an approved refill stands in the EHR.
    """

    id: str
    conversation_id: str
    message_id: str
    kind: Kind
    line: int
    round: int
    outcome: str
    by: Author
    at: datetime
    npi: str | None = None
    approvable: bool = False
    terms: Terms = Terms()
    reply_id: str | None = None
    entered_at: datetime | None = None
    entered_by: str | None = None

    def repeats(self, before: Decision | None) -> bool:
        """Whether just that was decided before, by whomever."""
        return before is not None and (self.outcome, self.terms) == (before.outcome, before.terms)


def asked_about(patient: Patient, medication: Medication | None = None) -> str:
    """A digest of the child and the medicine line: once it is another, a decision about them tells nobody anything."""
    child = [patient.id] if patient.id else [patient.name, patient.birth_date]
    m = medication
    line = [m.text, m.strength, m.sig, m.quantity, m.schedule] if m else []
    told = "\0".join(str(part or "") for part in (*child, *line))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def in_force(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The newest round of each line, in the order of messages and lines."""
    if not decisions:
        return ()
    newest: dict[tuple[str, int], Decision] = {}
    for decision in decisions:
        key = (decision.message_id, decision.line)
        if key not in newest or newest[key].round < decision.round:
            newest[key] = decision
    return tuple(newest[key] for key in sorted(newest))


def to_enter(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Approved refills that nobody has entered in the EHR yet."""
    return tuple(d for d in in_force(decisions) if d.outcome in APPROVED and d.entered_at is None)


def untold(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Decisions that count and that no answer has carried to the portal yet."""
    return tuple(d for d in in_force(decisions) if d.reply_id is None)


def told(decisions: Sequence[Decision]) -> dict[str, Any] | None:
    """The `decision` object of the portal contract (CONTRACT section 5, Out); None when there is nothing to tell."""
    if not decisions or decisions[-1].outcome == "cancelled":  # the contract has no word for it
        return None
    last = decisions[-1]
    terms = last.terms
    match last.kind:
        case Kind.REFILL:
            return {"kind": "refill", "lines": [_line(d) for d in decisions if d.kind is Kind.REFILL]}
        case Kind.APPOINTMENT:
            visits = [_visit(visit) for visit in terms.visits]
            shape = {"visit": visits[0]} if last.outcome == "booked" and visits else {"offers": visits}
            return (
                {"kind": "appointment", "outcome": last.outcome}
                | shape
                | _given(appointment_id=terms.appointment_id, reason=terms.reason)
            )
        case Kind.INSURANCE:
            return {"kind": "insurance", "outcome": last.outcome} | _given(reason=terms.reason)
        case _:
            day = terms.visit_date.isoformat() if terms.visit_date else None
            more = _given(referral_id=terms.referral_id, specialist=terms.specialist, visit_date=day)
            return {"kind": "referral", "outcome": last.outcome} | more | _given(reason=terms.reason)


def _line(decision: Decision) -> dict[str, Any]:
    return {
        "line": decision.line,
        "outcome": decision.outcome,
        "quantity": decision.terms.quantity,
        "refills": decision.terms.refills,
        "reason": decision.terms.reason,
        "decided_by": {"name": decision.by.name, "npi": decision.npi},
        "decided_at": decision.at.isoformat().replace("+00:00", "Z"),
    }


def _visit(visit: Visit) -> dict[str, Any]:
    times = {"start": visit.start.isoformat().replace("+00:00", "Z")}
    end = visit.end.isoformat().replace("+00:00", "Z") if visit.end else None
    return times | _given(end=end, provider=visit.provider, location=visit.location)


def _given(**values: str | None) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
