"""What is due, and when, written down by hand: literal moments in UTC, worked out on paper from the zones' rules.

It imports nothing of ours. The offsets that the cases rest on stand beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

WEEK = '{mon-fri: "08:00-17:00"}'
EARLY = '{mon-sun: "01:00-05:00"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A message that came then is due then. `hours` and `closed` as the practice file writes them."""

    name: str
    rule: str
    zone: str
    hours: str
    within: str
    came: str
    due: str
    closed: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """The times that Snooze offers at `now`; `labels`: how the mornings are written."""

    name: str
    zone: str
    now: str
    offered: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Something waits since `since`; the clock then shows each of `steps` in turn, and so many effects happen there.

    `what` names the timer; `until`: the time that it was given, where it is given one.
    """

    name: str
    what: str
    since: str
    steps: tuple[tuple[str, int], ...]
    until: str = ""


NEW_YORK, BERLIN, LORD_HOWE = "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"
ST_JOHNS, KATHMANDU, APIA = "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"
CASABLANCA, PHOENIX = "Africa/Casablanca", "America/Phoenix"

REAL = "only open hours count, as time that passes"
GAP = "a time that the clocks skip is read with the offset before the change (RFC 5545 3.3.5)"
FOLD = "a time that comes twice opens at the first and closes at the second"


def _promise(name: str, rule: str, zone: str, hours: str, within: str, came: str, due: str, **more: str) -> Promise:
    return Promise(name=name, rule=rule, zone=zone, hours=hours, within=within, came=came, due=due, **more)


PROMISES = (
    # New York: -5, -4 from 2026-03-08 07:00Z to 2026-11-01 06:00Z
    _promise("ny-spring-weekend", REAL, NEW_YORK, WEEK, "8h", "2026-03-06T21:00Z", "2026-03-09T19:00Z"),
    _promise("ny-autumn-weekend", REAL, NEW_YORK, WEEK, "8h", "2026-10-30T20:00Z", "2026-11-02T20:00Z"),
    _promise("ny-open-through-the-gap", REAL, NEW_YORK, EARLY, "3h", "2026-03-08T05:00Z", "2026-03-08T09:00Z"),
    _promise(
        "ny-gap-shortens-the-shift", REAL, NEW_YORK, EARLY, "210m", "2026-03-08T05:00Z", "2026-03-09T05:30Z"
    ),
    _promise(
        "ny-opens-in-the-gap", GAP, NEW_YORK, '{mon-sun: "02:30-06:00"}', "1h", "2026-03-08T05:00Z", "2026-03-08T08:30Z"
    ),
    _promise(
        "ny-opens-in-the-gap-and-closes", GAP, NEW_YORK, '{mon-sun: "02:30-06:00"}', "3h",
        "2026-03-08T05:00Z", "2026-03-09T07:00Z",
    ),
    _promise(
        "ny-closes-in-the-gap", GAP, NEW_YORK, '{mon-sun: "01:00-02:30"}', "90m", "2026-03-08T05:00Z",
        "2026-03-08T07:30Z",
    ),
    _promise("ny-fold-lengthens-the-shift", FOLD, NEW_YORK, EARLY, "5h", "2026-11-01T04:00Z", "2026-11-01T10:00Z"),
    _promise(
        "ny-closes-in-the-fold", FOLD, NEW_YORK, '{mon-sun: "00:00-01:30"}', "150m", "2026-11-01T04:00Z",
        "2026-11-01T06:30Z",
    ),
    _promise(
        "ny-opens-in-the-fold", FOLD, NEW_YORK, '{mon-sun: "01:30-05:00"}', "1h", "2026-11-01T04:00Z",
        "2026-11-01T06:30Z",
    ),
    _promise(
        "ny-new-years-day", "a public holiday does not count", NEW_YORK, WEEK, "2h", "2026-12-31T21:00Z",
        "2027-01-04T14:00Z", closed="{country: US}",
    ),
    _promise(
        "ny-new-years-day-kept-in-the-old-year", "a Saturday's holiday is kept on the Friday before", NEW_YORK, WEEK,
        "2h", "2027-12-30T21:00Z", "2028-01-03T14:00Z", closed="{country: US}",
    ),
    # Berlin: +1, +2 from 2026-03-29 01:00Z to 2026-10-25 01:00Z
    _promise("berlin-spring-weekend", REAL, BERLIN, WEEK, "1h", "2026-03-27T15:30Z", "2026-03-30T06:30Z"),
    _promise("berlin-autumn-weekend", REAL, BERLIN, WEEK, "1h", "2026-10-23T14:30Z", "2026-10-26T07:30Z"),
    _promise("berlin-fold", FOLD, BERLIN, EARLY, "5h", "2026-10-24T22:00Z", "2026-10-25T04:00Z"),
    _promise("berlin-leap-day", "2028 has a 29 February", BERLIN, WEEK, "2h", "2028-02-28T15:00Z", "2028-02-29T08:00Z"),
    _promise(
        "berlin-no-leap-day", "2026 has none", BERLIN, WEEK, "2h", "2026-02-27T15:00Z", "2026-03-02T08:00Z"
    ),
    _promise(
        "berlin-closed-on-leap-day", "a day that the practice names does not count", BERLIN, WEEK, "2h",
        "2028-02-28T15:00Z", "2028-03-01T08:00Z", closed="{closed: [2028-02-29]}",
    ),
    # Lord Howe: +10:30, +11 until 2026-04-04 15:00Z and from 2026-10-03 15:30Z
    _promise("lord-howe-half-an-hour-less", REAL, LORD_HOWE, EARLY, "210m", "2026-10-03T14:00Z", "2026-10-03T18:00Z"),
    _promise("lord-howe-half-an-hour-more", FOLD, LORD_HOWE, EARLY, "270m", "2026-04-04T13:00Z", "2026-04-04T18:30Z"),
    _promise(
        "lord-howe-opens-in-the-gap", GAP, LORD_HOWE, '{mon-sun: "02:15-06:00"}', "1h", "2026-10-03T14:00Z",
        "2026-10-03T16:45Z",
    ),
    _promise("lord-howe-weekend", REAL, LORD_HOWE, WEEK, "2h", "2026-10-02T05:30Z", "2026-10-04T22:00Z"),
    # St. John's: -3:30, -2:30 from 2026-03-08 05:30Z to 2026-11-01 04:30Z
    _promise("st-johns-spring-weekend", REAL, ST_JOHNS, WEEK, "1h", "2026-03-06T20:00Z", "2026-03-09T11:00Z"),
    _promise("st-johns-fold", FOLD, ST_JOHNS, EARLY, "5h", "2026-11-01T03:00Z", "2026-11-01T08:30Z"),
    # Kathmandu: +5:45, always
    _promise("kathmandu-new-year", REAL, KATHMANDU, WEEK, "1h", "2026-12-31T11:00Z", "2027-01-01T03:00Z"),
    _promise(
        "kathmandu-week-begins-on-sunday", REAL, KATHMANDU, '{sun-fri: "08:00-17:00"}', "2h", "2026-03-06T10:15Z",
        "2026-03-08T03:15Z",
    ),
    # Apia: -10 until the end of 2011-12-29, then +14: there was no Friday, 30 December
    _promise(
        "apia-no-friday", "a day that did not exist does not count", APIA, WEEK, "2h", "2011-12-30T02:00Z",
        "2012-01-01T19:00Z",
    ),
    _promise(
        "apia-saturday-follows-thursday", "a day that did not exist does not count", APIA,
        '{mon-sat: "08:00-17:00"}', "2h", "2011-12-30T02:00Z", "2011-12-30T19:00Z",
    ),
    # Casablanca: +1, in Ramadan 0, from 2026-02-15 02:00Z to 2026-03-22 02:00Z
    _promise("casablanca-into-ramadan", REAL, CASABLANCA, WEEK, "2h", "2026-02-13T15:00Z", "2026-02-16T09:00Z"),
    _promise("casablanca-out-of-ramadan", REAL, CASABLANCA, WEEK, "2h", "2026-03-20T16:00Z", "2026-03-23T08:00Z"),
    _promise("casablanca-fold-in-february", FOLD, CASABLANCA, EARLY, "5h", "2026-02-14T23:30Z", "2026-02-15T05:00Z"),
    # Phoenix: -7, always, whatever the rest of the country does
    _promise("phoenix-spring-weekend", REAL, PHOENIX, WEEK, "8h", "2026-03-06T23:00Z", "2026-03-09T22:00Z"),
    _promise("phoenix-has-no-gap", REAL, PHOENIX, EARLY, "4h", "2026-03-08T07:00Z", "2026-03-08T12:00Z"),
)  # fmt: skip

USUAL = (
    Usual(
        name="ny-the-evening-before-spring",
        zone=NEW_YORK,
        now="2026-03-08T01:00Z",
        offered=("2026-03-08T01:30Z", "2026-03-08T02:00Z", "2026-03-08T04:00Z", "2026-03-08T12:00Z", "2026-03-09T12:00Z"),
        labels=("Sun, Mar 8, 8:00 AM", "Mon, Mar 9, 8:00 AM"),
    ),
    Usual(
        name="ny-half-an-hour-before-the-gap",
        zone=NEW_YORK,
        now="2026-03-08T06:30Z",
        offered=("2026-03-08T07:00Z", "2026-03-08T07:30Z", "2026-03-08T09:30Z", "2026-03-09T12:00Z"),
        labels=("Mon, Mar 9, 8:00 AM",),
    ),
    Usual(
        name="ny-the-evening-before-autumn",
        zone=NEW_YORK,
        now="2026-11-01T02:00Z",
        offered=("2026-11-01T02:30Z", "2026-11-01T03:00Z", "2026-11-01T05:00Z", "2026-11-01T13:00Z", "2026-11-02T13:00Z"),
        labels=("Sun, Nov 1, 8:00 AM", "Mon, Nov 2, 8:00 AM"),
    ),
    Usual(
        name="berlin-the-day-before-leap-day",
        zone=BERLIN,
        now="2028-02-28T11:00Z",
        offered=("2028-02-28T11:30Z", "2028-02-28T12:00Z", "2028-02-28T14:00Z", "2028-02-29T07:00Z", "2028-03-06T07:00Z"),
        labels=("Tue, Feb 29, 8:00 AM", "Mon, Mar 6, 8:00 AM"),
    ),
    Usual(
        name="kathmandu-new-years-eve",
        zone=KATHMANDU,
        now="2026-12-31T14:15Z",
        offered=("2026-12-31T14:45Z", "2026-12-31T15:15Z", "2026-12-31T17:15Z", "2027-01-01T02:15Z", "2027-01-04T02:15Z"),
        labels=("Fri, Jan 1, 2027, 8:00 AM", "Mon, Jan 4, 2027, 8:00 AM"),
    ),
    Usual(
        name="apia-tomorrow-does-not-exist",
        zone=APIA,
        now="2011-12-29T22:00Z",
        offered=("2011-12-29T22:30Z", "2011-12-29T23:00Z", "2011-12-30T01:00Z", "2011-12-30T18:00Z", "2012-01-01T18:00Z"),
        labels=("Sat, Dec 31, 8:00 AM", "Mon, Jan 2, 2012, 8:00 AM"),
    ),
)  # fmt: skip

TIMERS = (
    # put aside: wakes once, at its moment, whatever the clocks on the wall show
    Timer(
        name="snooze-until-half-past-two-that-the-clocks-skip",  # New York: a client makes 3:30 of it
        what="snooze",
        since="2026-03-08T03:00:00Z",
        until="2026-03-08T07:30:00Z",
        steps=(("2026-03-08T07:29:59Z", 0), ("2026-03-08T07:30:00Z", 1), ("2026-03-08T07:30:05Z", 0)),
    ),
    Timer(
        name="snooze-until-the-first-half-past-one",
        what="snooze",
        since="2026-11-01T03:00:00Z",
        until="2026-11-01T05:30:00Z",
        steps=(("2026-11-01T05:29:59Z", 0), ("2026-11-01T05:30:00Z", 1), ("2026-11-01T06:30:00Z", 0)),
    ),
    Timer(
        name="snooze-until-the-second-half-past-one",
        what="snooze",
        since="2026-11-01T03:00:00Z",
        until="2026-11-01T06:30:00Z",
        steps=(("2026-11-01T05:30:00Z", 0), ("2026-11-01T06:29:59Z", 0), ("2026-11-01T06:30:00Z", 1)),
    ),
    Timer(
        name="snooze-over-an-outage-of-ten-hours",
        what="snooze",
        since="2026-11-23T15:00:00Z",
        until="2026-11-23T16:00:00Z",
        steps=(("2026-11-24T02:00:00Z", 1), ("2026-11-24T02:00:05Z", 0), ("2026-11-24T02:00:10Z", 0)),
    ),
    Timer(
        name="snooze-and-the-clock-jumps-ahead",
        what="snooze",
        since="2026-11-23T15:00:00Z",
        until="2026-11-24T15:00:00Z",
        steps=(("2026-11-23T15:00:05Z", 0), ("2027-11-23T15:00:10Z", 1), ("2026-11-23T15:00:15Z", 0), ("2026-11-24T15:00:00Z", 0)),
    ),
    Timer(
        name="snooze-and-the-clock-is-set-back",  # a person named the moment: it stays
        what="snooze",
        since="2026-11-23T15:00:00Z",
        until="2026-11-23T16:00:00Z",
        steps=(("2026-11-22T15:00:05Z", 0), ("2026-11-23T15:59:59Z", 0), ("2026-11-23T16:00:00Z", 1), ("2026-11-23T14:00:00Z", 0), ("2026-11-23T16:00:00Z", 0)),
    ),
    Timer(
        name="snooze-over-the-end-of-a-year",
        what="snooze",
        since="2026-12-31T20:00:00Z",
        until="2027-01-01T13:00:00Z",
        steps=(("2026-12-31T23:59:59Z", 0), ("2027-01-01T12:59:59Z", 0), ("2027-01-01T13:00:00Z", 1)),
    ),
    # a try that failed: again after its wait
    Timer(
        name="again-in-thirty-seconds",
        what="again",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-23T15:00:29Z", 0), ("2026-11-23T15:00:30Z", 1), ("2026-11-23T15:00:31Z", 0)),
    ),
    Timer(
        name="again-while-an-hour-comes-twice",
        what="again",
        since="2026-11-01T05:59:45Z",
        steps=(("2026-11-01T06:00:14Z", 0), ("2026-11-01T06:00:15Z", 1)),
    ),
    Timer(
        name="again-after-an-outage",
        what="again",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-23T22:00:00Z", 1), ("2026-11-23T22:00:01Z", 0)),
    ),
    Timer(
        name="again-and-the-clock-is-set-back-a-day",  # it waits thirty seconds of the new time, not a day
        what="again",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-22T15:00:00Z", 0), ("2026-11-22T15:00:29Z", 0), ("2026-11-22T15:00:30Z", 1)),
    ),
    Timer(
        name="again-and-the-clock-jumps-ahead",
        what="again",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-24T15:00:00Z", 1), ("2026-11-23T15:00:10Z", 0)),
    ),
    # a claim whose worker died: taken over after forty seconds
    Timer(
        name="lease-of-a-worker-that-died",
        what="lease",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-23T15:00:39Z", 0), ("2026-11-23T15:00:40Z", 1), ("2026-11-23T15:01:19Z", 0), ("2026-11-23T15:01:20Z", 1)),
    ),
    Timer(
        name="lease-over-an-outage",
        what="lease",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-24T01:00:00Z", 1), ("2026-11-24T01:00:01Z", 0)),
    ),
    Timer(
        name="lease-and-the-clock-is-set-back-a-day",  # a whole lease of the new time, so that its holder is surely over
        what="lease",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-22T15:00:00Z", 0), ("2026-11-22T15:00:39Z", 0), ("2026-11-22T15:00:40Z", 1)),
    ),
    Timer(
        name="lease-and-the-clock-steps-back-a-little",  # twenty seconds: it waits those longer
        what="lease",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-23T14:59:40Z", 0), ("2026-11-23T15:00:39Z", 0), ("2026-11-23T15:00:40Z", 1)),
    ),
    # an unclear answer: rings once, after an hour
    Timer(
        name="doubt-rings-after-an-hour",
        what="doubt",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-23T15:59:59Z", 0), ("2026-11-23T16:00:00Z", 1), ("2026-11-23T16:00:30Z", 0), ("2026-11-24T16:00:00Z", 0)),
    ),
    Timer(
        name="doubt-while-the-clocks-go-forward",
        what="doubt",
        since="2026-03-08T06:30:00Z",
        steps=(("2026-03-08T07:29:59Z", 0), ("2026-03-08T07:30:00Z", 1)),
    ),
    Timer(
        name="doubt-over-an-outage",
        what="doubt",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-25T03:00:00Z", 1), ("2026-11-25T03:00:30Z", 0)),
    ),
    Timer(
        name="doubt-and-the-clock-is-set-back-a-day",  # an hour of the new time
        what="doubt",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-22T15:00:00Z", 0), ("2026-11-22T15:59:59Z", 0), ("2026-11-22T16:00:00Z", 1), ("2026-11-23T16:00:00Z", 0)),
    ),
    Timer(
        name="doubt-and-the-clock-jumps-ahead-and-back",
        what="doubt",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-23T18:00:00Z", 1), ("2026-11-23T15:30:00Z", 0), ("2026-11-23T16:00:00Z", 0)),
    ),
    # an answer that the family does not open: its writer is told once, after three days
    Timer(
        name="unread-for-three-days",
        what="unread",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-26T14:59:59Z", 0), ("2026-11-26T15:00:00Z", 1), ("2026-11-26T15:10:00Z", 0)),
    ),
    Timer(
        name="unread-over-leap-day",
        what="unread",
        since="2028-02-27T12:00:00Z",
        steps=(("2028-03-01T11:59:59Z", 0), ("2028-03-01T12:00:00Z", 1)),
    ),
    Timer(
        name="unread-over-the-clocks-going-back",  # three days are 72 hours, also where one of them has 25
        what="unread",
        since="2026-10-30T14:00:00Z",
        steps=(("2026-11-02T13:59:59Z", 0), ("2026-11-02T14:00:00Z", 1)),
    ),
    Timer(
        name="unread-over-an-outage",
        what="unread",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-12-01T15:00:00Z", 1), ("2026-12-01T15:10:00Z", 0)),
    ),
    Timer(
        name="unread-for-so-long-that-it-is-nobodys-news",
        what="unread",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-12-23T15:00:01Z", 0),),
    ),
    Timer(
        name="unread-and-the-clock-is-set-back",
        what="unread",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-26T15:00:00Z", 1), ("2026-11-25T15:00:00Z", 0), ("2026-11-26T15:00:00Z", 0)),
    ),
    # an event about a message that never came: shown once, after a day
    Timer(
        name="event-shown-after-a-day",
        what="event",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-24T15:00:00Z", 0), ("2026-11-24T15:00:01Z", 1), ("2026-11-24T15:05:00Z", 0)),
    ),
    Timer(
        name="event-over-an-outage",
        what="event",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-29T15:00:00Z", 1), ("2026-11-29T15:05:00Z", 0)),
    ),
    # the nightly proof: once a night, from three o'clock on by the practice's clock (New York)
    Timer(
        name="night-in-which-two-oclock-is-skipped",
        what="night",
        since="2026-03-07T12:00:00Z",
        steps=(("2026-03-08T06:59:59Z", 0), ("2026-03-08T07:00:00Z", 1), ("2026-03-08T08:00:00Z", 0), ("2026-03-09T06:59:59Z", 0), ("2026-03-09T07:00:00Z", 1)),
    ),
    Timer(
        name="night-in-which-one-oclock-comes-twice",
        what="night",
        since="2026-10-31T12:00:00Z",
        steps=(("2026-11-01T06:30:00Z", 0), ("2026-11-01T07:59:59Z", 0), ("2026-11-01T08:00:00Z", 1), ("2026-11-01T08:10:00Z", 0)),
    ),
    Timer(
        name="night-on-leap-day",
        what="night",
        since="2028-02-28T12:00:00Z",
        steps=(("2028-02-29T07:59:59Z", 0), ("2028-02-29T08:00:00Z", 1), ("2028-03-01T08:00:00Z", 1)),
    ),
    Timer(
        name="night-and-the-clock-is-set-back",
        what="night",
        since="2026-11-23T15:00:00Z",
        steps=(("2026-11-24T08:00:00Z", 1), ("2026-11-24T07:00:00Z", 0), ("2026-11-24T08:00:00Z", 0)),
    ),
)  # fmt: skip


def moment(text: str) -> datetime:
    """A literal moment of this table."""
    return datetime.fromisoformat(text)
