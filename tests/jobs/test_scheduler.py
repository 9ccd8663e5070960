"""The metronome: what is stale, and a stop in the middle of a tick."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.store import StoreUnavailable
from bot.jobs.scheduler import Ticks
from tests.world import until


async def test_a_stop_in_the_middle_of_a_tick_is_no_error(caplog: pytest.LogCaptureFixture):
    """A service that ends while a tick waits for the database logs no traceback."""
    began = asyncio.Event()
    ticks = Ticks(lambda: datetime.now(UTC))

    async def long() -> None:
        began.set()
        await asyncio.sleep(60)

    ticks.add("long", long, every=0.05)
    ticks.start()
    await asyncio.wait_for(began.wait(), 5)
    ticks.stop()
    await asyncio.sleep(0.05)
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []


async def test_a_stop_before_the_first_step_of_a_tick_is_no_error(caplog: pytest.LogCaptureFixture):
    """Its time comes while the service ends: it does not begin, and nothing is logged either."""
    ticks = Ticks(lambda: datetime.now(UTC))
    ran = asyncio.Event()

    async def tick() -> None:
        ran.set()
        await asyncio.sleep(60)

    ticks.add("tick", tick, every=0.05)
    ticks.start()
    ticks.scheduler.get_job("tick").modify(next_run_time=datetime.now(UTC))
    asyncio.get_running_loop().call_soon(ticks.scheduler._process_jobs)
    ticks.stop()
    await asyncio.sleep(0.05)
    assert not ran.is_set()
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []


async def test_a_tick_that_fails_is_stale_and_goes_on():
    """A database that is away makes the tick stale after ten seconds, by name, and fresh once it ends well."""
    ahead = 0.0
    ticks = Ticks(lambda: datetime.now(UTC), steady=lambda: time.monotonic() + ahead)
    away, calls = True, 0

    async def tick() -> None:
        nonlocal calls
        calls += 1
        if away:
            raise StoreUnavailable("away")

    ticks.add("outbox", tick, every=0.05)
    ticks.start()
    try:

        async def twice() -> bool:
            return calls >= 2

        await until(twice, what="two ticks")
        assert ticks.stale() == []
        ahead = 11.0
        assert ticks.stale() == ["outbox"]
        away = False

        async def fresh() -> bool:
            return ticks.stale() == []

        await until(fresh, what="a fresh tick")
    finally:
        ticks.stop()


@pytest.mark.parametrize("step", [timedelta(hours=5), timedelta(days=-1)])
async def test_a_clock_that_is_set_makes_no_tick_stale_and_hides_none(step: timedelta):
    """Whether a tick stands still is told by a clock that only goes on, not by the one on the wall."""
    ahead, stood = timedelta(), 0.0
    ticks = Ticks(lambda: datetime.now(UTC) + ahead, steady=lambda: time.monotonic() + stood)

    async def stands_still() -> None:
        await asyncio.sleep(60)

    ticks.add("outbox", stands_still, every=0.05)
    ticks.start()
    try:
        ahead = step
        assert ticks.stale() == []
        stood = 11.0
        assert ticks.stale() == ["outbox"]
    finally:
        ticks.stop()


async def test_a_clock_that_is_set_back_stops_no_tick(caplog: pytest.LogCaptureFixture):
    """APScheduler waits for a time on the wall; the metronome sees that it was set back, and goes on within a second."""
    ahead, calls = timedelta(), 0
    ticks = Ticks(lambda: datetime.now(UTC) + ahead)

    async def tick() -> None:
        nonlocal calls
        calls += 1

    ticks.add("outbox", tick, every=0.05)
    ticks.start()
    try:
        ahead = timedelta(hours=-1)
        an_hour_on = datetime.now(UTC) + timedelta(hours=1)  # as its next time looks once the clock was set back
        ticks.scheduler.modify_job("outbox", next_run_time=an_hour_on)
        before = calls

        async def goes_on() -> bool:
            return calls > before + 2

        await until(goes_on, what="a tick after the clock was set back")
        assert "tick.clock-set-back" in caplog.text
    finally:
        ticks.stop()
