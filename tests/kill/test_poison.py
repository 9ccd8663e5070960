"""An event that ends the service whenever it is read: after a few lives it is shown unread, and holds up nobody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.suspect import MOST
from tests import world
from tests.kill import scene
from tests.kill.conftest import BOTH
from tests.kill.people import Nurse
from tests.kill.stage import Stage

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize("how", ["kill", "hang"])
@pytest.mark.parametrize("backend", BOTH)
async def test_what_ends_the_service_each_time_is_set_aside(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, backend: str, how: str
):
    """The first life is not careful and dies; then each one counts it before it reads it; the last one does not read."""
    database, when, hits = fresh(backend), tmp_path / "when", tmp_path / "hits"
    deadly = ["--failpoint", f"webhook.parse:{how}:1", "--hangs", "4", "--when", str(when), "--hits", str(hits)]
    lives = [deadly] * (MOST + 1) + [["--hits", str(hits)]]
    service = play.service(database, lives=lives)
    poison, other = scene.new_token(), scene.new_token()
    await service.start()
    try:
        await play.ready(service)
        when.touch()
        await play.write(poison)

        async def set_aside() -> bool:
            return scene.rows(database, "SELECT state FROM inbox") == [("quarantined",)]

        await world.until(set_aside, what="the event to be set aside", within=60)
        await play.write(other)
        await world.until(lambda: Nurse(play).card(other), what="the next one's card", within=40)
        await scene.settled(play, database)
    finally:
        await service.end()
    assert service.deaths == MOST + 1, scene.report(service)
    assert await Nurse(play).card(poison) is None
    assert scene.rows(database, "SELECT COUNT(*) FROM suspects") == [(0,)]
    assert await scene.breaches(database) == []
