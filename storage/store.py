"""Opens the store of an address: keys proven, then SQLite's or PostgreSQL's."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from bot.domain.store import Records, Store
from storage.crypto import Keyring
from storage.engine import connect
from storage.fault import wrapped
from storage.keyfile import unlock
from storage.postgres import PostgresStore
from storage.records import Ids, LoadPractice, Random, Shelf, SqlRecords, Tools
from storage.sqlite import SqliteStore

_keeps_the_protocol: type[Records] = SqlRecords  # mypy compares every method of every area


def open_store(
    url: str,
    keys: Keyring,
    *,
    load_practice: LoadPractice,
    random: Random = os.urandom,
    clock: Callable[[], int] = time.time_ns,
) -> Store:
    """The store at that address, on threads of its own.

    `load_practice(document, version)` reads a practice file; `random` and `clock` (nanoseconds) make ids. KeysWrong
    when the keys are not this database's, StoreUnavailable when it is away. The schema must be there (storage.schema).
    """
    engine = connect(url)
    try:
        with wrapped():
            lookup = unlock(engine, keys)
        ids = Ids(random=random, clock=clock)
        tools = Tools(dialect=engine.dialect, keys=keys, lookup=lookup, ids=ids, shelf=Shelf(load_practice))
    finally:
        engine.dispose()
    if engine.dialect.name == "sqlite":
        return SqliteStore(url, tools)
    return PostgresStore(url, tools)
