"""Services of one version go on while the next version's command changes the schema under them, and after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from storage.schema import revision
from tests import verdict, world
from tests.kill import scene
from tests.kill.conftest import BOTH
from tests.kill.journeys import answered
from tests.kill.stage import Stage
from tests.successor import CONTRACTING, EXPANDING, Successor

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize("backend", BOTH)
async def test_the_version_before_goes_on(play: Stage, fresh: Callable[[str], str], tmp_path: Path, backend: str):
    """A message is answered before, during and after the upgrade, and by a replica that starts on the new schema."""
    database, mark, new = fresh(backend), scene.Mark(play), Successor(tmp_path)
    service = play.service(database)
    await service.start()
    await play.ready(service)
    try:
        await answered(play, scene.new_token())
        if backend == "postgres":
            await _upgraded_against_a_reader(play, database, new)
        else:
            assert (await asyncio.to_thread(new.call, database, "upgrade"))[0] == 0
        assert revision(database) == EXPANDING
        await answered(play, scene.new_token())
        assert service.deaths == 0
        await service.end()
        service = play.service(database)
        await service.start()
        await play.ready(service)
        await answered(play, scene.new_token())
        await scene.settled(play, database)
    finally:
        await service.end()
    found = mark.read()
    assert verdict.judge(found) == []
    assert len(found.shown) == (4 if backend == "postgres" else 3)
    assert await scene.breaches(database) == []
    assert "bug" not in scene.report(service)


async def _upgraded_against_a_reader(play: Stage, database: str, new: Successor) -> None:
    """While somebody's long query keeps the upgrade from a hot table, the service is held up for moments only."""
    with closing(psycopg.connect(database)) as reader, closing(psycopg.connect(database, autocommit=True)) as looker:
        reader.execute("SELECT COUNT(*) FROM deliveries")
        process = new.start(database)

        async def waits() -> bool:
            asked = "SELECT COUNT(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted AND relation = 'deliveries'::regclass"
            return looker.execute(asked).fetchone() == (1,)

        await world.until(waits, what="an upgrade that waits", within=30)
        await answered(play, scene.new_token())
        assert process.poll() is None
        reader.rollback()
    told, _ = await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 0, told


async def test_a_version_that_does_not_fit_does_not_start(play: Stage, fresh: Callable[[str], str], tmp_path: Path):
    """On a schema that contracted it ends at once with a sentence, and touches nothing."""
    database = fresh("sqlite")
    assert (await asyncio.to_thread(Successor(tmp_path, contracts=True).call, database, "upgrade"))[0] == 0
    service = play.service(database)
    await service.start()
    service.wanted = False  # nobody starts it again
    assert await play.nursery.ended(service.pid) == 1
    assert f"schema ({CONTRACTING}) is newer than this version" in " ".join(scene.report(service).split())
