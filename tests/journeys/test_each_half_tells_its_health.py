"""A service in two halves, as over PostgreSQL: each is watched like the whole."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from bot import log
from bot.domain import tell
from tests.journeys.conftest import OpenDesk
from tests.world import serving, until


@pytest.mark.parametrize("part", ["web", "worker"])
async def test_each_half_says_how_it_is(open_desk: OpenDesk, part: str):
    """Health, readiness and the gauges in both; only the web half has a door for portals. Both log what rings."""
    desk = await open_desk()
    await desk.service.stop()
    desk.service = serving(desk.environment, desk.clock)
    desk.service.only = part
    await desk.service.start()
    stream = io.StringIO()
    undo = log.set_up(form="json", stream=stream)
    await desk.service.store.run(tell.ring, key="moved:main", words="x", now=desk.clock())
    undo()
    assert '"event":"alarm.raised","kind":"moved","key":"moved:main"' in stream.getvalue().replace(" ", "")
    assert await desk.get("/healthz") == (200, {"status": "alive"})

    async def ready() -> bool:
        return (await desk.get("/readyz"))[0] == 200

    async def counted() -> bool:
        return "portaldesk_alarms_open 1.0" in (await desk.get("/metrics"))[1]

    await until(ready, what="a half that is ready")
    desk.service.ticks.scheduler.modify_job("counts", next_run_time=datetime.now(UTC))  # else in a quarter of a minute
    await until(counted, what="the open alarm in the gauge")
    status, _ = await desk.post("/portal/main/events", b"{}", {"Content-Type": "application/json"})
    assert status == {"web": 401, "worker": 404}[part]
