"""The service dies at every named place of all five workflows, on both databases; nothing is lost, nothing done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.kill import scene
from tests.kill.conftest import BOTH
from tests.kill.journeys import JOURNEYS, judge
from tests.kill.points import ALONE, CHAINS, Point
from tests.kill.stage import Service, Stage

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]

LOST = [{"kind": "reset_after", "method": "chat.postMessage", "nth": [1], "times": 1}]


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("point", ALONE, ids=[point.name for point in ALONE])
async def test_one_card_and_one_answer_though_the_service_dies(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, point: Point, backend: str
):
    """Killed there and started again: one card, one answer at the family, a card that says delivered, no rule broken."""
    await killed(play, fresh(backend), tmp_path, [(point, 1)])


@pytest.mark.timeout(240)
@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("name", CHAINS)
async def test_a_whole_journey_though_each_life_of_the_service_ends(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, name: str, backend: str
):
    """Forward, decide, book, record, note, snooze, wake: each step once, whoever died in the middle of it."""
    await killed(play, fresh(backend), tmp_path, [(point, 1) for point in CHAINS[name]])


async def killed(play: Stage, database: str, tmp_path: Path, at: Sequence[tuple[Point, int]]) -> None:
    """One journey; the service's first life ends at the first of these points, its second at the next, and so on."""
    hits, when = tmp_path / "hits", tmp_path / "when"
    common = ("--hits", str(hits), "--when", str(when))
    lives = [("--failpoint", f"{point.name}:kill:{nth}", *common) for point, nth in at]
    starting = at[0][0].name.startswith("start.")
    journey, needs = JOURNEYS[at[0][0].journey], {point.needs for point, _ in at}
    service = play.service(database, lives=lives)
    mark, token = scene.Mark(play), scene.new_token()
    if starting:
        when.touch()
    await service.start()
    try:
        await play.ready(service)
        if "slack" in needs:
            await play.human("faults", faults=LOST)
        when.touch()
        await journey.play(play, token)
        await _dead(service, len(at))
        await scene.settled(play, database)
    finally:
        await play.human("faults", faults=[])
        await service.end()
    met = [line.partition("!kill ")[2] for line in hits.read_text().splitlines() if "!kill " in line]
    assert met == [point.name for point, _ in at], f"nobody came by {[p.name for p, _ in at[len(met) :]][:1]}"
    assert service.deaths == len(at), scene.report(service)
    await judge(journey, mark, token, database)


async def _dead(service: Service, times: int) -> None:
    """A tick may be the last to pass."""
    for _ in range(120):
        if service.deaths >= times:
            return
        await asyncio.sleep(0.05)
