"""Events that may have ended the service: counted before they are read, and set aside when it happened again and again.

After an end that was none (a kill, a crash) the service is careful for a while: each event is counted in a commit of
its own before anything reads it, and the count goes when it was taken in. What ends the process is never taken in, so
its count grows with every life (SAFETY I25).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.journal import Entry
from bot.domain.store import Records

MOST = 3  # times that an event may have been under way when the service ended
CAREFUL = timedelta(minutes=10)  # after such an end; a portal sends again within that
SET_ASIDE = "the service ended each time it read this, so it was set aside unread"


def began(records: Records, *, life: str, now: datetime) -> datetime | None:
    """The service starts: until when it is to be careful; None when its last life ended as it should."""
    if not records.life_began(life, now=now):
        return None
    records.journal(Entry(at=now, actor="service", action="service.careful", subject="service"))
    return now + CAREFUL


def ended(records: Records, *, life: str, now: datetime) -> None:
    """The service ends as it should."""
    records.life_ended(life, now=now)


def count(records: Records, *, portal: str, event_id: str, now: datetime) -> bool:
    """Write down that this event is about to be read; False when it was under way too often, and must not be."""
    return records.suspect(portal=portal, event_id=event_id, now=now) <= MOST


def cleared(records: Records, *, portal: str, event_id: str) -> None:
    """It was taken in, and the service lives."""
    records.unsuspect(portal=portal, event_id=event_id)
