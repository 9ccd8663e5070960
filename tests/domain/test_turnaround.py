"""Business time over weekends, holidays, both changes of the clock and the odd corners of the world's time zones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.department import Hours
from bot.domain.turnaround import RISK, Clock, at_risk, clock, due, elapsed, is_open, late, never_opens

NEW_YORK, LONDON, SYDNEY = "America/New_York", "Europe/London", "Australia/Sydney"
LORD_HOWE, SANTIAGO, KOLKATA, CAIRO, APIA = (
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
    "Africa/Cairo",
    "Pacific/Apia",
)


@dataclass(frozen=True)
class Closed:
    """A calendar that names its closed days."""

    days: frozenset[date] = frozenset()

    def is_closed(self, day: date) -> bool:
        return day in self.days


@dataclass(frozen=True)
class Always:
    """A calendar on which the practice is closed from one day to another."""

    first: date = date.min
    last: date = date.max

    def is_closed(self, day: date) -> bool:
        return self.first <= day <= self.last


def span(text: str) -> tuple[tuple[time, time], ...]:
    """ "08:00-12:00 13:00-17:00" as spans."""
    parts = [part.split("-") for part in text.split()]
    return tuple((time.fromisoformat(a), time(0) if b == "24:00" else time.fromisoformat(b)) for a, b in parts)


WEEK = Hours(spans=dict.fromkeys(range(5), span("08:00-17:00")))
SATURDAY = Hours(spans={**dict.fromkeys(range(5), span("08:00-17:00")), 5: span("09:00-12:00")})
LUNCH = Hours(spans=dict.fromkeys(range(5), span("08:00-12:00 13:00-17:00")))
ROUND = Hours(spans=dict.fromkeys(range(7), span("00:00-24:00")))
NIGHT = Hours(spans=dict.fromkeys(range(7), span("00:00-06:00 20:00-24:00")))
EARLY = Hours(spans=dict.fromkeys(range(7), span("01:00-05:00")))
IN_THE_GAP = Hours(spans=dict.fromkeys(range(7), span("02:30-06:00")))
NEVER = Hours(spans={})


@pytest.mark.parametrize(
    ("zone", "hours", "start", "turnaround", "expected"),
    [
        # plain weeks
        pytest.param(NEW_YORK, WEEK, "2026-11-23 09:00", 4, "2026-11-23 13:00", id="within a day"),
        pytest.param(NEW_YORK, WEEK, "2026-11-23 09:00", 8, "2026-11-23 17:00", id="ends at the moment of closing"),
        pytest.param(NEW_YORK, WEEK, "2026-11-23 10:00", 8, "2026-11-24 09:00", id="over night"),
        pytest.param(NEW_YORK, WEEK, "2026-11-20 16:00", 8, "2026-11-23 15:00", id="over a weekend"),
        pytest.param(NEW_YORK, WEEK, "2026-11-21 11:00", 8, "2026-11-23 16:00", id="comes on Saturday"),
        pytest.param(NEW_YORK, WEEK, "2026-11-22 23:59", 1, "2026-11-23 09:00", id="comes on Sunday night"),
        pytest.param(NEW_YORK, WEEK, "2026-11-23 07:59", 1, "2026-11-23 09:00", id="comes before opening"),
        pytest.param(NEW_YORK, WEEK, "2026-11-23 17:00", 1, "2026-11-24 09:00", id="comes at the moment of closing"),
        pytest.param(NEW_YORK, WEEK, "2026-11-23 16:59", 0.5, "2026-11-24 08:29", id="a minute before closing"),
        pytest.param(NEW_YORK, WEEK, "2026-11-23 08:00", 45, "2026-11-27 17:00", id="a whole week"),
        pytest.param(NEW_YORK, SATURDAY, "2026-11-20 16:00", 3, "2026-11-21 11:00", id="Saturday counts when open"),
        pytest.param(NEW_YORK, SATURDAY, "2026-11-20 16:00", 5, "2026-11-23 09:00", id="Saturday is short"),
        pytest.param(NEW_YORK, LUNCH, "2026-11-23 11:30", 1, "2026-11-23 13:30", id="lunch does not count"),
        pytest.param(NEW_YORK, LUNCH, "2026-11-23 12:15", 4, "2026-11-23 17:00", id="comes at lunch"),
        pytest.param(KOLKATA, WEEK, "2026-11-23 16:45", 1, "2026-11-24 08:45", id="half-hour zone"),
        # New York, clocks forward 2026-03-08 02:00, back 2026-11-01 02:00
        pytest.param(NEW_YORK, WEEK, "2026-03-06 16:00", 8, "2026-03-09 15:00", id="NY forward at the weekend"),
        pytest.param(NEW_YORK, WEEK, "2026-10-30 16:00", 8, "2026-11-02 15:00", id="NY back at the weekend"),
        pytest.param(NEW_YORK, ROUND, "2026-03-08 00:00", 8, "2026-03-08 09:00", id="NY forward while open"),
        pytest.param(NEW_YORK, ROUND, "2026-11-01 00:00", 8, "2026-11-01 07:00", id="NY back while open"),
        pytest.param(NEW_YORK, ROUND, "2026-03-07 12:00", 24, "2026-03-08 13:00", id="NY a day that has 23 hours"),
        pytest.param(NEW_YORK, ROUND, "2026-10-31 12:00", 24, "2026-11-01 11:00", id="NY a day that has 25 hours"),
        pytest.param(NEW_YORK, EARLY, "2026-03-08 00:00", 3, "2026-03-08 05:00", id="NY night shift is 3 h long"),
        pytest.param(NEW_YORK, EARLY, "2026-11-01 00:00", 5, "2026-11-01 05:00", id="NY night shift is 5 h long"),
        pytest.param(NEW_YORK, IN_THE_GAP, "2026-03-08 00:00", 1, "2026-03-08 04:30", id="NY opening is in the gap"),
        pytest.param(
            NEW_YORK, IN_THE_GAP, "2026-03-08 00:00", 2.5, "2026-03-08 06:00", id="NY gap opening, to the end"
        ),
        pytest.param(NEW_YORK, NIGHT, "2026-10-31 20:00", 11, "2026-11-01 06:00", id="NY night over the change"),
        # London, forward 2026-03-29 01:00, back 2026-10-25 02:00
        pytest.param(LONDON, WEEK, "2026-03-27 16:30", 1, "2026-03-30 08:30", id="London forward"),
        pytest.param(LONDON, WEEK, "2026-10-23 16:30", 1, "2026-10-26 08:30", id="London back"),
        pytest.param(LONDON, ROUND, "2026-03-29 00:30", 1, "2026-03-29 02:30", id="London skips an hour"),
        pytest.param(LONDON, EARLY, "2026-03-29 00:00", 3, "2026-03-29 05:00", id="London opens in the gap"),
        pytest.param(LONDON, EARLY, "2026-10-25 00:00", 5, "2026-10-25 05:00", id="London opens at the first of two"),
        # Sydney, forward 2026-10-04 02:00, back 2026-04-05 03:00
        pytest.param(SYDNEY, WEEK, "2026-10-02 16:00", 2, "2026-10-05 09:00", id="Sydney forward"),
        pytest.param(SYDNEY, WEEK, "2026-04-03 16:00", 2, "2026-04-06 09:00", id="Sydney back"),
        pytest.param(SYDNEY, ROUND, "2026-04-05 01:00", 3, "2026-04-05 03:00", id="Sydney repeats an hour"),
        # Lord Howe changes by half an hour: forward 2026-10-04 02:00, back 2026-04-05 02:00
        pytest.param(LORD_HOWE, ROUND, "2026-10-04 00:00", 3, "2026-10-04 03:30", id="Lord Howe skips 30 minutes"),
        pytest.param(LORD_HOWE, ROUND, "2026-04-05 00:00", 3, "2026-04-05 02:30", id="Lord Howe repeats 30 minutes"),
        # Santiago and Cairo change at midnight
        pytest.param(SANTIAGO, ROUND, "2026-09-05 22:00", 3, "2026-09-06 02:00", id="Santiago has no midnight"),
        pytest.param(SANTIAGO, ROUND, "2026-04-04 22:00", 3, "2026-04-05 00:00", id="Santiago's 23rd hour comes twice"),
        pytest.param(SANTIAGO, NIGHT, "2026-09-05 20:00", 5, "2026-09-06 02:00", id="Santiago night without midnight"),
        pytest.param(SANTIAGO, NIGHT, "2026-04-04 20:00", 5, "2026-04-05 00:00", id="Santiago night with two 23 h"),
        pytest.param(CAIRO, ROUND, "2026-04-23 23:00", 2, "2026-04-24 02:00", id="Cairo has no midnight"),
        pytest.param(CAIRO, NIGHT, "2026-04-23 22:00", 8, "2026-04-24 21:00", id="Cairo night is 5 h long"),
        # the date line: Samoa had no 2011-12-30
        pytest.param(APIA, WEEK, "2011-12-29 16:00", 2, "2012-01-02 09:00", id="Apia skips a Friday"),
        # ends of months and years
        pytest.param(NEW_YORK, WEEK, "2028-02-28 16:00", 2, "2028-02-29 09:00", id="leap day"),
        pytest.param(NEW_YORK, WEEK, "2026-12-31 16:00", 2, "2027-01-01 09:00", id="new year, without holidays"),
    ],
)
def test_due(zone: str, hours: Hours, start: str, turnaround: float, expected: str) -> None:
    """A promise counts open hours only, as real time, wherever the practice is."""
    tz = ZoneInfo(zone)
    begun = datetime.fromisoformat(start).replace(tzinfo=tz)
    length = timedelta(hours=turnaround)
    found = due(begun, length, hours, Closed(), zone)
    assert found.tzinfo is UTC
    assert found.astimezone(tz).replace(tzinfo=None) == datetime.fromisoformat(expected)
    assert elapsed(begun, found, hours, Closed(), zone) == length


@pytest.mark.parametrize(
    ("days", "start", "expected"),
    [
        pytest.param(["2026-11-26"], "2026-11-25 16:00", "2026-11-27 15:00", id="Thanksgiving"),
        pytest.param(["2026-11-26", "2026-11-27"], "2026-11-25 16:00", "2026-11-30 15:00", id="and the day after"),
        pytest.param(["2026-11-26"], "2026-11-26 10:00", "2026-11-27 16:00", id="comes on the holiday"),
        pytest.param(
            ["2026-11-28"], "2026-11-27 16:00", "2026-11-30 15:00", id="holiday on a Saturday changes nothing"
        ),
        pytest.param(["2026-12-24", "2026-12-25"], "2026-12-23 16:30", "2026-12-28 15:30", id="Christmas"),
    ],
)
def test_due_over_closed_days(days: list[str], start: str, expected: str) -> None:
    """Closed days do not count."""
    tz = ZoneInfo(NEW_YORK)
    calendar = Closed(frozenset(date.fromisoformat(day) for day in days))
    found = due(datetime.fromisoformat(start).replace(tzinfo=tz), timedelta(hours=8), WEEK, calendar, NEW_YORK)
    assert found.astimezone(tz).replace(tzinfo=None) == datetime.fromisoformat(expected)


MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)


@pytest.mark.parametrize(("hours", "calendar"), [(NEVER, Closed()), (WEEK, Always()), (Hours(spans={0: ()}), Closed())])
def test_a_department_that_never_opens_is_due_by_the_wall_clock(hours: Hours, calendar: Always) -> None:
    """Better too early than never: without a single opening, wall time counts, and that can be known beforehand."""
    length = timedelta(hours=8)
    assert due(MONDAY, length, hours, calendar, NEW_YORK) == MONDAY + length
    assert never_opens(MONDAY, hours, calendar, NEW_YORK)
    assert elapsed(MONDAY, MONDAY + length, hours, calendar, NEW_YORK) == length


def test_sixty_closed_days_are_waited_for_and_more_are_not() -> None:
    """The look-ahead is sixty days: an opening on the sixtieth counts, one after that does not."""
    start = datetime(2026, 6, 1, 0, tzinfo=ZoneInfo(NEW_YORK))
    waits = Always(date(2026, 1, 1), date(2026, 6, 1) + timedelta(days=59))  # 2026-07-31, a Friday, is the 60th
    gives_up = Always(date(2026, 1, 1), date(2026, 6, 1) + timedelta(days=60))
    length = timedelta(hours=1)
    assert due(start, length, WEEK, waits, NEW_YORK) == datetime(2026, 7, 31, 9, tzinfo=ZoneInfo(NEW_YORK))
    assert due(start, length, WEEK, gives_up, NEW_YORK) == start + length
    assert not never_opens(start, WEEK, waits, NEW_YORK)


def test_a_practice_that_closes_for_good_still_owes_the_rest() -> None:
    """What was left of the promise when it closed for good runs out by the wall clock."""
    start = datetime(2026, 6, 1, 16, tzinfo=ZoneInfo(NEW_YORK))
    found = due(start, timedelta(hours=3), WEEK, Always(date(2026, 6, 2)), NEW_YORK)
    assert found == datetime(2026, 6, 1, 19, tzinfo=ZoneInfo(NEW_YORK))


def test_elapsed_is_zero_outside_hours_and_backwards() -> None:
    """A night counts nothing, and neither does an end before the start."""
    night = datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert elapsed(night, night + timedelta(hours=8), WEEK, Closed(), NEW_YORK) == timedelta(0)
    assert elapsed(MONDAY, MONDAY - timedelta(days=3), WEEK, Closed(), NEW_YORK) == timedelta(0)


def test_at_risk_then_late() -> None:
    """Three quarters of the promise make a message at risk; past the promise it is late, at that very moment not."""
    begun = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo(NEW_YORK))
    due_at = due(begun, timedelta(hours=8), WEEK, Closed(), NEW_YORK)
    risk = at_risk(begun, timedelta(hours=8), WEEK, Closed(), NEW_YORK)
    second = timedelta(seconds=1)
    assert risk == begun + timedelta(hours=6)
    told = [
        clock(at_risk_at=risk, due_at=due_at, now=now) for now in (begun, risk - second, risk, due_at, due_at + second)
    ]
    assert told == [Clock.IN_TIME, Clock.IN_TIME, Clock.AT_RISK, Clock.AT_RISK, Clock.LATE]
    assert not late(due_at, now=due_at)


def test_is_open() -> None:
    """The moment of opening is open, the moment of closing is not."""
    tz = ZoneInfo(NEW_YORK)
    hours = [(7, 59), (8, 0), (16, 59), (17, 0)]
    told = [is_open(datetime(2026, 11, 23, *at, tzinfo=tz), WEEK, Closed(), NEW_YORK) for at in hours]
    assert told == [False, True, True, False]
    assert not is_open(MONDAY, NEVER, Closed(), NEW_YORK)


def test_naive_times_and_negative_promises_are_bugs() -> None:
    """A time without a zone, or a promise below zero, is refused at once."""
    with pytest.raises(ValueError, match="time zone"):
        due(datetime(2026, 11, 23), timedelta(hours=1), WEEK, Closed(), NEW_YORK)
    with pytest.raises(ValueError, match="negative"):
        due(MONDAY, timedelta(hours=-1), WEEK, Closed(), NEW_YORK)


ZONES = st.sampled_from([NEW_YORK, LONDON, SYDNEY, LORD_HOWE, SANTIAGO, KOLKATA, CAIRO, APIA])
STARTS = st.datetimes(datetime(2011, 1, 1), datetime(2032, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
LENGTHS = st.timedeltas(timedelta(0), timedelta(hours=120))
WEEKS = st.sampled_from([WEEK, SATURDAY, LUNCH, ROUND, NIGHT, EARLY, IN_THE_GAP])
CALENDARS = st.sampled_from(
    [Closed(), Always(date(2020, 2, 1), date(2020, 6, 1)), Always(date(2021, 1, 1), date(2021, 1, 20))]
)


@settings(max_examples=300)
@given(zone=ZONES, start=STARTS, later=LENGTHS, length=LENGTHS, more=LENGTHS, hours=WEEKS, calendar=CALENDARS)
def test_due_never_goes_back(zone, start, later, length, more, hours, calendar) -> None:
    """Who comes later, or is promised more time, is never due earlier; and the time counted is the time promised."""
    first = due(start, length, hours, calendar, zone)
    assert first <= due(start + later, length, hours, calendar, zone)
    assert first <= due(start, length + more, hours, calendar, zone)
    assert first >= start
    assert elapsed(start, first, hours, calendar, zone) == length
    assert at_risk(start, length, hours, calendar, zone) <= first
    assert 0 < RISK < 1


@settings(max_examples=300)
@given(zone=ZONES, start=STARTS, length=LENGTHS, hours=st.sampled_from([WEEK, SATURDAY, LUNCH, ROUND]))
def test_due_lies_in_open_hours(zone, start, length, hours) -> None:
    """A promise ends while somebody is there, at the latest at the moment of closing."""
    found = due(start, length, hours, Closed(), zone)
    assert is_open(found, hours, Closed(), zone) or is_open(found - timedelta(microseconds=1), hours, Closed(), zone)
    local = found.astimezone(ZoneInfo(zone))
    moments = [(local.weekday(), local.time())]
    if local.time() == time(0):
        moments.append(((local.weekday() - 1) % 7, time.max))
    assert any(a <= at <= (time.max if b == time(0) else b) for day, at in moments for a, b in hours.spans.get(day, ()))
