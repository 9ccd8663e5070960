"""The service dies at every named place of the main path, on both databases, and the family gets one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import history
from tests.kill import scene
from tests.kill.conftest import BOTH
from tests.kill.points import FAILPOINTS
from tests.kill.stage import Stage

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]

CASES = [(point, nth) for point in FAILPOINTS for nth in point.passes]
LOST = [{"kind": "reset_after", "method": "chat.postMessage", "nth": [1], "times": 1}]


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize(("point", "nth"), CASES, ids=[f"{point.name}-{nth}" for point, nth in CASES])
async def test_one_card_and_one_answer_though_the_service_dies(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, point, nth: int, backend: str
):
    """Killed there and started again: one card, one answer at the family, a card that says delivered, no rule broken."""
    database, hits, when = fresh(backend), tmp_path / "hits", tmp_path / "when"
    action = f"{point.name}:kill:{nth}"
    service = play.service(database, once=["--failpoint", action, "--hits", str(hits), "--when", str(when)])
    mark, token = scene.Mark(play), scene.new_token()
    await service.start()
    try:
        await play.ready(service)
        if point.needs == "slack":
            await play.human("faults", faults=LOST)
        when.touch()
        await scene.main_job(play, token)
        for _ in range(100):
            if service.deaths:
                break
            await asyncio.sleep(0.05)  # a tick may be the last to pass
        await scene.settled(play, database)
    finally:
        await play.human("faults", faults=[])
        await service.end()
    assert f"!kill {point.name}" in hits.read_text(), f"nobody came by {point.name} for the {nth}. time"
    assert service.deaths == 1, scene.report(service)
    found = mark.read()
    assert history.judge(found) == []
    assert token in found.accepted
    assert len(found.cards) == 1
    assert len(found.shown) == 1
    assert "elivered to the portal" in found.card_of(token)
    assert await scene.breaches(database) == []
    assert scene.journalled(database) == dict.fromkeys(scene.ACTS, 1)
