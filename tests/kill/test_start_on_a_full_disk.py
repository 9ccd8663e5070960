"""The disk is full when the service starts: it starts nevertheless, tells portals 503, and goes on when there is room."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import world
from tests.kill import scene
from tests.kill.people import Nurse
from tests.kill.stage import Stage
from tests.kill.test_database_full import send, unready

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]


async def test_it_starts_and_tells_portals_to_come_again(play: Stage, fresh: Callable[[str], str]):
    """One life, no crash: 503 with Retry-After, the reason in /readyz; with room again it takes the event in."""
    database = fresh("sqlite")
    log = Path(database.removeprefix("sqlite:///") + "-wal")
    lives = [(), ("--small-disk", str(log), "--every", "disk=0.5")]
    service = play.service(database, lives=lives)
    await service.start()
    try:
        await play.ready(service)
        first, token = scene.new_token(), scene.new_token()
        assert (await send(play, first))[0] == 202
        await world.until(lambda: Nurse(play).card(first), what="the first card")
        service.kill()
        await world.until(lambda: _says_so(play), what="the reason in /readyz")
        assert await send(play, token) == (503, "10")
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await play.ready(service)
        assert (await send(play, token))[0] == 202
        await world.until(lambda: Nurse(play).card(token), what="its card")
    finally:
        await service.end()
    assert service.deaths == 1, scene.report(service)
    report = scene.report(service)
    assert "crashed" not in report
    assert ".bug" not in report
    assert "never retrieved" not in report
    assert await scene.breaches(database) == []


async def _says_so(play: Stage) -> bool:
    try:
        return "disk is full" in await unready(play)
    except OSError:  # its doors are not open yet
        return False
