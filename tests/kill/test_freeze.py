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
from tests.world import until

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
        if not second:  # a tick or the sealer may come only now
            await until(lambda: _hit(hits, name), what=f"a freeze at {name}", within=10)
        await asyncio.sleep(BEYOND + 1.5 if second else 0)  # the late one wakes up, and takes back what it posted
    finally:
        for service in services:
            await service.end()
    await judge(JOURNEYS[journey], mark, token, database)


async def _hit(hits: Path, name: str) -> bool:
    return f"!freeze {name}" in hits.read_text()


async def everywhere(
    plays: list[Stage], fresh: Callable[[str], str], tmp_path: Path, backend: str, *, second: bool
) -> dict[str, Path]:
    """Frozen at each of the points, side by side; where each one wrote down what it passed."""
    hits = {}
    async with asyncio.TaskGroup() as group:
        for play, at in zip(plays, POINTS, strict=False):
            folder = tmp_path / play.folder.name
            folder.mkdir()
            hits[at] = folder / "hits"
            group.create_task(frozen(play, fresh(backend), folder, at, second=second))
    return hits


async def test_one_that_wakes_up_late_does_nothing_twice(
    plays: list[Stage], fresh: Callable[[str], str], tmp_path: Path
):
    """Frozen beyond the lease with a delivery in hand, alone on SQLite: it finds its own lapsed claim and goes on."""
    assert set(await everywhere(plays, fresh, tmp_path, "sqlite", second=False)) == set(POINTS)


@pytest.mark.postgres
async def test_the_other_replica_takes_over_meanwhile(plays: list[Stage], fresh: Callable[[str], str], tmp_path: Path):
    """The same with a second replica on PostgreSQL, which takes the lapsed claim: the late one is fenced."""
    hits = await everywhere(plays, fresh, tmp_path, "postgres", second=True)
    assert set(hits) == set(POINTS)
    assert "slack.before_delete" in hits["slack.before_post:1"].read_text()  # posted a second card, and took it back
