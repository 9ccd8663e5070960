"""The people of the practice and their roles."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What the practice says a person is. Roles add up."""

    STAFF = "staff"  # works on the messages of their departments
    PRESCRIBER = "prescriber"  # may decide refills
    ADMIN = "admin"  # maps channels, says who is what


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A person of the practice. `slack` is the Slack user id; `departments` are names of departments."""

    slack: str
    name: str
    title: str | None = None
    roles: frozenset[Role] = frozenset()
    departments: tuple[str, ...] = ()
    npi: str | None = None
    covered_by: str | None = None
    own_portal_users: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """The name as families and colleagues read it: "Alice Moreno, RN"."""
        return f"{self.name}, {self.title}" if self.title else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who pressed, as Slack tells it. `member` is None when Slack could not be asked.

    `member` is False for guests, people of other workspaces, bots and deactivated accounts.
    """

    slack: str
    member: bool | None
