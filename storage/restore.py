"""A backup put back: made ready beside the database, and only then, in one step, in its place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

import pysqlite3
from sqlalchemy import inspect, text

from bot.failpoint import failpoint
from storage.backup import BackupRefused, opened, run, synced, whole
from storage.engine import connect, file_of
from storage.fault import wrapped
from storage.hold import sealing
from storage.schema import HALF, revision, revisions, upgrade

T = TypeVar("T")

_BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database, and would read with another one
_IN_USE = {pysqlite3.SQLITE_BUSY, pysqlite3.SQLITE_LOCKED}


def restore(url: str, source: Path, *, replace: bool, ready: Callable[[str], T]) -> tuple[Path | None, T]:
    """Put a backup back; where the database is now that was there, and what `ready` gave.

    `ready(address)` proves the keys and parks what is in doubt. On SQLite it is called with a copy, of this version's
    schema, that takes the database's place afterwards: whatever ends us, there is the old database, or the new one made
    ready. On PostgreSQL only an empty database is filled, and no service starts on it before `ready` has returned.
    The caller holds the database (storage.hold).
    """
    database = file_of(url)
    if database is None:
        return None, _filled(url, source, replace=replace, ready=ready)
    if database.exists() and not replace:
        raise BackupRefused(f"{database.name} is there already. Say --replace to put the backup in its place.")
    part = database.with_name(f"{database.name}.part")
    _gone(part)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # its owner's only from the first byte
        shutil.copyfile(source, part)
        with closing(opened(part, "rw")) as copy:
            whole(copy, source)
        _must_be_ours(f"sqlite:///{part}", source)
        upgrade(f"sqlite:///{part}")
        given = ready(f"sqlite:///{part}")
        with closing(opened(part, "rw")) as copy:
            copy.execute("PRAGMA journal_mode = delete")  # all of it in the one file that takes the place
        synced(part)
        kept = _aside(database)
        failpoint("restore.aside")
        part.replace(database)
        synced(database.parent)
        failpoint("restore.placed")
    except OSError as no:
        raise BackupRefused(
            f"I cannot copy {source} to {part} ({no.strerror}). Nothing was put in its place."
        ) from None
    finally:
        _gone(part)
    return kept, given


def _gone(part: Path) -> None:
    for end in ("", *_BESIDE):
        with suppress(FileNotFoundError):
            part.with_name(f"{part.name}{end}").unlink()


def _must_be_ours(url: str, source: Path) -> None:
    if revision(url) not in revisions():
        raise BackupRefused(f"{source} is not a backup of a Portal Desk of this version or an older one.")


def _aside(database: Path) -> Path | None:
    """Give the database a second name, under which it stays; its own stays too until the copy takes it."""
    number = 1
    while (kept := database.with_name(f"{database.name}.before-restore-{number}")).exists():
        number += 1
    there = database.exists()
    if there:
        _quiet(database)
    for end in _BESIDE:  # of a damaged database, or of one that was taken away: never read with the new one
        with suppress(FileNotFoundError):
            database.with_name(f"{database.name}{end}").rename(f"{kept}{end}")
    if not there:
        return None
    try:
        os.link(database, kept)
    except OSError:  # a disk without second names for a file
        database.rename(kept)
    return kept


def _quiet(database: Path) -> None:
    """Everything that stands in the log goes into the file; a damaged one stays as it is."""
    try:
        with closing(opened(database, "rw")) as old:
            mode = old.execute("PRAGMA journal_mode = delete").fetchone()[0]
    except pysqlite3.DatabaseError as error:
        mode = "in use" if getattr(error, "sqlite_errorcode", 0) & 0xFF in _IN_USE else "damaged"
    if mode in ("wal", "in use"):
        raise BackupRefused(f"Something else has {database.name} open. End it, then restore; nothing was changed.")


def _filled(url: str, source: Path, *, replace: bool, ready: Callable[[str], T]) -> T:
    if busy := sealing(url):
        raise BackupRefused(f"{len(busy)} services run on that database. Stop them, then restore.")
    engine = connect(url)
    try:
        with wrapped(), engine.begin() as connection:
            if replace or inspect(connection).get_table_names():
                raise BackupRefused(
                    "With PostgreSQL a backup is never put over a database. Make a new, empty one with its roles "
                    "(docs/operating.md), point PORTALDESK_DATABASE_URL there and restore without --replace; the one "
                    "that is there stays as it is."
                )
        if "alembic_version" not in run("pg_restore", "", "--list", str(source)):
            raise BackupRefused(f"{source} is not a backup of a Portal Desk.")
        with wrapped(), engine.begin() as connection:
            connection.execute(text(f"CREATE TABLE {HALF} (n INTEGER)"))  # until it is ready no service starts on it
        words = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(source))
        run("pg_restore", url, *words)
        _must_be_ours(url, source)
        upgrade(url)
        failpoint("restore.filled")
        given = ready(url)
        with wrapped(), engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {HALF}"))
    finally:
        engine.dispose()
    return given
