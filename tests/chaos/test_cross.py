"""Every failpoint x {frozen beyond the lease, database lost} x {SQLite, PostgreSQL}; kills: tests/kill/test_kill.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kill.points import FAILPOINTS
from tests.kill.stage import Stage
from tests.kill.test_database_lost import lose
from tests.kill.test_freeze import frozen
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]

CASES = [f"{point.name}:{nth}" for point in FAILPOINTS if not point.needs for nth in point.passes]


@pytest.mark.parametrize("at", CASES)
async def test_frozen_alone_on_sqlite(play: Stage, fresh: Callable[[str], str], tmp_path: Path, at: str):
    """Whoever wakes up late finds what it held, and does nothing twice."""
    await frozen(play, fresh("sqlite"), tmp_path, at, second=False)


@pytest.mark.postgres
@pytest.mark.parametrize("at", CASES)
async def test_frozen_beside_another_replica(play: Stage, fresh: Callable[[str], str], tmp_path: Path, at: str):
    """The other one takes over, the late one is fenced."""
    await frozen(play, fresh("postgres"), tmp_path, at, second=True)


@pytest.mark.postgres
@pytest.mark.parametrize("action", ["dropdb", "restartdb"])
@pytest.mark.parametrize("at", CASES)
async def test_the_database_is_lost(
    play: Stage, fresh: Callable[[str], str], postgres_server: PostgresServer, tmp_path: Path, at: str, action: str
):
    """Connections ended, or the server crashed, at every point."""
    await lose(play, fresh("postgres"), postgres_server, tmp_path, action=action, at=at)
