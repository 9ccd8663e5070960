"""The service dies at every named place of all five workflows, on both databases; nothing is lost, nothing done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.kill import scene
from tests.kill.conftest import BOTH, SIDE_BY_SIDE
from tests.kill.journeys import JOURNEYS, judge
from tests.kill.points import ALONE, AT_START, CHAINS, Point
from tests.kill.stage import Service, Stage

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]

LOST = [{"kind": "reset_after", "method": "chat.postMessage", "nth": [1], "times": 1}]


# Side by side, the longest chains together.
GROUPS = [ALONE[start : start + SIDE_BY_SIDE] for start in range(0, len(ALONE), SIDE_BY_SIDE)]
CHAINED = sorted(CHAINS.values(), key=len, reverse=True)
BATCHES = [CHAINED[start : start + SIDE_BY_SIDE] for start in range(0, len(CHAINED), SIDE_BY_SIDE)]


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("group", GROUPS, ids=[" ".join(point.name for point in group) for group in GROUPS])
async def test_one_card_and_one_answer_though_the_service_dies(
    plays: list[Stage], fresh: Callable[[str], str], tmp_path: Path, group: Sequence[Point], backend: str
):
    """Killed there and started again: one card, one answer at the family, a card that says delivered, no rule broken."""
    await side_by_side(plays, fresh, tmp_path, [(point,) for point in group], backend)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("batch", BATCHES, ids=[" ".join(chain[0].journey for chain in batch) for batch in BATCHES])
async def test_whole_journeys_though_each_life_of_the_service_ends(
    plays: list[Stage], fresh: Callable[[str], str], tmp_path: Path, batch: Sequence[Sequence[Point]], backend: str
):
    """Forward, decide, book, record, note, snooze, wake: each step once, whoever died in the middle of it."""
    await side_by_side(plays, fresh, tmp_path, batch, backend)


async def side_by_side(
    plays: list[Stage], fresh: Callable[[str], str], tmp_path: Path, chains: Sequence[Sequence[Point]], backend: str
) -> None:
    """Each chain of kills on a stage and a database of its own."""
    async with asyncio.TaskGroup() as group:
        for play, chain in zip(plays, chains, strict=False):
            folder = tmp_path / play.folder.name
            folder.mkdir()
            group.create_task(killed(play, fresh(backend), folder, [(point, 1) for point in chain]))


async def killed(play: Stage, database: str, tmp_path: Path, at: Sequence[tuple[Point, int]]) -> None:
    """One journey; the service's first life ends at the first of these points, its second at the next, and so on."""
    hits, when = tmp_path / "hits", tmp_path / "when"
    common = ("--hits", str(hits), "--when", str(when))
    lives = [("--failpoint", f"{point.name}:kill:{nth}", *common) for point, nth in at]
    starting = at[0][0].name.startswith(AT_START)
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
    assert met == [point.name for point, _ in at], (
        f"ended with {service.codes}, nobody came by {[p.name for p, _ in at[len(met) :]][:1]}"
    )
    assert service.deaths == len(at), f"ended with {service.codes}; {scene.report(service)}"
    await judge(journey, mark, token, database)


async def _dead(service: Service, times: int) -> None:
    """A tick may be the last to pass, and half a minute away on a busy machine."""
    for _ in range(600):
        if service.deaths >= times:
            return
        await asyncio.sleep(0.05)
