"""Backups: one consistent copy while the service runs, and back; SQLite's own way, or PostgreSQL's own tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import URL

from storage.engine import file_of, url_of
from storage.fault import wrapped
from storage.schema import revision, revisions, upgrade

_PAGES = 4096  # copied at a time: between two steps the service writes on


class BackupRefused(Exception):  # noqa: N818 - a sentence for the operator
    """The copy cannot be made, or cannot be put back: one sentence why, one what to do."""


def backup(url: str, target: Path) -> None:
    """Copy the database of that address into a new file, readable by its owner only; never over another file.

    The copy is of one moment, however much is written meanwhile, and is proven to be whole before it gets its name.
    """
    if target.exists():
        raise BackupRefused(f"{target} is there already. Give the backup a name of its own.")
    if not target.parent.is_dir():
        raise BackupRefused(f"There is no folder {target.parent}. Make it first.")
    part = target.with_name(f"{target.name}.part")
    try:
        with suppress(FileNotFoundError):
            part.unlink()
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as no:
        raise BackupRefused(f"I cannot write into {target.parent} ({no.strerror}). Choose another folder.") from None
    try:
        database = file_of(url)
        if database is None:
            _run("pg_dump", url, "--format=custom", f"--file={part}")
        else:
            with wrapped():
                _copied(database, part)
        _kept(part)
        _named(part, target)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _named(part: Path, target: Path) -> None:
    try:
        os.link(part, target)  # fails where somebody was faster; a rename would replace it
    except FileExistsError:
        raise BackupRefused(f"{target} is there already. Give the backup a name of its own.") from None
    except OSError:  # a disk without second names for a file
        part.rename(target)


def _copied(database: Path, part: Path) -> None:
    if not database.exists():
        raise BackupRefused(f"There is no database {database}.")
    with closing(_opened(database, "ro")) as source, closing(_opened(part, "rw")) as copy:
        source.backup(copy, pages=_PAGES)
        copy.execute("PRAGMA journal_mode = delete")
        _whole(copy, part)


def restore(url: str, source: Path, *, replace: bool) -> Path | None:
    """Put a backup back in the place of the database, which is kept beside it; where that is now.

    The caller holds the database (storage.hold): no service runs on it. The schema is brought to this version's.
    """
    if not source.is_file():
        raise BackupRefused(f"There is no file {source}.")
    database = file_of(url)
    if database is None:
        _restored(url, source, replace=replace)
        return None
    part = database.with_name(f"{database.name}.part")
    shutil.copyfile(source, part)
    part.chmod(0o600)
    try:
        with closing(_opened(part, "rw")) as copy:
            _whole(copy, source)
        known = revision(f"sqlite:///{part}")
        if known not in revisions():
            raise BackupRefused(f"{source} is not a backup of a Portal Desk of this version or an older one.")
        kept = _aside(database, replace=replace)
        part.replace(database)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    upgrade(url)
    return kept


def _aside(database: Path, *, replace: bool) -> Path | None:
    if not database.exists():
        return None
    if not replace:
        raise BackupRefused(f"{database.name} is there already. Say --replace to put the backup in its place.")
    number = 1
    while (kept := database.with_name(f"{database.name}.before-restore-{number}")).exists():
        number += 1
    with closing(_opened(database, "rw")) as old:
        old.execute("PRAGMA journal_mode = delete")  # everything that stands in the log goes into the file
    database.rename(kept)
    return kept


def _restored(url: str, source: Path, *, replace: bool) -> None:
    if revision(url) is not None and not replace:
        raise BackupRefused("That database is not empty. Say --replace to put the backup in its place.")
    _run(
        "pg_restore",
        url,
        "--clean",
        "--if-exists",
        "--no-owner",
        "--exit-on-error",
        "--single-transaction",
        str(source),
    )
    if revision(url) not in revisions():
        raise BackupRefused(f"{source} is not a backup of a Portal Desk of this version or an older one.")
    upgrade(url)


def _run(tool: str, url: str, *words: str) -> None:
    found = shutil.which(tool)
    if found is None:
        raise BackupRefused(
            f"{tool} is not on the PATH. Install PostgreSQL's client tools of the server's version, or back up with "
            "your own tools: a copy of one moment is all that is needed."
        )
    with _passfile(url) as passfile:
        done = subprocess.run(  # noqa: S603 - our own words
            [found, *words, f"--dbname={_plain(url, passfile)}"], capture_output=True, text=True, check=False
        )
    if done.returncode:
        last = next(iter(done.stderr.strip().splitlines()[-1:]), "")
        raise BackupRefused(f"{tool} said: {last[:300]}")


@contextmanager
def _passfile(url: str) -> Iterator[str]:
    """The password in a file that only we can read: a process list shows every word of a command."""
    secret = str(url_of(url).password or "").replace("\\", "\\\\").replace(":", "\\:")
    with tempfile.NamedTemporaryFile("w", prefix="portaldesk-") as file:
        file.write(f"*:*:*:*:{secret}\n")
        file.flush()
        yield file.name


def _plain(url: str, passfile: str) -> str:
    bare = url_of(url)
    query = {**bare.query, "passfile": passfile}
    return URL.create(
        "postgresql", bare.username, host=bare.host, port=bare.port, database=bare.database, query=query
    ).render_as_string()


def _opened(path: Path, mode: str) -> Any:
    return pysqlite3.connect(f"file:{path}?mode={mode}", uri=True, isolation_level=None)


def _whole(connection: Any, path: Path) -> None:
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except pysqlite3.DatabaseError as error:
        raise BackupRefused(f"{path} is not a SQLite database ({error}).") from None
    if found != "ok":
        raise BackupRefused(f"{path} is damaged: {found}.")


def _kept(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
