"""SIGTERM under load: what is on the wire is finished, claims are given back, and the next start waits for no lease."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import verdict
from tests.kill import scene
from tests.kill.conftest import BOTH
from tests.kill.shift import Job, Shift
from tests.kill.stage import Service, Stage

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]

SLOW = [  # so that there is always something on the wire, and something that waits for its turn
    {"kind": "delayed_answer", "method": "chat.postMessage", "every": 2, "seconds": 0.6},
    {"kind": "delayed_answer", "method": "chat.update", "every": 2, "seconds": 0.6},
    {"kind": "ratelimited", "method": "chat.postMessage", "every": 7, "retry_after": 2},
]
SENDING = "SELECT what, lane, code FROM deliveries WHERE state = 'sending'"


@pytest.mark.parametrize("backend", BOTH)
async def test_a_service_that_is_stopped_leaves_nothing_waiting(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, backend: str
):
    """Stopped four times in the middle of work: exit 0, no claim left behind, nothing lost and nothing twice."""
    database, hits = fresh(backend), tmp_path / "hits"
    mark, shift = scene.Mark(play), Shift(play, random.Random(5))
    jobs = [Job(token=scene.new_token(), kind="general", plan=("answer",)) for _ in range(30)]
    service = await _begun(play, database, hits)
    await play.human("faults", faults=SLOW)
    await play.control("faults", {"rate": 0.5, "kinds": ["slow_drip"], "delay_s": 0.6})
    working = asyncio.create_task(shift.work(jobs, at_once=10, apart=0.05))
    try:
        for _ in range(4):
            await asyncio.sleep(1.2)
            assert await service.end(signal.SIGTERM) == 0, scene.report(service)
            assert scene.rows(database, SENDING) == []
            service = await _begun(play, database, hits)
        await working
        await play.human("faults", faults=[])
        await scene.settled(play, database)
    finally:
        working.cancel()
        await play.human("faults", faults=[])
        await play.control("faults", {"rate": 0})
        await service.end()
    found = mark.read()
    assert shift.stuck == []
    assert verdict.judge(found) == []
    assert len(found.shown) == len(jobs)
    assert await scene.breaches(database) == []
    assert hits.read_text().count("outbox.release") == 4


async def _begun(play: Stage, database: str, hits: Path) -> Service:
    service = play.service(database, options=["--hits", str(hits)])
    await service.start()
    await play.ready(service)
    return service
