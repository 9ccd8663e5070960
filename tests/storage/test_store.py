"""What the store promises about acts: whole or not at all, in time or not at all, none lost."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace

import pysqlite3
import pytest

from bot.domain.store import Store, StoreTooSlow, StoreUnavailable
from storage.sql import Sql
from tests.storage.family import NOW, raised, taken_in, version, window
from tests.world import until

VERSION = Sql("SELECT version FROM conversations WHERE id = :id")
BUSY = Sql("INSERT INTO vault (name, value_sealed) VALUES (:name, :value)")


async def test_an_act_is_whole_or_not_at_all(store: Store):
    """What it raised is handed over, and nothing that it wrote stays."""

    def act(records):
        taken_in(records)
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        await store.run(act)
    assert await store.read(lambda r: r.message_of(portal="main", message_id="canary-message-1")) is None
    assert await store.run(taken_in)


async def test_one_failing_act_takes_no_other_with_it(store: Store):
    """Acts that are committed together fail apart."""

    def act(records, n):
        taken_in(records, n=n)
        if n % 3 == 0:
            raise LookupError(n)

    results = await asyncio.gather(*(store.run(act, n=n) for n in range(1, 31)), return_exceptions=True)
    assert [isinstance(result, LookupError) for result in results] == [n % 3 == 0 for n in range(1, 31)]

    def known(records):
        return [n for n in range(1, 31) if records.message_of(portal="main", message_id=f"canary-message-{n}")]

    assert await store.read(known) == [n for n in range(1, 31) if n % 3]


async def test_no_update_is_lost(url: str, opened, store: Store):
    """Two stores, 200 acts that read and write the same row: every one counts."""
    kept = await store.run(taken_in)
    other = opened(url)
    await asyncio.gather(*((store, other)[n % 2].run(raised, conversation_id=kept.id) for n in range(200)))
    assert await version(store, kept.id) == 201


async def test_a_window_is_used_once(url: str, opened, store: Store):
    """Twenty presses of Send at once, on two stores: one wins."""
    kept = await store.run(taken_in)
    opened_window = await store.run(window, of=kept)
    other = opened(url)

    def send(records, n):
        known = records.window(opened_window.id)
        if known.used_by:
            return None
        records.save_window(replace(known, used_by=f"r_{n}"))
        return n

    winners = await asyncio.gather(*((store, other)[n % 2].run(send, n=n) for n in range(20)))
    assert len([winner for winner in winners if winner is not None]) == 1


async def test_one_thread_has_one_conversation(url: str, opened, store: Store):
    """Intakes of one new thread go one after the other, on any number of stores."""
    other = opened(url)

    def intake(records, n):
        first = records.first_heard(portal="main", thread_id="canary-thread-7", message_id=f"canary-message-{n}")
        if first:
            taken_in(records, n=n, thread=7)
        return first

    made = await asyncio.gather(*((store, other)[n % 2].run(intake, n=n) for n in range(20)))
    assert sum(made) == 1


async def test_a_late_act_is_taken_back(store: Store):
    """The caller hears so at its deadline, and nothing of it is ever written."""
    began, let_go, ended = threading.Event(), threading.Event(), threading.Event()

    def act(records):
        began.set()
        taken_in(records)
        let_go.wait(10)
        ended.set()

    asked = asyncio.ensure_future(store.run(act, within=1.0))
    assert await asyncio.to_thread(began.wait, 10)
    with pytest.raises(StoreTooSlow):
        await asked
    assert not ended.is_set()
    let_go.set()
    assert await asyncio.to_thread(ended.wait, 10)
    for _ in range(20):
        assert await store.read(lambda r: r.message_of(portal="main", message_id="canary-message-1")) is None
        await asyncio.sleep(0.01)


async def test_what_was_taken_back_asks_a_slow_database_nothing_more(url: str, store: Store):
    """An act of many statements ends with the one that it is in, so that others have its thread and nothing hangs; on
    SQLite, where one thread serves a whole batch, it ends by itself, and is not begun again."""
    asked = []

    def act(records):
        for n in range(100):
            asked.append(n)
            records.has_suspects()
            time.sleep(0.02)

    with pytest.raises(StoreTooSlow):
        await store.run(act, within=0.2)

    async def through() -> bool:
        return not store.forsaken()

    await until(through, what="an act that ends")
    assert len(asked) <= (100 if url.startswith("sqlite") else 50)


async def test_a_late_act_takes_no_other_with_it(store: Store):
    """Those that were to be committed with it are committed without it."""

    def slow(records):
        taken_in(records, n=99)
        time.sleep(0.3)

    late = asyncio.ensure_future(store.run(slow, within=0.1))
    others = [store.run(taken_in, n=n) for n in range(1, 11)]
    results = await asyncio.gather(late, *others, return_exceptions=True)
    assert isinstance(results[0], StoreTooSlow)
    assert not [result for result in results[1:] if isinstance(result, BaseException)]

    def known(records):
        return [n for n in (*range(1, 11), 99) if records.message_of(portal="main", message_id=f"canary-message-{n}")]

    assert await store.read(known) == list(range(1, 11))


async def test_an_act_that_waits_too_long_never_runs(store: Store):
    """Behind others in the queue it is as late as in the middle of its work."""
    ran = []
    slow = [asyncio.ensure_future(store.run(lambda _: time.sleep(0.4))) for _ in range(6)]
    await asyncio.sleep(0.05)
    with pytest.raises(StoreTooSlow):
        await store.run(lambda _: ran.append(1), within=0.1)
    await asyncio.gather(*slow)
    await store.run(lambda _: None)
    assert ran == []


async def test_a_cancelled_caller_takes_its_act_back(store: Store):
    """Nobody would hear of the result."""

    def act(records):
        taken_in(records)
        time.sleep(0.2)

    task = asyncio.ensure_future(store.run(act))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.3)
    assert await store.read(lambda r: r.message_of(portal="main", message_id="canary-message-1")) is None


async def test_a_query_cannot_write(store: Store):
    """Reading connections refuse it, whatever the query tries."""
    with pytest.raises((pysqlite3.OperationalError, StoreUnavailable)):
        await store.read(lambda r: r.run(BUSY, name="x", value=b""))
    assert await store.run(lambda r: r.rows(Sql("SELECT name FROM vault WHERE name = 'x'"))) == []


async def test_a_query_sees_one_moment(store: Store):
    """What is committed while it runs is not half in its answer."""
    kept = await store.run(taken_in)
    loop = asyncio.get_running_loop()

    def query(records):
        before = records.rows(VERSION, id=kept.id)
        asyncio.run_coroutine_threadsafe(store.run(raised, conversation_id=kept.id), loop).result(5)
        return before == records.rows(VERSION, id=kept.id)

    assert await store.read(query)
    assert await version(store, kept.id) == 2


async def test_work_is_told_after_its_commit(store: Store):
    """The lanes of an act that was rolled back are not; and whoever is woken finds the work."""
    told: list[tuple[frozenset[str], int]] = []
    loop = asyncio.get_running_loop()
    found = asyncio.Event()

    def wake(lanes):
        told.append((lanes, threading.get_ident()))
        loop.call_soon_threadsafe(found.set)

    store.on_work(wake)

    def failing(records):
        taken_in(records)
        raise LookupError

    with pytest.raises(LookupError):
        await store.run(failing)
    await store.run(lambda r: r.next_number())
    assert told == []
    await store.run(taken_in)
    await found.wait()
    assert told[0][0] == frozenset({"slack:dep:Nursing"})
    assert await store.read(lambda r: r.lanes(now=NOW))


async def test_a_closed_store_finishes_and_then_refuses(store: Store):
    """What was queued is committed; what comes later is told so."""
    queued = [asyncio.ensure_future(store.run(taken_in, n=n)) for n in range(1, 20)]
    await asyncio.sleep(0)
    await store.close()
    assert len(await asyncio.gather(*queued)) == 19
    with pytest.raises(StoreUnavailable):
        await store.run(taken_in, n=50)
    await store.close()


async def test_what_is_at_work_for_nobody_is_told(store: Store):
    """An act that outlives its caller: for how long, and no more once it ends."""
    began, goes_on = threading.Event(), threading.Event()

    def hangs(records) -> None:
        began.set()
        goes_on.wait()

    assert store.forsaken() == 0.0
    try:
        with pytest.raises(StoreTooSlow):
            await store.run(hangs, within=1.0)
        assert began.is_set()
        await asyncio.sleep(0.1)
        assert store.forsaken() >= 0.1
    finally:
        goes_on.set()
    async with asyncio.timeout(10):
        while store.forsaken():
            await asyncio.sleep(0.01)
