"""Business time: when an answer is due, how much of the promise is used, and when it is late.

Only open hours count, as real (elapsed) time: an opening day on which the clocks change is an hour longer or shorter.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.department import Hours
from bot.domain.practice import Calendar

LOOK_AHEAD = 60  # days without a single opening after which a department counts as one that never opens
RISK = 0.75  # the share of the promise after which a message is at risk

_ZERO = timedelta(0)


class Clock(StrEnum):
    """How a promise stands."""

    IN_TIME = "in_time"  # less than three quarters of the promised time is used
    AT_RISK = "at_risk"  # three quarters are used
    LATE = "late"  # the promise is broken


def due(start: datetime, turnaround: timedelta, hours: Hours, calendar: Calendar, timezone: str) -> datetime:
    """When `turnaround` of business time after `start` is over, in UTC.

    A message that comes outside open hours counts from the next opening. A department that does not open for
    LOOK_AHEAD days (no hours, everything closed) would never be late: from there on wall time counts, so that the
    promise ends too early rather than never. `never_opens` tells such a department beforehand.
    Raises ValueError for a naive `start` or a negative `turnaround`.
    """
    if turnaround < _ZERO:
        raise ValueError("a turnaround is not negative")
    left = turnaround
    for begin, end in _open(start, hours, calendar, ZoneInfo(timezone)):
        if end is None or end - begin >= left:
            return begin + left
        left -= end - begin
    raise AssertionError("open hours end only with wall time")


def elapsed(start: datetime, end: datetime, hours: Hours, calendar: Calendar, timezone: str) -> timedelta:
    """The business time between two moments; zero when `end` is not after `start`."""
    total = _ZERO
    for begin, closing in _open(start, hours, calendar, ZoneInfo(timezone)):
        if begin >= end:
            break
        total += (end if closing is None else min(closing, end)) - begin
        if closing is None:
            break
    return total


def at_risk(start: datetime, turnaround: timedelta, hours: Hours, calendar: Calendar, timezone: str) -> datetime:
    """From when on a message is at risk, in UTC: RISK of its turnaround is used. Never after `due`."""
    return due(start, turnaround * RISK, hours, calendar, timezone)


def late(due_at: datetime, *, now: datetime) -> bool:
    """Whether the promise is broken; at the very moment of `due_at` it is not yet."""
    return now > due_at


def clock(*, at_risk_at: datetime, due_at: datetime, now: datetime) -> Clock:
    """How the promise stands now, of the two moments that `at_risk` and `due` gave."""
    if late(due_at, now=now):
        return Clock.LATE
    return Clock.AT_RISK if now >= at_risk_at else Clock.IN_TIME


def is_open(now: datetime, hours: Hours, calendar: Calendar, timezone: str) -> bool:
    """Whether it is open hours now. The moment of closing is not."""
    begin, end = next(_open(now, hours, calendar, ZoneInfo(timezone)))
    return end is not None and begin <= now < end


def never_opens(now: datetime, hours: Hours, calendar: Calendar, timezone: str) -> bool:
    """Whether there is no open hour in the LOOK_AHEAD days from now on, so that `due` counts wall time."""
    return next(_open(now, hours, calendar, ZoneInfo(timezone)))[1] is None


def _open(
    start: datetime, hours: Hours, calendar: Calendar, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime | None]]:
    """Open spans from `start` on, in order, without overlap, in UTC; at last, if it never opens again, (then, None)."""
    if start.tzinfo is None:
        raise ValueError("a start has a time zone")
    reached = start.astimezone(UTC)
    local = reached.astimezone(zone).date()
    # Some places changed sides of the date line: what is local today may have begun under yesterday's date
    day = local - timedelta(days=1) if local > date.min else local
    while day - local <= timedelta(days=LOOK_AHEAD) and day < date.max:
        for opening, closing in _spans(day, hours, calendar, zone):
            begin = max(opening, reached)
            if begin < closing:
                yield begin, closing
                reached, local = closing, day
        day += timedelta(days=1)
    yield reached, None


def _spans(day: date, hours: Hours, calendar: Calendar, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The open spans of one local day, in UTC.

    A local time that does not exist on that day (clocks go forward) is read with the offset before the change, as
    RFC 5545 3.3.5 does; one that exists twice opens at the first and closes at the second. A day that did not exist at
    all (the date line moved) has no spans.
    """
    spans = hours.spans.get(day.weekday(), ())
    if not spans or calendar.is_closed(day):
        return
    for opening, closing in spans:
        span = _span(day, opening, closing, zone)
        if span:
            yield span


@lru_cache(maxsize=1024)  # every message of a day asks for the same ones
def _span(day: date, opening: time, closing: time, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    last = day + timedelta(days=1) if closing == time(0) else day
    begin = datetime.combine(day, opening, zone).astimezone(UTC)
    ends = (datetime.combine(last, closing.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    return (begin, max(ends)) if begin.astimezone(zone).date() == day else None
