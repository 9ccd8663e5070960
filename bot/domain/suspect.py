"""Events that may have ended the service: counted before they are read, and set aside when it happened again and again.

After an end that was none (a kill, a crash) the service is careful for a while: each event is counted in a commit of
its own before anything reads it, and the count goes when it was taken in. What ends the process is never taken in, so
its count grows with every life (SAFETY I25). What has a count is counted ever after, for a portal waits longer from try
to try than anybody is careful.

Where several processes share a database, a life without an end may be another one's that goes on. Each shows that by
beats; who starts is careful until all of them have shown themselves, and for the whole while when one does not. No
clock is compared. One beat may have been on its way when its process was killed; two after the start were not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.journal import Entry
from bot.domain.store import Records

MOST = 3  # times that an event may have been under way when the service ended
CAREFUL = timedelta(minutes=10)  # after such an end
SHOWN = 2  # beats after which a life goes on
SET_ASIDE = "the service ended each time it read this, so it was set aside unread"


@dataclass(frozen=True, slots=True)
class Care:
    """How careful the service is.

    `until`: so long with every event, at most; None: it need not be. `lives`: because of which, and how often each had
    shown itself by then. `suspects`: whether there are events that have a count.
    """

    until: datetime | None = None
    lives: Mapping[str, int] = field(default_factory=dict)
    suspects: bool = False

    def at(self, *, now: datetime) -> bool:
        """Whether every event is counted at that time."""
        return self.until is not None and now < self.until


def began(records: Records, *, life: str, now: datetime) -> Care:
    """The service starts: how careful it is to be."""
    unended = records.life_began(life, now=now)
    if not unended:
        return Care(suspects=records.has_suspects())
    entry = Entry(at=now, actor="service", action="service.careful", subject="service", detail={"lives": len(unended)})
    records.journal(entry)
    return Care(now + CAREFUL, unended, suspects=True)


def goes_on(records: Records, *, life: str, care: Care, now: datetime) -> Care:
    """This life shows itself, and looks which of the others did: how careful it is to be from now on."""
    records.life_beats(life, now=now)
    if care.until is None:
        return Care(suspects=records.has_suspects())
    shown = records.lives_shown()
    silent = {name: beats for name, beats in care.lives.items() if shown.get(name, 0) < beats + SHOWN}
    if silent and care.at(now=now):
        return replace(care, lives=silent)
    records.lives_over(silent, now=now)
    return Care(suspects=records.has_suspects())


def ended(records: Records, *, life: str, now: datetime) -> None:
    """The service ends as it should."""
    records.life_ended(life, now=now)


def known(records: Records, *, portal: str, event_id: str) -> bool:
    """Whether this event has a count: the service ended while it was under way, and it never was taken in."""
    return records.suspected(portal=portal, event_id=event_id)


def count(records: Records, *, portal: str, event_id: str, life: str, now: datetime) -> int:
    """Write down that this event is about to be read; in how many lives it was under way, this one included.

    More than MOST, and it must not be read. More than one, and it is read without what had waited for it: perhaps
    that ends the service.
    """
    return records.suspect(portal=portal, event_id=event_id, life=life, now=now)


def settled(
    records: Records, *, forgiven: Iterable[tuple[str, str]], taken: Iterable[tuple[str, str]], life: str
) -> None:
    """What became of events, each a portal's id and its own.

    `forgiven`: they could not be stored, and the life goes on, so that was not their fault. `taken`: they were taken
    in, and the service lives. What was set aside keeps its count: a portal that sends it once more ends nothing.
    """
    for portal, event_id in sorted(forgiven):
        records.forgive(portal=portal, event_id=event_id, life=life)
    for portal, event_id in sorted(taken):
        records.unsuspect(portal=portal, event_id=event_id)
