"""The service dies while a message goes from hand to hand: it comes back once, and the family gets one answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import history
from tests.kill import scene
from tests.kill.conftest import BOTH
from tests.kill.hands import through_hands
from tests.kill.points import HANDS
from tests.kill.stage import Stage

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]

CASES = [(point, nth) for point in HANDS for nth in point.passes]


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize(("point", "nth"), CASES, ids=[f"{point.name}-{nth}" for point, nth in CASES])
async def test_it_comes_back_once_though_the_service_dies(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, point, nth: int, backend: str
):
    """Killed there and started again: one forward, come back; one answer at the family; no rule broken."""
    database, hits, when = fresh(backend), tmp_path / "hits", tmp_path / "when"
    action = f"{point.name}:kill:{nth}"
    service = play.service(database, once=["--failpoint", action, "--hits", str(hits), "--when", str(when)])
    mark, token = scene.Mark(play), scene.new_token()
    await service.start()
    try:
        await play.ready(service)
        when.touch()
        await through_hands(play, token)
        await scene.settled(play, database)
    finally:
        await service.end()
    assert f"!kill {point.name}" in hits.read_text(), f"nobody came by {point.name} for the {nth}. time"
    assert service.deaths == 1, scene.report(service)
    found = mark.read()
    # The card, the colleague's direct message, and the one it came back in (unless it was answered before that left).
    several = [f"TWICE: {token} stands in {n} messages" for n in (2, 3)]
    assert [told for told in history.judge(found) if told not in several] == []
    assert len(found.shown) == 1
    assert scene.rows(database, "SELECT state FROM forwards") == [("returned",)]
    assert scene.rows(database, "SELECT status, holder FROM conversations") == [("done", "U0NURSE00")]
    assert await scene.breaches(database) == []
