"""Durations as people write them: 8h, 30m, 2d, 1h 30m."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, time, timedelta

from bot.domain.department import Hours
from bot.practice_file.reading import Reading
from bot.practice_file.tree import Node, short

_PART = re.compile(r"(\d{1,5})\s*(m|h|d)", re.IGNORECASE)
_WHOLE = re.compile(r"(?:\d{1,5}\s*[mhd]\s*)+", re.IGNORECASE)
_A_DAY = timedelta(days=1)


def duration(
    reading: Reading, at: Node | None, *, day: timedelta, least: timedelta, most: timedelta
) -> timedelta | None:
    """A duration; `day` is what one d is worth (24 hours, or an opening day's hours)."""
    text = reading.text(at)
    if at is None or text is None:
        return None
    if not _WHOLE.fullmatch(text):
        reading.fault(at, f'"{short(text)}" is not a duration.', "Write it as 30m, 8h, 2d or 1h 30m.")
        return None
    worth = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": day}
    total = sum((int(count) * worth[unit.lower()] for count, unit in _PART.findall(text)), start=timedelta(0))
    if not least <= total <= most:
        reading.fault(at, f'"{short(text)}" is out of bounds.', f"From {words(least)} to {words(most)}.")
        return None
    return total


def words(length: timedelta) -> str:
    """A duration as the file writes it: whole days of 24 hours as "90d", anything else as `business_words`."""
    if length >= _A_DAY and length % _A_DAY == timedelta(0):
        return f"{length // _A_DAY}d"
    return business_words(length)


def business_words(length: timedelta) -> str:
    """A business time as the file writes it, in hours and minutes only, since a day's worth depends on the hours."""
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    return " ".join(part for part in (f"{hours}h" * bool(hours), f"{minutes}m" * bool(minutes)) if part) or "0m"


def opening_day(hours: Hours) -> timedelta:
    """What a business day is worth: the length that most opening days have, the longer in a tie; 24 h without any."""
    lengths = Counter(sum((_length(*span) for span in spans), start=timedelta(0)) for spans in hours.spans.values())
    return max(lengths, key=lambda length: (lengths[length], length), default=_A_DAY) or _A_DAY


def _length(opening: time, closing: time) -> timedelta:
    """How long a span is by the clock; an end of 00:00 is the end of the day."""
    length = datetime.combine(date.min, closing) - datetime.combine(date.min, opening)
    return length if length > timedelta(0) else length + _A_DAY
