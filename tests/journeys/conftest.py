"""A practice for each journey, on SQLite and on PostgreSQL."""

from __future__ import annotations

import logging
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from storage import upgrade
from tests.postgres import empty_postgres_url, postgres_server, postgres_url
from tests.world import PRACTICE, World, unbroken, world

__all__ = ["empty_postgres_url", "postgres_server", "postgres_url"]

OpenDesk = Callable[..., Awaitable[World]]
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def blank_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied."""
    path = tmp_path_factory.mktemp("blank") / "blank.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database with the schema."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    shutil.copy(request.getfixturevalue("blank_sqlite"), tmp_path / "portaldesk.db")
    return f"sqlite:///{tmp_path / 'portaldesk.db'}"


@pytest.fixture
async def open_desk(database: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[OpenDesk]:
    """Opens a practice as a journey needs it; at the end nothing may be broken, and no bug may be in the log."""
    caplog.set_level(logging.WARNING)
    opened: list[World] = []
    async with AsyncExitStack() as stack:

        async def open_one(practice: str = PRACTICE, **how: Any) -> World:
            file = tmp_path / "practice.yaml"
            file.write_text(practice, encoding="utf-8")
            made = await stack.enter_async_context(world(database, file, **how))
            opened.append(made)
            return made

        yield open_one
        for made in opened:
            await unbroken(made)
    ours = [
        r
        for r in caplog.get_records("setup") + caplog.get_records("call") + caplog.records
        if r.levelno >= logging.ERROR
    ]
    # slack_sdk says both as errors: Slack was away, or the test ended before an ack was out
    meant = ("closing transport", "Failed to connect", "Failed to check the current session", "Failed to retrieve")
    ours = [r for r in ours if not any(words in r.getMessage() for words in meant)]
    bugs = [
        f"{r.name}: {r.getMessage()}" for r in ours if ".bug" in r.getMessage() or not r.name.startswith("portaldesk")
    ]
    assert not bugs or any(made.bugs for made in opened), bugs


@pytest.fixture
async def desk(open_desk: OpenDesk) -> World:
    """The usual practice."""
    return await open_desk()
