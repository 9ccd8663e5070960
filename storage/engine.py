"""Connections as we want them: which library, which journal, which promises, each read back."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

BUSY_MS = 10_000
POOL = 6
LOG_LIMIT = 64 * 1024 * 1024  # bytes that SQLite's write-ahead log may have before it is emptied

# https://sqlite.org/wal.html, "the WAL reset bug": fixed in 3.51.3, and in these older series
_FIXED = (3, 51, 3)
_FIXED_SERIES: dict[tuple[int, ...], int] = {(3, 50): 7, (3, 44): 6}

_SESSION = {
    "statement_timeout": "10s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "15s",
    "client_encoding": "UTF8",
}


class StoreUnsafe(Exception):  # noqa: N818 - a state of the world
    """The database does not promise what it must. The sentence says what and what to do."""


def url_of(url: str) -> URL:
    """The address of a database file or a PostgreSQL server; StoreUnsafe for anything else."""
    try:
        made = make_url(url.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        raise StoreUnsafe(
            "PORTALDESK_DATABASE_URL is no address. Write sqlite:///file.db or postgresql://..."
        ) from None
    name = made.get_backend_name()
    if name == "sqlite" and made.database and made.database != ":memory:":
        return made.set(drivername="sqlite", database=str(Path(made.database).absolute()))
    if name == "postgresql":
        return made.set(drivername="postgresql+psycopg")
    raise StoreUnsafe("PORTALDESK_DATABASE_URL must begin with sqlite:///file.db or postgresql://.")


def file_of(url: str) -> Path | None:
    """The SQLite file of that address; None for PostgreSQL."""
    made = url_of(url)
    return Path(str(made.database)) if made.get_backend_name() == "sqlite" else None


def journal_mode(version: tuple[int, ...]) -> str:
    """WAL where this library is safe with it, else the rollback journal: an affected one can corrupt the file."""
    if version >= _FIXED or version[2:] >= (_FIXED_SERIES.get(version[:2], 1 << 30),):
        return "wal"
    return "delete"


def connect(url: str, *, writes: bool = True, name: str = "portaldesk") -> Engine:
    """An engine whose every connection keeps our promises; `name`: what a server sees of whoever connects."""
    made = url_of(url)
    if made.get_backend_name() == "postgresql":
        return _postgres(made, name)
    return _sqlite(made, writes=writes)


def _sqlite(url: URL, *, writes: bool) -> Engine:
    path = Path(str(url.database))
    if writes and not path.exists():
        # The file holds patients' words: readable by its owner only, from the first byte. WAL files inherit that.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(
        url,
        module=pysqlite3,
        poolclass=NullPool,
        connect_args={"isolation_level": None, "check_same_thread": False, "cached_statements": 256},
    )

    @event.listens_for(engine, "connect")
    def _promise(connection: Any, _record: Any) -> None:
        promise(connection, writes=writes)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def promise(connection: Any, *, writes: bool) -> None:
    """Set what a SQLite connection must keep to, and read it back; StoreUnsafe where it does not hold."""
    connection.text_factory = _text
    wanted: dict[str, object] = {
        "busy_timeout": BUSY_MS,
        "journal_mode": journal_mode(pysqlite3.sqlite_version_info),
        "synchronous": 2,  # FULL: a portal is told 2xx after the commit, so a commit must survive a power cut
        "foreign_keys": 1,
        "secure_delete": 1,
        "recursive_triggers": 1,  # else INSERT OR REPLACE goes round the journal's triggers
        "trusted_schema": 0,
        "journal_size_limit": LOG_LIMIT,
        "cache_size": -32_768,  # KiB. Hashes touch pages all over the file; SQLite's own 2 MiB would read them again
    }
    if not writes:
        wanted = {"busy_timeout": BUSY_MS, "trusted_schema": 0, "query_only": 1, "cache_size": -8_192}
    for name, value in wanted.items():
        _patiently(connection, f"PRAGMA {name} = {value}")
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != value:
            raise StoreUnsafe(f"SQLite keeps {name} at {found}, it must be {value}. Is the file on a local disk?")


def _text(stored: bytes) -> str:
    """A value of a column of words. What somebody put there that is no UTF-8 is read too: the sealer must name it."""
    return stored.decode("utf-8", "surrogateescape")


def _patiently(connection: Any, sql: str) -> None:
    """Run it, waiting for others up to BUSY_MS: SQLite itself does not wait for the lock that a first WAL needs."""
    end = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute(sql)
        except pysqlite3.OperationalError as error:
            if error.sqlite_errorcode != pysqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def _postgres(url: URL, name: str) -> Engine:
    engine = create_engine(
        url,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=5,
        connect_args={
            "connect_timeout": 5,
            "keepalives": 1,
            # A network that swallows everything is noticed within half a minute, also while a COMMIT is on its way.
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 20_000,
            "application_name": name,
        },
    )

    @event.listens_for(engine, "connect")
    def _session(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            for setting, value in _SESSION.items():
                cursor.execute(f"SET {setting} = '{value}'")
            # A server that is set to answer before the commit is on disk is not to be believed with a 2xx.
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false)"
                " WHERE current_setting('synchronous_commit') = 'off'"
            )
        connection.commit()

    return engine
