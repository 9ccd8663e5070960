"""What happened to a message, from the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.entitled import seat, write
from bot.domain.journal import Entry
from bot.domain.permission import Act
from bot.domain.picture import Picture
from bot.domain.staff import Person
from bot.domain.store import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A conversation, and its rows of the journal, oldest first."""

    picture: Picture
    entries: Sequence[Entry]


def open_history(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Told:
    """Everything that happened; that somebody looked is recorded as well."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.HISTORY)
    entries = records.history(conversation_id)
    write(records, "history.opened", found.conversation, by=found.staff, now=now)
    return Told(picture=found.picture, entries=entries)
