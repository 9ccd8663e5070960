"""Stand-ins and a nursery for a whole module, and databases of one's own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from storage.schema import upgrade
from tests.kill.stage import Stage, stage, stages
from tests.postgres import postgres_server

__all__ = ["postgres_server"]

SIDE_BY_SIDE = 6
BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def play(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One stage for all tests of a module."""
    async with stage(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plays(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Stage]]:
    """Some stages, for kills side by side: most of the time of each is waiting for a lease."""
    async with stages(tmp_path_factory.mktemp("stages"), SIDE_BY_SIDE) as made:
        yield made


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema."""
    path = tmp_path_factory.mktemp("template") / "desk.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes the address of a new database with the schema."""
    numbers = count(1)

    def make(backend: str) -> str:
        if backend == "postgres":
            url: str = request.getfixturevalue("postgres_server").fresh()
            return url
        path = tmp_path / f"desk{next(numbers)}.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        path.chmod(0o600)
        return f"sqlite:///{path}"

    return make


@pytest.fixture(autouse=True)
def nobody_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that ran out of time leaves no service behind that would do the next one's work."""
    used = [request.getfixturevalue("play")] if "play" in request.fixturenames else []
    used += request.getfixturevalue("plays") if "plays" in request.fixturenames else []
    yield
    for stage_of in used:
        stage_of.clear()
