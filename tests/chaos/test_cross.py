"""Every failpoint x {killed again, frozen beyond the lease, database lost} x {SQLite, PostgreSQL}, on its own journey."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kill.conftest import BOTH
from tests.kill.points import AGAIN, FAILPOINTS, Point
from tests.kill.stage import Stage
from tests.kill.test_database_lost import lose
from tests.kill.test_freeze import frozen
from tests.kill.test_kill import killed
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]

ONCE = {(point.name, point.journey): point for point in (*AGAIN, *reversed(FAILPOINTS))}.values()
CASES = [(point, nth) for point in ONCE if not point.needs for nth in point.passes]
IDS = [f"{point.name}-{point.journey}-{nth}" for point, nth in CASES]


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize(("point", "nth"), CASES, ids=IDS)
async def test_killed(play: Stage, fresh: Callable[[str], str], tmp_path: Path, point: Point, nth: int, backend: str):
    """Killed at each pass of each point, on a journey without any other trouble."""
    await killed(play, fresh(backend), tmp_path, [(point, nth)])


@pytest.mark.parametrize(("point", "nth"), CASES, ids=IDS)
async def test_frozen_alone_on_sqlite(play: Stage, fresh: Callable[[str], str], tmp_path: Path, point: Point, nth: int):
    """Whoever wakes up late finds what it held, and does nothing twice."""
    await frozen(play, fresh("sqlite"), tmp_path, f"{point.name}:{nth}", second=False, journey=point.journey)


@pytest.mark.postgres
@pytest.mark.parametrize(("point", "nth"), CASES, ids=IDS)
async def test_frozen_beside_another_replica(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, point: Point, nth: int
):
    """The other one takes over, the late one is fenced."""
    await frozen(play, fresh("postgres"), tmp_path, f"{point.name}:{nth}", second=True, journey=point.journey)


@pytest.mark.postgres
@pytest.mark.parametrize("action", ["dropdb", "restartdb"])
@pytest.mark.parametrize(("point", "nth"), CASES, ids=IDS)
async def test_the_database_is_lost(
    play: Stage,
    fresh: Callable[[str], str],
    postgres_server: PostgresServer,
    tmp_path: Path,
    point: Point,
    nth: int,
    action: str,
):
    """Connections ended, or the server crashed, at every point."""
    at = f"{point.name}:{nth}"
    await lose(play, fresh("postgres"), postgres_server, tmp_path, action=action, at=at, journey=point.journey)
