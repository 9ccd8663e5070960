"""Which lives of the service ended as they should, and which events were under way when one did not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.suspect import SHOWN
from storage.sql import Sql
from storage.transaction import Transaction
from storage.types import micros

_KEPT = timedelta(days=30)  # a portal's ids are remembered as long
_ENDED = timedelta(days=1)  # far longer than anybody asks how a life ended
_MOST_OPEN = 100  # lives without an end; of more, which only a service that crashes for hours has, the newest count

_OPEN = Sql("SELECT name, beats FROM lives WHERE ended_at IS NULL")
_TOO_MANY = Sql(
    "UPDATE lives SET ended_at = :now WHERE ended_at IS NULL AND name NOT IN"
    " (SELECT name FROM lives WHERE ended_at IS NULL ORDER BY began_at DESC, name LIMIT :most)"
)
_FORGET_LIVES = Sql("DELETE FROM lives WHERE ended_at < :old")
_FORGET_SUSPECTS = Sql("DELETE FROM suspicions WHERE at < :old")
_SHOWN = Sql("SELECT name, beats FROM lives")
# Who beats goes on, whatever its row says: a replica of the version before takes every open life for ended when it
# starts, and the row may never have been written, or be gone.
_BEAT = Sql(
    "INSERT INTO lives (name, began_at, beats) VALUES (:name, :now, 1)"
    " ON CONFLICT (name) DO UPDATE SET beats = lives.beats + 1, ended_at = NULL"
)
_OVER = Sql("UPDATE lives SET ended_at = :now WHERE name = :name AND ended_at IS NULL")
_BEGIN = Sql("INSERT INTO lives (name, began_at) VALUES (:name, :now)")
_END = Sql("UPDATE lives SET beats = beats + :shown, ended_at = :now WHERE name = :name")
_BEGUN = Sql(
    "INSERT INTO suspicions (event_hash, life, at) VALUES (:event_hash, :life, :now)"
    " ON CONFLICT (event_hash, life) DO UPDATE SET at = excluded.at"
)
_TIMES = Sql("SELECT COUNT(*) FROM suspicions WHERE event_hash = :event_hash")
_ANY = Sql("SELECT 1 FROM suspicions LIMIT 1")
_COUNTED = Sql("SELECT 1 FROM suspicions WHERE event_hash = :event_hash LIMIT 1")
_FORGIVE = Sql("DELETE FROM suspicions WHERE event_hash = :event_hash AND life = :life")
_FORGIVE_ALL = Sql("DELETE FROM suspicions WHERE life = :name")
_CLEAR = Sql("DELETE FROM suspicions WHERE event_hash = :event_hash")


def life_began(t: Transaction, name: str, *, now: datetime) -> dict[str, int]:
    """Remember a life of the service; the earlier ones without an end, and how often each has shown itself."""
    t.run(_TOO_MANY, now=micros(now), most=_MOST_OPEN)
    unended = _beats(t, _OPEN)
    t.run(_FORGET_LIVES, old=micros(now - _ENDED))
    t.run(_FORGET_SUSPECTS, old=micros(now - _KEPT))
    t.run(_BEGIN, name=name, now=micros(now))
    return unended


def life_beats(t: Transaction, name: str, *, now: datetime) -> None:
    """It goes on."""
    t.run(_BEAT, name=name, now=micros(now))


def lives_shown(t: Transaction) -> dict[str, int]:
    """How often each life has shown itself, its own end included."""
    return _beats(t, _SHOWN)


def _beats(t: Transaction, lives: Sql) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in t.rows(lives)}


def lives_over(t: Transaction, names: Iterable[str], *, now: datetime) -> None:
    """They have no end of their own and do not go on."""
    for name in sorted(names):
        t.run(_OVER, name=name, now=micros(now))


def life_ended(t: Transaction, name: str, *, now: datetime) -> None:
    """It ended as it should, and nothing that it could not take in was the end of it."""
    t.run(_FORGIVE_ALL, name=name)
    t.run(_END, name=name, shown=SHOWN, now=micros(now))


def has_suspects(t: Transaction) -> bool:
    """Whether any event has a count."""
    return t.one(_ANY) is not None


def suspected(t: Transaction, *, portal: str, event_id: str) -> bool:
    """Whether this event has one."""
    return t.one(_COUNTED, event_hash=t.hash("event", portal, event_id)) is not None


def suspect(t: Transaction, *, portal: str, event_id: str, life: str, now: datetime) -> int:
    """Write down that a life begins with an event; in how many it was begun and not taken in, this one included."""
    event_hash = t.hash("event", portal, event_id)
    t.run(_BEGUN, event_hash=event_hash, life=life, now=micros(now))
    row = t.one(_TIMES, event_hash=event_hash)
    assert row is not None
    return int(row[0])


def forgive(t: Transaction, *, portal: str, event_id: str, life: str) -> None:
    """In that life it was not the event's fault."""
    t.run(_FORGIVE, event_hash=t.hash("event", portal, event_id), life=life)


def unsuspect(t: Transaction, *, portal: str, event_id: str) -> None:
    """It was taken in."""
    t.run(_CLEAR, event_hash=t.hash("event", portal, event_id))
