"""Events that may have ended the service: counted before they are read, and set aside when it happened again and again.

After an end that was none (a kill, a crash) the service is careful for a while: each event is counted in a commit of
its own before anything reads it, and the count goes when it was taken in. What ends the process is never taken in, so
its count grows with every life (SAFETY I25).

Where several processes share a database, a life without an end may be another one's that goes on. Each shows that by
beats; who starts is careful until all of them have shown themselves, and for the whole while when one does not. No
clock is compared: a life that beats after the start did not end before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.journal import Entry
from bot.domain.store import Records

MOST = 3  # times that an event may have been under way when the service ended
CAREFUL = timedelta(minutes=10)  # after such an end; a portal sends again within that
SET_ASIDE = "the service ended each time it read this, so it was set aside unread"


@dataclass(frozen=True, slots=True)
class Care:
    """Until when the service is careful at most, and for which lives: how often each had shown itself by then."""

    until: datetime
    lives: Mapping[str, int]


def began(records: Records, *, life: str, now: datetime) -> Care | None:
    """The service starts: how careful it is to be; None when every earlier life ended as it should."""
    unended = records.life_began(life, now=now)
    if not unended:
        return None
    entry = Entry(at=now, actor="service", action="service.careful", subject="service", detail={"lives": len(unended)})
    records.journal(entry)
    return Care(now + CAREFUL, unended)


def goes_on(records: Records, *, life: str, care: Care | None, now: datetime) -> Care | None:
    """This life shows itself, and looks which of the others did: how careful it still is to be."""
    records.life_beats(life)
    if care is None:
        return None
    shown = records.lives_shown()
    silent = {name: beats for name, beats in care.lives.items() if shown.get(name, 0) <= beats}
    if silent and now < care.until:
        return replace(care, lives=silent)
    records.lives_over(silent, now=now)
    return None


def ended(records: Records, *, life: str, now: datetime) -> None:
    """The service ends as it should."""
    records.life_ended(life, now=now)


def count(records: Records, *, portal: str, event_id: str, now: datetime) -> bool:
    """Write down that this event is about to be read; False when it was under way too often, and must not be."""
    return records.suspect(portal=portal, event_id=event_id, now=now) <= MOST


def cleared(records: Records, *, portal: str, event_id: str) -> None:
    """It was taken in, and the service lives."""
    records.unsuspect(portal=portal, event_id=event_id)
