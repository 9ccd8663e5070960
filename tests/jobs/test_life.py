"""Who starts is careful after a life that ended in the middle, and not because of one that goes on elsewhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from bot.domain import suspect
from bot.domain.store import Records, Store, StoreFull, StoreTooSlow, StoreUnavailable
from bot.domain.suspect import CAREFUL, MOST, SHOWN
from bot.jobs.life import Life
from handlers.careful import SingleFile
from tests.storage.family import NOW

Begin = Callable[..., Awaitable[Life]]


class Clock:
    """Told the time."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def begin(store: Store, clock: Clock) -> Begin:
    """Begins one more life on the database."""

    async def begun(*, shared: bool = True) -> Life:
        life = Life(store, clock, shared=shared)
        await life.begin()
        return life

    return begun


def careful(*lives: Life) -> list[bool]:
    """Which of them are."""
    return [life.care().until is not None for life in lives]


async def all_beat(*lives: Life) -> None:
    """Each as often as shows that it goes on."""
    for life in lives * SHOWN:
        await life.beat()


async def test_after_a_clean_end_nobody_is_careful(begin: Begin):
    """Neither the first life, nor the one after it."""
    first = await begin()
    await first.end()
    assert careful(first, await begin()) == [False, False]


async def test_replicas_that_go_on_make_nobody_careful(begin: Begin):
    """The third to join is careful until both others have shown themselves, and then no more."""
    others = [await begin(), await begin()]
    third = await begin()
    await all_beat(others[0], third)
    assert careful(third) == [True]
    await all_beat(others[1], third)
    assert careful(third) == [False]


async def test_a_beat_that_was_on_its_way_when_its_process_was_killed_shows_nothing(begin: Begin):
    """Its commit may become visible after the next one has begun."""
    killed = await begin()
    after = await begin()
    await killed.beat()
    await after.beat()
    assert careful(after) == [True]


async def test_a_replica_that_ends_while_another_starts_goes_on_till_then(begin: Begin):
    """A rolling upgrade: the new one is there, the old one is told to stop, and that was no crash."""
    old = await begin()
    new = await begin()
    await old.end()
    await new.beat()
    assert careful(new) == [False]


@pytest.mark.parametrize("shared", [True, False])
async def test_a_life_that_is_over_makes_careful_for_the_whole_while(begin: Begin, clock: Clock, shared: bool):
    """It may have beaten just before it was killed: what counts is whether it does so afterwards."""
    killed = await begin(shared=shared)
    await killed.beat()
    after = await begin(shared=shared)
    for minutes in (0, 5, 9):
        clock.now = NOW + timedelta(minutes=minutes)
        await after.beat()
        assert after.care().until == NOW + CAREFUL
    clock.now = NOW + CAREFUL
    await after.beat()
    assert careful(after) == [False]
    await after.end()
    assert careful(await begin(shared=shared)) == [False]


async def test_one_that_ended_in_the_middle_is_found_among_those_that_go_on(begin: Begin):
    """Of three replicas one was killed: the one that takes its place stays careful though the others beat."""
    others = [await begin() for _ in range(3)][:2]
    again = await begin()
    await all_beat(*others, again)
    await all_beat(*others, again)
    assert careful(again) == [True]


async def test_who_was_killed_while_it_was_careful_is_followed_by_one_that_is(begin: Begin, clock: Clock):
    """Each of these lives ends in the middle, and a clean stop between them makes nothing better."""
    await begin()
    stopped = await begin()
    await stopped.beat()
    await stopped.end()
    clock.now += timedelta(minutes=5)
    assert careful(await begin()) == [True]


async def test_a_replica_of_the_version_before_ends_none_that_goes_on(begin: Begin, store: Store, clock: Clock):
    """It takes every open life for ended when it starts: the next beat says otherwise."""
    goes_on = await begin()
    await store.run(lambda r: r.lives_over([goes_on.name], now=clock.now))
    await goes_on.beat()
    assert careful(await begin()) == [True]


async def test_a_long_life_is_not_forgotten(begin: Begin, store: Store, clock: Clock):
    """Months after it began it is killed, and the next one knows; what has ended that long ago is gone."""
    ended = await begin()
    await ended.end()
    long = await begin()
    clock.now = NOW + timedelta(days=100)
    after = await begin()
    assert careful(after) == [True]
    shown = await store.read(lambda r: r.lives_shown())
    assert (ended.name in shown, long.name in shown) == (False, True)


async def test_who_cannot_write_down_its_start_is_careful(begin: Begin, store: Store, clock: Clock):
    """How the last life ended is not known on a full disk, and no beat of another makes it known; its own row comes later."""

    class Full:
        """Takes no start."""

        forsaken = store.forsaken

        async def run(self, act: Callable[..., object], **arguments: object) -> object:
            """Refuse, or do it."""
            if act is suspect.began:
                raise StoreFull
            return await store.run(act, **arguments)

    life = Life(Full(), clock, shared=True)  # type: ignore[arg-type]
    await life.begin()
    await all_beat(life, life)
    assert life.care().until == NOW + CAREFUL
    assert careful(await begin()) == [True], "it is killed now, and the next one knows"


async def test_who_is_told_to_stop_in_the_middle_of_a_hang_has_no_end(begin: Begin, store: Store):
    """An event that hangs holds its thread for ever, and the supervisor kills the service in the end."""
    life, goes_on = await begin(), threading.Event()

    def hangs(records: Records) -> None:
        del records
        goes_on.wait()

    try:
        with pytest.raises(StoreTooSlow):
            await store.run(hangs, within=1.0)
        await life.end()
    finally:
        goes_on.set()
    assert careful(await begin()) == [True]


async def test_a_query_at_work_is_no_hang_of_an_act(begin: Begin, store: Store):
    """The service is told to stop while it looks through everything at night: that is an end as it should be."""
    life, goes_on = await begin(), threading.Event()
    query = asyncio.ensure_future(store.read(lambda _: goes_on.wait(), patient=True))
    await asyncio.sleep(0.1)
    query.cancel()
    await asyncio.sleep(0)
    try:
        await life.end()
    finally:
        goes_on.set()
    assert careful(await begin()) == [False]


async def test_with_a_clean_end_goes_what_events_were_blamed_for(begin: Begin, store: Store, clock: Clock):
    """A slow database refused an event in each of many lives; each was ended as it should be, and one was killed."""
    await begin()
    for _ in range(MOST + 2):
        life = await begin()
        file = SingleFile(store=store, life=life.name, care=life.care)
        with suppress(StoreUnavailable):
            async with file.passing(portal="main", event_id="evt", now=clock.now, left=lambda: 5.0) as times:
                assert times == 1
                raise StoreUnavailable("slow")
        await life.end()
    assert not await store.read(suspect.known, portal="main", event_id="evt")


async def test_a_service_that_crashes_for_days_leaves_few_rows(begin: Begin, store: Store, clock: Clock):
    """Each start closes what is beyond the newest hundred, and forgets what ended the day before."""
    for _ in range(130):
        clock.now += timedelta(seconds=3)
        await begin()
    assert len((await begin()).care().lives) == 100
    clock.now += timedelta(days=2)
    await begin()
    assert len(await store.read(lambda r: r.lives_shown())) < 110


@pytest.mark.parametrize("replicas", [1, 2])
async def test_poison_is_set_aside_at_a_portal_that_takes_its_time(
    begin: Begin, store: Store, clock: Clock, replicas: int
):
    """As docs/for-portal-vendors.md asks: seconds, then minutes, then hours. Each life that reads it is killed."""
    alive = [await begin() for _ in range(replicas)]
    killed = 0
    for tries, wait in enumerate((0, 5, 300, 1800, 7200, 18000, 36000, 36000)):
        clock.now += timedelta(seconds=wait)
        await all_beat(*alive)
        which = tries % replicas
        file = SingleFile(store=store, life=alive[which].name, care=alive[which].care)
        if not await is_read(file, clock.now):
            break
        killed += 1
        alive[which] = await begin()  # in its place
    assert killed == MOST + replicas


async def is_read(file: SingleFile, now: datetime) -> bool:
    """Whether the poison is read: then the process is gone, and what came after the reading never happens."""
    passing = file.passing(portal="main", event_id="poison", now=now, left=lambda: 5.0)
    return await passing.__aenter__() <= MOST
