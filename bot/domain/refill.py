"""A refill request's own data. What is not given is None, and shown as unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What a prescriber may say about one line (CONTRACT section 5)."""

    APPROVED = "approved"  # as asked
    CHANGED = "approved_changed"  # with another quantity, refills, directions or pharmacy
    DENIED = "denied"  # with a coded reason
    VISIT = "needs_visit"  # an appointment first
    INFO = "needs_info"  # something must be asked first
    ALREADY = "already_sent"  # the pharmacy has it
    SIGNED = "done_in_ehr"  # attested: signed in the EHR by this prescriber


class Denial(StrEnum):
    """Why a refill is denied: the HL7 and NCPDP renewal refusals, in the words of design/README."""

    APPOINTMENT = "needs_appointment"  # NCPDP AB/AM: the patient should be seen first
    NEW = "has_new_prescription"  # AF: already has a new prescription
    CHANGED = "changed"  # the medicine was changed
    HOLD = "on_hold"  # on hold
    STOPPED = "stopped"  # AK: therapy was stopped
    NOT_OURS = "not_our_patient"  # AA: patient unknown to the prescriber
    AWAY = "prescriber_not_available"  # AL: change of prescriber
    OTHER_DOCTOR = "family_doctor"  # AM: another doctor must decide
    NO_LONGER_MADE = "no_longer_made"  # AH: product is no longer made


DENIALS = {
    Denial.APPOINTMENT: "needs an appointment first",
    Denial.NEW: "already has a new prescription",
    Denial.CHANGED: "was changed",
    Denial.HOLD: "on hold",
    Denial.STOPPED: "was stopped",
    Denial.NOT_OURS: "not our patient",
    Denial.AWAY: "prescriber not available",
    Denial.OTHER_DOCTOR: "family doctor must decide",
    Denial.NO_LONGER_MADE: "no longer made",
}

FREELY = (Outcome.APPROVED, Outcome.CHANGED, Outcome.DENIED, Outcome.VISIT, Outcome.INFO, Outcome.ALREADY)
IN_THE_EHR = (Outcome.SIGNED, Outcome.DENIED, Outcome.VISIT, Outcome.INFO)  # of what no button may approve


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication:
    """One line of a refill request, as the portal gave it; `schedule`: none, II to V, unknown (21 CFR 1308)."""

    line: int
    text: str
    sig: str | None = None
    strength: str | None = None
    quantity: str | None = None
    prescriber: str | None = None
    last_filled: date | None = None
    refills_left: int | None = None
    schedule: str = "unknown"
    rxnorm: str | None = None
    ndc: str | None = None
    prescription_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pharmacy:
    """Where the family wants to pick it up."""

    name: str
    phone: str | None = None
    address: str | None = None
    ncpdp: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillRequest:
    """What a refill request asks for."""

    medications: tuple[Medication, ...] = ()
    pharmacy: Pharmacy | None = None
    needed_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Another refill request of the same family: for the same child, or for a brother or sister (`sibling`)."""

    conversation_id: str
    number: int
    at: datetime
    sibling: str | None
    medications: tuple[Medication, ...]
