"""An insurance change's own data. What is not given is None, and shown as unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """The person whose insurance it is."""

    name: str | None = None
    birth_date: date | None = None
    relationship: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuranceChange:
    """The new insurance. `card_attachments` are ids of the message's attachments."""

    payer: str | None = None
    plan: str | None = None
    member_id: str | None = None
    group: str | None = None
    subscriber: Subscriber | None = None
    effective_from: date | None = None
    replaces: str | None = None
    card_attachments: tuple[str, ...] = ()
