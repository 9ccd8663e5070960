"""The table of times: promises in eight zones, what Snooze offers, and timers on a real store with a hand-held clock."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain import (
    claim,
    confirm,
    decide,
    forward,
    intake,
    nightly,
    overdue,
    send,
    set_back,
    snooze,
    standing,
    unread,
)
from bot.domain.carry import settle_reply
from bot.domain.delivery import CALL_LIMIT, LEASE, Outcome, State, reply_lane
from bot.domain.event import MessageCreated, ReplyStatus
from bot.domain.journal import Entry
from bot.domain.message import Kind
from bot.domain.promise import promised
from bot.domain.records import InboxState
from bot.domain.refused import Refusal, Refused
from bot.domain.staff import Person
from bot.domain.store import Records, Store
from bot.domain.words import Ticks
from bot.jobs.rounds import waiting_too_long
from bot.practice_file import read
from bot.slack import snooze as snooze_window
from bot.slack.clock import Clock
from storage import verify
from storage.sql import Sql
from tests.domain.time_table import PROMISES, TIMERS, USUAL, Promise, Timer, Usual, moment
from tests.storage.family import message
from tests.world import PRACTICE

WHO = Person(slack="U0ALICE", member=True)
FILE = """
practice: {{name: Bright Kids, timezone: {zone}}}
card_detail: full
hours: {hours}
holidays: {closed}
departments: [{{name: Nursing, channel: C0NURSING, kinds: [general], turnaround: {within}}}]
default_department: Nursing
urgent_channel: C0URGENT
staff: [{{slack: U0PAT, name: Pat Quinn, roles: [admin, staff], departments: [Nursing]}}]
"""


def test_the_table_is_as_wide_as_it_says():
    """More than forty cases, each with a name of its own, in eight zones."""
    names = [case.name for case in (*PROMISES, *USUAL, *TIMERS)]
    assert len(set(names)) == len(names) >= 70
    assert len({case.zone for case in PROMISES}) == 8


@pytest.mark.parametrize("case", PROMISES, ids=lambda case: case.name)
def test_a_promise(case: Promise):
    """It ends at the moment that somebody worked out by hand, whichever moment it is asked at."""
    practice = read(FILE.format(zone=case.zone, hours=case.hours, closed=case.closed, within=case.within))
    came, nursing = moment(case.came), practice.department("Nursing")
    for now in (came, came + timedelta(days=400), came - timedelta(days=400)):
        due = promised(came=came, urgent=False, department=nursing, practice=practice, now=now)
        assert due == moment(case.due), case.rule
    assert due.tzinfo is UTC


@pytest.mark.parametrize(
    ("now", "due"),
    [
        pytest.param("2026-03-08T06:55Z", "2026-03-08T07:10Z", id="over the gap"),
        pytest.param("2026-11-01T05:50Z", "2026-11-01T06:05Z", id="over the fold"),
        pytest.param("2026-12-31T23:55Z", "2027-01-01T00:10Z", id="over the year's end"),
        pytest.param("2028-02-29T23:55Z", "2028-03-01T00:10Z", id="over the end of leap day"),
    ],
)
def test_what_is_urgent_waits_a_quarter_of_an_hour(now: str, due: str):
    """By time that passes, whatever the hours of opening and the clocks on the wall do."""
    practice = read(FILE.format(zone="America/New_York", hours='{mon: "08:00-17:00"}', closed="{}", within="8h"))
    nursing = practice.department("Nursing")
    told = promised(came=moment(now), urgent=True, department=nursing, practice=practice, now=moment(now))
    assert told == moment(due)


@pytest.mark.parametrize("case", USUAL, ids=lambda case: case.name)
def test_what_snooze_offers(case: Usual):
    """Half an hour is thirty minutes, and eight in the morning is that of the practice, on a day that exists."""
    practice = read(FILE.format(zone=case.zone, hours='{mon: "08:00-17:00"}', closed="{}", within="8h"))
    offered = snooze_window.usual(Clock.of(practice, moment(case.now)))
    assert [at for _, at in offered] == [moment(at) for at in case.offered]
    assert tuple(label for label, _ in offered[3:]) == case.labels


# Timers on a store: each tick is tried by one that dies in the middle, and then made by two at once.


class DiedError(Exception):
    """The process ended in the middle of a tick."""


def comes(records: Records, *, now: datetime, n: int = 1, kind: Kind = Kind.GENERAL) -> str:
    """A family writes; its conversation's id."""
    digest = hashlib.sha256(b"%d" % n).digest()
    inbox = records.add_inbox(portal="main", event_id=f"e{n}", sha256=digest, raw=b"{}", now=now)
    content = replace(message(n, kind=kind), sent_at=now)
    told = MessageCreated(message=content, content_sha256=digest)
    assert inbox
    assert intake.created(records, told, portal="main", inbox_id=inbox, now=now)
    records.settle_inbox(inbox, state=InboxState.DONE, type="portal.message.created", reason="")
    stored = records.message_of(portal="main", message_id=content.message_id)
    assert stored
    return stored.conversation_id


def answered(records: Records, *, now: datetime, n: int = 1, outcome: Outcome | None = None) -> str:
    """The nurse answers, and somebody claims the answer; what became of that, when it did not die there."""
    talk = comes(records, now=now - timedelta(minutes=1), n=n)
    opened = send.open_reply(records, conversation_id=talk, person=WHO, now=now)
    form = send.Form(text="It can wait.", done_after=False)
    made = send.send(records, window_id=opened.window.id, person=WHO, form=form, now=now)
    taken = records.claim(reply_lane(talk), now=now, by="one")
    assert taken
    if outcome:
        assert settle_reply(records, claim=taken, outcome=outcome, now=now)
    return getattr(made, "id", "")


def waits(records: Records, *, case: Timer, now: datetime) -> None:
    """Something begins to wait for its time."""
    match case.what:
        case "snooze":
            talk = comes(records, now=now)
            opened, _ = snooze.open_snooze(records, conversation_id=talk, person=WHO, now=now)
            snooze.snooze(records, window_id=opened.id, person=WHO, until=moment(case.until), now=now)
        case "again":
            again = Outcome(state=State.PENDING, again_at=now + timedelta(seconds=30), code="away")
            answered(records, now=now, outcome=again)
        case "lease":
            answered(records, now=now)
        case "doubt":
            answered(records, now=now, outcome=Outcome(state=State.UNCLEAR, code="cut_off"))
        case "unread":
            for n, status in enumerate(("read", "delivered"), start=1):
                reply = answered(records, now=now, n=n, outcome=Outcome(state=State.DELIVERED))
                told = ReplyStatus(reply_id=reply, status=status, at=now)
                assert standing.reply_status(records, told, portal="main", now=now)
        case "event":
            inbox = records.add_inbox(portal="main", event_id="early", sha256=b"early", raw=b"{}", now=now)
            assert inbox
            records.settle_inbox(inbox, state=InboxState.WAITING, type="MessageWithdrawn", about="message:nowhere")


def claims(records: Records, *, now: datetime) -> int:
    """The outbox's tick over the answers' lanes that are ready; how many were taken."""
    ready = [lane for lane, at in records.lanes(now=now) if lane.startswith("reply:") and at <= now]
    return sum(records.claim(lane, now=now, by="another") is not None for lane in ready)


def proves(records: Records, *, now: datetime) -> int:
    """The tick that begins the night's proof; it holds at once."""
    night = nightly.due(records, now=now)
    if night:
        nightly.done(records, night=night, broken=(), now=now)
    return int(bool(night))


TICKS: dict[str, Callable[..., int]] = {
    "snooze": snooze.wake,
    "again": claims,
    "lease": claims,
    "doubt": overdue.doubts,
    "unread": unread.notice,
    "event": waiting_too_long,
    "night": proves,
}
TRACES = {"snooze": "message.woke", "doubt": "doubt.late", "unread": "reply.unread", "night": "verify.begun"}
DONE = Sql("SELECT action, COUNT(*) FROM journal GROUP BY action")


def dies(records: Records, *, tick: Callable[..., int], now: datetime) -> None:
    """A tick that does its work and is gone before the commit."""
    tick(records, now=now)
    raise DiedError


async def played(case: Timer, *stores: Store) -> None:
    """The clock shows one step after the other; nothing else tells the store what time it is."""

    def begin(records: Any) -> None:
        since = moment(case.since)
        records.save_practice(PRACTICE, by="cli:test", now=since)
        records.journal(Entry(at=since, actor="cli:test", action="practice.applied", subject="practice"))
        waits(records, case=case, now=since)

    await stores[0].run(begin)
    tick, happened = TICKS[case.what], []
    for step, _ in case.steps:
        now = moment(step)
        await stores[0].run(set_back.notice, now=now)
        with pytest.raises(DiedError):
            await stores[0].run(dies, tick=tick, now=now)
        done = await asyncio.gather(*(store.run(tick, now=now) for store in (*stores, stores[0])))
        happened.append((step, sum(done)))
    assert tuple(happened) == case.steps
    counted: Counter[str] = Counter(dict(map(tuple, await stores[0].read(lambda r: r.rows(DONE)))))
    if case.what in TRACES:
        assert counted[TRACES[case.what]] == sum(n for _, n in case.steps)
    assert await stores[0].read(verify) == []


@pytest.mark.parametrize("case", TIMERS, ids=lambda case: case.name)
async def test_a_timer(one_process: Store, case: Timer):
    """It fires at its moment, once: over changed clocks, outages, a tick that died, and two ticks at the same time."""
    await played(case, one_process)


# Leases go by the database's own clock there, which no test can turn.
SHARED = [case for case in TIMERS if case.what != "lease" and ("outage" in case.name or case.what == "night")]


@pytest.mark.postgres
@pytest.mark.parametrize("case", SHARED, ids=lambda case: case.name)
async def test_a_timer_with_two_replicas(two_replicas: tuple[Store, Store], case: Timer):
    """Two processes tick at once, and the effect is there once."""
    await played(case, *two_replicas)


@pytest.mark.postgres
async def test_a_lease_that_is_over_is_taken_by_one_of_two_replicas(two_replicas: tuple[Store, Store]):
    """PostgreSQL: by its own clock, and one that was set back holds nothing for longer than a lease."""
    one, other = two_replicas
    now = datetime.now(UTC)
    until = "UPDATE deliveries SET lease_until = {0} WHERE state = 'sending'"
    left = Sql("SELECT lease_until - {clock} FROM deliveries WHERE state = 'sending'")

    def begin(records: Any) -> None:
        records.save_practice(PRACTICE, by="cli:test", now=now)
        answered(records, now=now)

    async def both() -> int:
        return sum(await asyncio.gather(one.run(claims, now=now), other.run(claims, now=now)))

    await one.run(begin)
    assert await both() == 0
    await one.run(lambda r: r.run(Sql(until.format("lease_until + 86400000000"))))
    assert await one.run(set_back.notice, now=now) == 1
    assert 0 < (await one.read(lambda r: r.rows(left)))[0][0] <= LEASE.total_seconds() * 1_000_000
    await one.run(lambda r: r.run(Sql(until.format("1"))))
    assert await both() == 1
    assert await both() == 0


def test_a_lease_is_longer_than_two_calls():
    """So a worker that marks its claim and makes one call ends well within it (SAFETY I17)."""
    assert timedelta(seconds=24) == 2 * CALL_LIMIT < LEASE == timedelta(seconds=40)


async def test_more_doubts_than_one_tick_takes_all_ring(one_process: Store):
    """Those that ring already stand in nobody's way: the next tick takes the next ones."""
    since = moment("2026-11-23T15:00:00Z")

    def begin(records: Any) -> None:
        records.save_practice(PRACTICE, by="cli:test", now=since)
        for n in range(1, overdue.AT_ONCE + 4):
            answered(records, now=since, n=n, outcome=Outcome(state=State.UNCLEAR, code="cut_off"))

    await one_process.run(begin)
    late = since + timedelta(hours=2)
    assert [await one_process.run(overdue.doubts, now=late) for _ in range(3)] == [overdue.AT_ONCE, 3, 0]


HOUR = timedelta(hours=1)
GRACE = Person(slack="U0GRACE", member=True)
NOON = moment("2026-11-23T17:00:00Z")


async def clinic(store: Store, kind: Kind = Kind.GENERAL) -> str:
    """A practice with one message that came an hour before noon."""

    def begin(records: Any) -> str:
        records.save_practice(PRACTICE, by="cli:test", now=NOON - HOUR)
        records.journal(Entry(at=NOON - HOUR, actor="cli:test", action="practice.applied", subject="practice"))
        return comes(records, now=NOON - HOUR, kind=kind)

    return await store.run(begin)


@pytest.mark.parametrize("step", [-HOUR, HOUR])
async def test_a_turn_that_moved_under_an_open_window_is_seen_however_the_clock_steps(
    one_process: Store, step: timedelta
):
    """Who has it is compared with who had it when the window opened, not one time with another."""
    talk = await clinic(one_process)
    slip = forward.Slip(to="U0BEN", department=None, note="", prior=True)
    opened = await one_process.run(forward.open_forward, conversation_id=talk, person=WHO, now=NOON)
    await one_process.run(claim.take, conversation_id=talk, person=GRACE, now=NOON + step)
    with pytest.raises(Refused) as refused:
        await one_process.run(forward.forward, window_id=opened.window.id, person=WHO, slip=slip, now=NOON + step)
    assert refused.value.because is Refusal.CHANGED
    anew = await one_process.run(forward.open_forward, conversation_id=talk, person=WHO, now=NOON - 2 * HOUR)
    made = await one_process.run(forward.forward, window_id=anew.window.id, person=WHO, slip=slip, now=NOON - 2 * HOUR)
    assert made.to == "U0BEN"


async def test_rounds_of_a_decision_stand_in_the_order_in_which_they_were_made(one_process: Store):
    """The second round was made an hour earlier by the clock: it counts, stands last, and its journal row agrees."""
    talk = await clinic(one_process, Kind.REFILL)

    def decided(records: Any, *, outcome: str, now: datetime) -> None:
        opened = decide.open_refill(records, conversation_id=talk, person=GRACE, now=now)
        chosen = [
            decide.Choice(line=1, outcome=outcome, reason="needs_appointment"),
            decide.Choice(line=2, outcome="open"),
        ]
        decide.choose(records, window_id=opened.window.id, person=GRACE, choices=chosen, now=now)
        said = confirm.Said(words="Please see us.", by=confirm.By.NOW, ticks=Ticks(proxy=True, sibling=True))
        confirm.confirm(records, window_id=opened.window.id, person=GRACE, said=said, now=now)

    await one_process.run(decided, outcome="approved", now=NOON)
    await one_process.run(decided, outcome="denied", now=NOON - HOUR)
    rounds = (await one_process.read(lambda r: r.picture(talk))).decisions
    assert [(one.round, one.outcome) for one in rounds] == [(1, "approved"), (2, "denied")]
    assert rounds[0].at < rounds[1].at
    assert await one_process.read(verify) == []


async def test_a_clock_that_was_set_back_is_written_down_once(one_process: Store):
    """Whoever reads the journal sees where its times are not in order; a small step, as clocks make them, is none."""
    await clinic(one_process)
    for ago, rows in ((HOUR + LEASE, 0), (HOUR + 2 * LEASE, 1), (HOUR + 2 * LEASE, 1), (-HOUR, 1)):
        await one_process.run(set_back.notice, now=NOON - ago)
        told = await one_process.read(lambda r: r.history("clock"))
        assert len(told) == rows
    assert told[0].detail["seconds"] == 80
