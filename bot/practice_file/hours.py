"""Opening hours and closed days of a practice file, read and written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

import holidays
from holidays.registry import COUNTRIES

from bot.domain.department import Hours
from bot.practice_file.fault import one_of
from bot.practice_file.reading import Reading
from bot.practice_file.tree import Node, short

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_RIGHT_SPAN = 'Write "08:00-17:00", several as "08:00-12:00, 13:00-17:00", on a 24-hour clock, or closed.'
_Span = tuple[time, time]


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayCalendar:
    """The days a practice is closed: a country's public holidays (as observed) and those it names itself.

    Years come from the `holidays` library as they are asked for. It is a bot.domain.practice.Calendar.
    """

    country: str | None = None
    subdivision: str | None = None
    closed: frozenset[date] = frozenset()

    def is_closed(self, day: date) -> bool:
        """Whether the practice is closed on that local day."""
        return day in self.closed or (
            self.country is not None and day in _public(self.country, self.subdivision, day.year)
        )


@lru_cache(maxsize=512)
def _public(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """A year's public holidays. The year's neighbours are asked too: New Year's Day may be observed on 31 December."""
    years = range(max(year - 1, 1), min(year + 1, 9998) + 1)
    found = holidays.country_holidays(country, subdiv=subdivision, years=years)
    return frozenset(day for day in found if day.year == year)


def read_hours(reading: Reading, at: Node | None) -> Hours:
    """Opening hours by weekday; what cannot be read is a fault, and closed."""
    spans: dict[int, tuple[_Span, ...]] = {}
    if at is None:
        return Hours(spans=spans)
    if not at.entries:
        reading.fault(at, f"Here stands {at.what}.", 'Days and hours, such as {mon-fri: "08:00-17:00"}.')
        return Hours(spans=spans)
    seen: dict[int, str] = {}
    for key, value in at.entries.items():
        there = Node(path=value.path, line=at.key_lines[key])
        opening = _day_spans(reading, value)
        for day in _weekdays(reading, there, key):
            if day in seen:
                reading.fault(there, f"{DAYS[day]} stands in {seen[day]} already.", "Name each day once.")
            seen.setdefault(day, key)
            if opening:
                spans[day] = opening
    return Hours(spans=dict(sorted(spans.items())))


def _weekdays(reading: Reading, at: Node, key: str) -> list[int]:
    """The days that a key such as "mon-fri", "sat" or "mon, wed" names."""
    found: list[int] = []
    for part in key.lower().split(","):
        ends = [_weekday(word.strip()) for word in re.split(r"[-–]", part)]
        if len(ends) > 2 or None in ends:
            reading.fault(at, f'"{short(key)}" names no days.', "Write mon-fri, sat, or mon, wed.")
            continue
        first, last = ends[0] or 0, ends[-1] or 0
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return found


def _weekday(word: str) -> int | None:
    """The number of a day, by its short or long name."""
    names = DAYS if word in DAYS else _LONG
    return names.index(word) if word in names else None


def _day_spans(reading: Reading, at: Node) -> tuple[_Span, ...]:
    """The spans of one day, in order; nothing for closed."""
    texts = [at] if at.items is None else list(at.items)
    parts = [(node, part.strip()) for node in texts for part in (reading.text(node, limit=200) or "").split(",")]
    if [part.lower() for _, part in parts] == ["closed"]:
        return ()
    spans = [span for node, part in parts if part and (span := _span(reading, node, part))]
    spans.sort()
    for (_, closing), (opening, _) in itertools.pairwise(spans):
        if closing == time(0) or opening < closing:
            reading.fault(at, "The hours overlap.", "Let each span begin after the one before has ended.")
    return tuple(spans)


def _span(reading: Reading, at: Node, part: str) -> _Span | None:
    """One span; "24:00" is the end of the day."""
    match = _SPAN.fullmatch(part)
    if match is None:
        reading.fault(at, f'"{short(part)}" are no hours.', _RIGHT_SPAN)
        return None
    opening, closing = _clock(match[1], match[2]), _clock(match[3], match[4])
    if opening is None or closing is None or match[1] == "24":
        reading.fault(at, f'"{short(part)}" has a time that no clock shows.', _RIGHT_SPAN)
        return None
    if closing <= opening and match[3] != "24":
        right = 'Write hours past midnight on two days: "20:00-24:00" and, on the next, "00:00-06:00".'
        reading.fault(at, f'"{short(part)}" ends before it begins.', right)
        return None
    return opening, closing


def _clock(hour: str, minute: str) -> time | None:
    """A time of day; 24:00 is 00:00; None when there is no such time."""
    if hour == "24" and minute == "00":
        return time(0)
    return time(int(hour), int(minute)) if int(hour) < 24 and int(minute) < 60 else None


def read_holidays(reading: Reading, at: Node | None) -> HolidayCalendar:
    """Country, subdivision and the practice's own closed days; all of it may be left out."""
    settings = reading.group(at, known=("country", "subdivision", "closed"))
    country = _country(reading, settings.get("country"))
    subdivision = _subdivision(reading, settings.get("subdivision"), country=country)
    closed = [_date(reading, item) for item in reading.items(settings.get("closed"))]
    return HolidayCalendar(
        country=country, subdivision=subdivision, closed=frozenset(day for day in closed if day is not None)
    )


def _country(reading: Reading, at: Node | None) -> str | None:
    """An ISO 3166 code that the holidays library knows."""
    text = reading.text(at)
    if at is None or text is None:
        return None
    codes = {code: names[1] for names in COUNTRIES.values() for code in names[1:3]}
    if text.upper() in codes:
        return codes[text.upper()]
    by_name = {name.replace("_", " "): names[1] for name, names in COUNTRIES.items()}
    guess = by_name.get(text.lower().replace("_", " "))
    right = f"Write {guess}." if guess else f"A country's two letters. {one_of(set(codes.values()), wrote=text)}"
    reading.fault(at, f'"{short(text)}" is no country code that we have holidays for.', right)
    return None


def _subdivision(reading: Reading, at: Node | None, *, country: str | None) -> str | None:
    """A state or province that has holidays of its own."""
    text = reading.text(at)
    if at is None or text is None or country is None:
        return None
    calendar = holidays.country_holidays(country, years=())
    known = {code.upper(): code for code in calendar.subdivisions}
    if text.upper() in known:
        return known[text.upper()]
    by_name = {name.casefold(): code for code, names in calendar.get_subdivision_aliases().items() for name in names}
    guess = by_name.get(text.casefold())
    right = f"Write {guess}." if guess else one_of(known.values(), wrote=text)
    reading.fault(at, f'"{short(text)}" is no subdivision of {country}.', right)
    return None


def _date(reading: Reading, at: Node) -> date | None:
    """A day as 2026-12-24."""
    text = reading.text(at)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        reading.fault(at, f'"{short(text)}" is no day.', "Write year-month-day: 2026-12-24.")
        return None


def hours_document(hours: Hours) -> dict[str, str]:
    """Opening hours as the file writes them, days with the same hours in one line."""
    document: dict[str, str] = {}
    day = 0
    while day < len(DAYS):
        last = day
        while last + 1 < len(DAYS) and hours.spans.get(last + 1) == hours.spans.get(day):
            last += 1
        if spans := hours.spans.get(day):
            key = DAYS[day] if last == day else f"{DAYS[day]}-{DAYS[last]}"
            document[key] = ", ".join(f"{opening:%H:%M}-{_end(closing)}" for opening, closing in spans)
        day = last + 1
    return document


def _end(closing: time) -> str:
    return "24:00" if closing == time(0) else f"{closing:%H:%M}"


def holidays_document(calendar: HolidayCalendar) -> dict[str, object]:
    """Holidays as the file writes them."""
    document: Mapping[str, object] = {
        "country": calendar.country,
        "subdivision": calendar.subdivision,
        "closed": sorted(calendar.closed),
    }
    return {key: value for key, value in document.items() if value}
