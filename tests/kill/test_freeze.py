"""A service that stands still beyond its lease, and wakes up late: fenced by its token, it changes and sends nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kill import scene
from tests.kill.journeys import JOURNEYS, judge
from tests.kill.points import AT_START
from tests.kill.stage import Stage
from tests.ports import free_port
from tests.service import FAST

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]

BEYOND = FAST["LEASE"] + 0.8  # seconds
POINTS = ("slack.before_post:1", "portal.before_send:1", "reply.before_settle:1")  # all of them: make chaos


async def frozen(
    play: Stage, database: str, tmp_path: Path, at: str, *, second: bool, journey: str = "answered"
) -> None:
    """A journey with one freeze; with `second` another replica takes over meanwhile."""
    name, _, nth = at.partition(":")
    hits, when = tmp_path / "hits", tmp_path / "when"
    rule = f"{name}:freeze:{BEYOND}:{nth}"
    first = play.service(database, once=["--failpoint", rule, "--hits", str(hits), "--when", str(when)])
    other = play.service(database, port=free_port(), options=["--hits", str(hits)])
    mark, token = scene.Mark(play), scene.new_token()
    services = [first, other] if second else [first]
    if name.startswith(AT_START):
        when.touch()
    try:
        for service in services:
            await service.start()
            await play.ready(service)
        when.touch()
        await JOURNEYS[journey].play(play, token)
        await scene.settled(play, database)
        await asyncio.sleep(BEYOND + 1.5 if second else 0)  # the late one wakes up, and takes back what it posted
    finally:
        for service in services:
            await service.end()
    await judge(JOURNEYS[journey], mark, token, database)
    if not second:
        assert f"!freeze {name}" in hits.read_text()


@pytest.mark.parametrize("at", POINTS)
async def test_one_that_wakes_up_late_does_nothing_twice(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, at: str
):
    """Frozen beyond the lease with a delivery in hand, alone on SQLite: it finds its own lapsed claim and goes on."""
    await frozen(play, fresh("sqlite"), tmp_path, at, second=False)


@pytest.mark.postgres
@pytest.mark.parametrize("at", POINTS)
async def test_the_other_replica_takes_over_meanwhile(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, at: str
):
    """The same with a second replica on PostgreSQL, which takes the lapsed claim: the late one is fenced."""
    await frozen(play, fresh("postgres"), tmp_path, at, second=True)
    if at == "slack.before_post:1":  # the late one posted a second card, and took it back
        assert "slack.before_delete" in (tmp_path / "hits").read_text()
