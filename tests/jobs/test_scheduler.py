"""The metronome: what is stale, and a stop in the middle of a tick."""

from __future__ import annotations

import asyncio
import logging
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


async def test_a_tick_that_fails_is_stale_and_goes_on():
    """A database that is away makes the tick stale after ten seconds, by name, and fresh once it ends well."""
    ahead = timedelta()
    ticks = Ticks(lambda: datetime.now(UTC) + ahead)
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
        ahead = timedelta(seconds=11)
        assert ticks.stale() == ["outbox"]
        away = False

        async def fresh() -> bool:
            return ticks.stale() == []

        await until(fresh, what="a fresh tick")
    finally:
        ticks.stop()
