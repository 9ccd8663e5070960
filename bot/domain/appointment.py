"""An appointment request's own data. What is not given is None, and shown as unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WishedTime:
    """A time that would suit: from `start` to `end` (aware UTC), or `days` and `part_of_day` in the family's words."""

    start: datetime | None = None
    end: datetime | None = None
    days: tuple[str, ...] = ()
    part_of_day: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentRequest:
    """What an appointment request asks for. `action`: new, reschedule or cancel."""

    action: str = "new"
    visit_type: str | None = None
    reason: str | None = None
    provider: str | None = None
    location: str | None = None
    preferred: tuple[WishedTime, ...] = ()
    appointment_id: str | None = None
