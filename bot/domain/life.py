"""What is kept of the lives of the service, and of the events that they have begun (`bot/domain/suspect.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol


class LifeRecords(Protocol):
    """Lives, and events that were under way when one ended."""

    def life_began(self, name: str, *, now: datetime) -> Mapping[str, int]:
        """Remember a life of the service; the earlier ones without an end, and how often each has shown itself."""
        ...

    def life_beats(self, name: str, *, now: datetime) -> None:
        """It goes on."""
        ...

    def lives_shown(self) -> Mapping[str, int]:
        """How often each life has shown itself; its own end is as good as two beats."""
        ...

    def lives_over(self, names: Iterable[str], *, now: datetime) -> None:
        """They have no end of their own and do not go on."""
        ...

    def life_ended(self, name: str, *, now: datetime) -> None:
        """It ended as it should, and no event was the end of it."""
        ...

    def has_suspects(self) -> bool:
        """Whether any event was begun in some life and not taken in."""
        ...

    def suspected(self, *, portal: str, event_id: str) -> bool:
        """Whether this event was."""
        ...

    def suspect(self, *, portal: str, event_id: str, life: str, now: datetime) -> int:
        """Write down that a life begins with an event; in how many it was begun and not taken in, this one included."""
        ...

    def forgive(self, *, portal: str, event_id: str, life: str) -> None:
        """In that life it was not the event's fault."""
        ...

    def unsuspect(self, *, portal: str, event_id: str) -> None:
        """It was taken in."""
        ...
