"""Which lives of the service ended as they should, and which events were under way when one did not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from storage.sql import Sql
from storage.transaction import Transaction
from storage.types import micros

_KEPT = timedelta(days=30)  # a portal's ids are remembered as long

_OPEN = Sql("SELECT name, beats FROM lives WHERE ended_at IS NULL")
_FORGET = (Sql("DELETE FROM lives WHERE ended_at < :old"), Sql("DELETE FROM suspects WHERE at < :old"))
_SHOWN = Sql("SELECT name, beats FROM lives")
# A replica of the version before takes every open life for ended when it starts.
_BEAT = Sql("UPDATE lives SET beats = beats + 1, ended_at = NULL WHERE name = :name")
_OVER = Sql("UPDATE lives SET ended_at = :now WHERE name = :name AND ended_at IS NULL")
_BEGIN = Sql("INSERT INTO lives (name, began_at) VALUES (:name, :now)")
_END = Sql("UPDATE lives SET beats = beats + 1, ended_at = :now WHERE name = :name")
_COUNT = Sql(
    "INSERT INTO suspects (event_hash, times, at) VALUES (:event_hash, 1, :now)"
    " ON CONFLICT (event_hash) DO UPDATE SET times = suspects.times + 1, at = excluded.at RETURNING times"
)
_CLEAR = Sql("DELETE FROM suspects WHERE event_hash = :event_hash")


def life_began(t: Transaction, name: str, *, now: datetime) -> dict[str, int]:
    """Remember a life of the service; the earlier ones without an end, and how often each has shown itself."""
    unended = {row[0]: int(row[1]) for row in t.rows(_OPEN)}
    for forget in _FORGET:
        t.run(forget, old=micros(now - _KEPT))
    t.run(_BEGIN, name=name, now=micros(now))
    return unended


def life_beats(t: Transaction, name: str) -> None:
    """It goes on."""
    t.run(_BEAT, name=name)


def lives_shown(t: Transaction) -> dict[str, int]:
    """How often each life has shown itself, its own end included."""
    return {row[0]: int(row[1]) for row in t.rows(_SHOWN)}


def lives_over(t: Transaction, names: Iterable[str], *, now: datetime) -> None:
    """They have no end of their own and do not go on."""
    for name in sorted(names):
        t.run(_OVER, name=name, now=micros(now))


def life_ended(t: Transaction, name: str, *, now: datetime) -> None:
    """It ended as it should."""
    t.run(_END, name=name, now=micros(now))


def suspect(t: Transaction, *, portal: str, event_id: str, now: datetime) -> int:
    """Count an event before it is read; how often it was begun and not taken in, this time included."""
    row = t.one(_COUNT, event_hash=t.hash("event", portal, event_id), now=micros(now))
    assert row is not None
    return int(row[0])


def unsuspect(t: Transaction, *, portal: str, event_id: str) -> None:
    """It was taken in."""
    t.run(_CLEAR, event_hash=t.hash("event", portal, event_id))
