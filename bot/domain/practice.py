"""The practice as its reviewed file says it: one frozen value, replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.department import Department, Hours, Route
from bot.domain.staff import Role, Staff


class CardDetail(StrEnum):
    """How much of a message stands on the channel's card. The practice must choose."""

    MINIMAL = "minimal"  # kind, department, clock, number, initials
    FULL = "full"  # the text too


class Calendar(Protocol):
    """The days on which the practice is closed."""

    def is_closed(self, day: date) -> bool:
        """Whether the practice is closed on that local day: a holiday, or named in `closed`."""
        ...


# What a phrase's {gaps} are filled with; any other name stays a gap that the writer fills in.
PLACEHOLDERS = frozenset(
    {
        "sender_first_name",
        "sender_name",
        "patient_first_name",
        "patient_name",
        "provider",
        "pharmacy",
        "medication",
        "practice",
        "department",
        "my_name",
        "my_title",
        "today",
        "appointment_time",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A ready text of a notebook, with {placeholders} (PLACEHOLDERS)."""

    notebook: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """Everything an admin decides. `timezone` is an IANA name; `version` is that of the stored file."""

    name: str
    timezone: str
    card_detail: CardDetail
    hours: Hours
    calendar: Calendar
    departments: tuple[Department, ...]
    default_department: str
    staff: tuple[Staff, ...]
    urgent_channel: str | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    medicines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    retention: Mapping[str, timedelta] = field(default_factory=dict)
    version: int = 0

    def department(self, name: str) -> Department:
        """The department of that name; the default one when the name is no longer known, so that nothing is lost."""
        for department in self.departments:
            if department.name == name:
                return department
        return next(d for d in self.departments if d.name == self.default_department)

    def person(self, slack: str) -> Staff | None:
        """The staff member with that Slack user id, or None."""
        return next((s for s in self.staff if s.slack == slack), None)

    def cover(self, slack: str) -> Staff | None:
        """Who does the work of that person now: themselves, or whoever covers for them while they are away."""
        person, seen = self.person(slack), {slack}
        while person and person.covered_by and person.covered_by not in seen:
            seen.add(person.covered_by)
            stand_in = self.person(person.covered_by)
            if stand_in is None or not stand_in.roles:
                break
            person = stand_in
        return person

    def covered(self, slack: str) -> tuple[Staff, ...]:
        """The people who are away and whose work that person does."""
        away = (s for s in self.staff if s.covered_by and s.slack != slack)
        return tuple(s for s in away if (found := self.cover(s.slack)) and found.slack == slack)

    def turns_of(self, slack: str) -> tuple[str, ...]:
        """Whose turn counts as that person's: their own, and that of everybody they cover for."""
        return (slack, *(away.slack for away in self.covered(slack)))

    @property
    def admins(self) -> tuple[Staff, ...]:
        """Everybody who can change this file."""
        return tuple(s for s in self.staff if Role.ADMIN in s.roles)

    @property
    def ask(self) -> str:
        """Whom to turn to, in words: "Pat Quinn (admin)"."""
        return f"{self.admins[0].name} (admin)" if self.admins else "your practice's admin"

    def hours_of(self, department: Department) -> Hours:
        """A department's own hours, else the practice's."""
        return department.hours or self.hours
