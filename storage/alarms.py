"""Alarms: one open at a time for each cause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update

from bot.domain.alarm import Alarm
from storage.sql import Sql
from storage.tables import alarms as table
from storage.transaction import Row, Transaction
from storage.types import micros

_a = table.c
_ALARM = select(_a.id, _a.key, _a.words_sealed, _a.since, _a.times, _a.over_at)
_ONE = Sql(_ALARM.where(_a.id == bindparam("alarm_id")))
_OPEN = Sql(_ALARM.where(_a.over_at.is_(None)).order_by(_a.since, _a.id))
_RAISE = Sql(
    "INSERT INTO alarms (id, key, words_sealed, since, times) VALUES (:id, :key, :words_sealed, :since, 1) "
    "ON CONFLICT (key) WHERE over_at IS NULL DO UPDATE SET times = alarms.times + 1 RETURNING id"
)
_CLOSE = Sql(update(table).where(_a.key == bindparam("alarm_key"), _a.over_at.is_(None)), columns=("over_at",))


def raise_alarm(t: Transaction, *, key: str, words: str, now: datetime) -> Alarm | None:
    """Open the alarm of that cause; None when it is open already, and then counted."""
    alarm_id = t.new_id("a")
    sealed = t.seal(words.encode("utf-8", "replace"), "alarms", alarm_id, "words")
    row = t.one(_RAISE, id=alarm_id, key=key, words_sealed=sealed, since=micros(now))
    if row is None or row[0] != alarm_id:
        return None
    t.rung.append((key, False))
    return Alarm(id=alarm_id, key=key, words=words, since=now)


def close_alarm(t: Transaction, *, key: str, now: datetime) -> bool:
    """The cause is gone; False when no such alarm was open."""
    if not t.run(_CLOSE, alarm_key=key, over_at=now):
        return False
    t.rung.append((key, True))
    return True


def alarm(t: Transaction, alarm_id: str) -> Alarm | None:
    """The alarm, open or over."""
    row = t.one(_ONE, alarm_id=alarm_id)
    return _alarm(t, row) if row else None


def open_alarms(t: Transaction) -> Sequence[Alarm]:
    """All open alarms, oldest first."""
    return [_alarm(t, row) for row in t.rows(_OPEN)]


def _alarm(t: Transaction, row: Row) -> Alarm:
    words = t.unseal(row[2], "alarms", row[0], "words").decode()
    return Alarm(id=row[0], key=row[1], words=words, since=row[3], times=row[4], over_at=row[5])
