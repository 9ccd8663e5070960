"""Times as people of the practice read them. The time itself is told, never asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.practice import Practice

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NEAR = {0: "today", 1: "tomorrow", -1: "yesterday"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The present time (aware UTC), and the practice's zone in which fallbacks and plain texts are written.

    `today`: the local day.
    """

    now: datetime
    zone: ZoneInfo
    today: date

    @classmethod
    def of(cls, practice: Practice, now: datetime) -> Clock:
        """The clock of a practice."""
        zone = _zone(practice.timezone)
        return cls(now=now, zone=zone, today=now.astimezone(zone).date())

    def local(self, at: datetime) -> datetime:
        """That time in the practice's zone."""
        return at.astimezone(self.zone)

    def time(self, at: datetime) -> str:
        """Such as "1:12 PM"."""
        return _time(self.local(at))

    def day(self, day: date) -> str:
        """Such as "Nov 24", with the year when it is another one."""
        return f"{_MONTHS[day.month - 1]} {day.day}" + ("" if day.year == self.today.year else f", {day.year}")

    def weekday(self, day: date) -> str:
        """Such as "Tue, Nov 24"."""
        return f"{_DAYS[day.weekday()]}, {self.day(day)}"

    def stamp(self, at: datetime) -> str:
        """Such as "Tue, Nov 24, 1:12 PM"."""
        there = self.local(at)
        return f"{self.weekday(there.date())}, {_time(there)}"

    def to_the_second(self, at: datetime) -> str:
        """Such as "Tue, Nov 24, 1:12:05 PM": whoever presses Refresh twice in a minute sees that it was done."""
        hour, half = self.time(at).split(" ")
        return f"{self.weekday(self.local(at).date())}, {hour}:{self.local(at).second:02d} {half}"

    def time_first(self, at: datetime) -> str:
        """Such as "1:12 PM, Tue, Nov 24"."""
        return f"{self.time(at)}, {self.weekday(self.local(at).date())}"

    def short(self, at: datetime) -> str:
        """Such as "Nov 24, 9:24 AM"."""
        return f"{self.day(self.local(at).date())}, {self.time(at)}"

    def spoken(self, at: datetime) -> str:
        """Such as "today at 1:12 PM", for notifications."""
        there = self.local(at)
        word = _NEAR.get((there.date() - self.today).days) or self.weekday(there.date())
        return f"{word} at {_time(there)}"


def _time(there: datetime) -> str:
    return f"{there.hour % 12 or 12}:{there.minute:02d} {'AM' if there.hour < 12 else 'PM'}"


def born(day: date | None) -> str:
    """Such as "Born Aug 14, 2020"."""
    return f"Born {_MONTHS[day.month - 1]} {day.day}, {day.year}" if day else "Birth date not given"


def full_day(day: date | None, what: str = "") -> str:
    """Such as "Dec 1, 2026", else that it was not given."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}" if day else f"{what} not given".strip()
