"""Which lives of the service ended as they should, and which events were under way when one did not."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.sql import Sql
from storage.transaction import Transaction
from storage.types import micros

_KEPT = timedelta(days=30)  # a portal's ids are remembered as long

_OPEN = Sql("UPDATE lives SET ended_at = :now WHERE ended_at IS NULL")
_FORGET = (Sql("DELETE FROM lives WHERE began_at < :old"), Sql("DELETE FROM suspects WHERE at < :old"))
_BEGIN = Sql("INSERT INTO lives (name, began_at) VALUES (:name, :now)")
_END = Sql("UPDATE lives SET ended_at = :now WHERE name = :name")
_COUNT = Sql(
    "INSERT INTO suspects (event_hash, times, at) VALUES (:event_hash, 1, :now)"
    " ON CONFLICT (event_hash) DO UPDATE SET times = suspects.times + 1, at = excluded.at RETURNING times"
)
_CLEAR = Sql("DELETE FROM suspects WHERE event_hash = :event_hash")


def life_began(t: Transaction, name: str, *, now: datetime) -> bool:
    """Remember a life of the service; whether an earlier one did not end as it should.

    Where several processes share a database the others' lives look so too: then one is careful without need.
    """
    unclean = bool(t.run(_OPEN, now=micros(now)))
    for forget in _FORGET:
        t.run(forget, old=micros(now - _KEPT))
    t.run(_BEGIN, name=name, now=micros(now))
    return unclean


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
