"""Every storage test runs on SQLite and on PostgreSQL, each with a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.domain.store import Store
from storage.crypto import Keyring, new_key, parse
from storage.schema import upgrade
from storage.store import open_store
from tests.postgres import empty_postgres_url, postgres_server, postgres_url
from tests.storage.desk import Desk
from tests.storage.family import NOW, taken_in

__all__ = ["empty_postgres_url", "postgres_server", "postgres_url"]


def load_practice(document: str, version: int) -> SimpleNamespace:
    if "broken" in document:
        raise ValueError("not a practice")
    return SimpleNamespace(name=document, version=version)


@pytest.fixture
def keys() -> Keyring:
    return parse(new_key())


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    upgrade(url)
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
async def opened(keys: Keyring) -> AsyncIterator[Callable[[str], Store]]:
    """Opens stores, and closes them after the test."""
    stores = []

    def opens(url: str, **more: object) -> Store:
        store = open_store(url, keys, load_practice=load_practice, **more)
        stores.append(store)
        return store

    yield opens
    for store in stores:
        await store.close()


@pytest.fixture
async def store(url: str, opened: Callable[[str], Store]) -> Store:
    store = opened(url)
    await store.run(lambda r: r.save_practice("Bright Kids", by="cli:test", now=NOW))
    return store


@pytest.fixture
async def desk(store: Store) -> Desk:
    desk = Desk(store)
    desk.of = await store.run(taken_in)
    first = await desk.claim()
    await desk.settle(first)
    return desk
