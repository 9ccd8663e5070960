"""The domain over real stores: an empty one on SQLite for each test, and two of one database on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli.desk import load_practice
from bot.domain.store import Store
from storage.crypto import new_key, parse
from storage.schema import upgrade
from storage.store import open_store
from tests.postgres import empty_postgres_url, postgres_server, postgres_url

__all__ = ["empty_postgres_url", "postgres_server", "postgres_url"]


@pytest.fixture(scope="session")
def blank_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied."""
    path = tmp_path_factory.mktemp("blank") / "blank.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
async def one_process(blank_sqlite: Path, tmp_path: Path) -> AsyncIterator[Store]:
    """SQLite: everything comes to one writer."""
    shutil.copy(blank_sqlite, tmp_path / "desk.db")
    store = open_store(f"sqlite:///{tmp_path / 'desk.db'}", parse(new_key()), load_practice=load_practice)
    yield store
    await store.close()


@pytest.fixture
async def two_replicas(postgres_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """PostgreSQL: two processes' stores."""
    keys = parse(new_key())
    stores = (
        open_store(postgres_url, keys, load_practice=load_practice),
        open_store(postgres_url, keys, load_practice=load_practice),
    )
    yield stores
    for store in stores:
        await store.close()
