"""A refill request's own data. What is not given is None, and shown as unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


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
