"""Backups: one consistent copy while the service runs; SQLite's own way, or PostgreSQL's own tools."""

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
from storage.fault import has_no_room, wrapped

_PAGES = 4096  # copied at a time: between two steps the service writes on


class BackupRefused(Exception):  # noqa: N818 - a sentence for the operator
    """The copy cannot be made, or cannot be put back: one sentence why, one what to do."""


def backup(url: str, target: Path) -> bool:
    """Copy the database of that address into a new file, readable by its owner only; never over another file.

    The copy is of one moment, however much is written meanwhile. True: it was proven to be whole before it got its
    name. For PostgreSQL it is False, since only a restore proves what pg_dump wrote.
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
            run("pg_dump", url, "--format=custom", f"--file={part}")
        else:
            with wrapped():
                _copied(database, part)
        _settled(part, target)
        return database is not None
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _settled(part: Path, target: Path) -> None:
    """Give what was copied its name, once all of it is on the disk; some disks say only then that they are full."""
    size = part.stat().st_size
    try:
        synced(part)
        _named(part, target)
    except OSError as no:
        if has_no_room(no):
            raise _no_room(part, size) from None
        raise BackupRefused(f"I cannot write {target} ({no.strerror}). No backup was made.") from None


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
    with closing(opened(database, "ro")) as source, closing(opened(part, "rw")) as copy:
        source.execute("PRAGMA schema_version").fetchone()  # what is no database says so here, with a code
        pages, size = (source.execute(f"PRAGMA page_{what}").fetchone()[0] for what in ("count", "size"))
        try:
            source.backup(copy, pages=_PAGES)
            copy.execute("PRAGMA journal_mode = delete")
        except pysqlite3.OperationalError as error:  # of a copy SQLite gives no code
            if _is_full(part, pages * size):
                raise _no_room(part, pages * size) from None
            raise BackupRefused(f"SQLite could not copy {database} ({error}). No backup was made.") from None
        whole(copy, database)


def _is_full(part: Path, size: int) -> bool:
    """Whether that file cannot be made so large: whatever keeps SQLite from it keeps us from it too."""
    handle = os.open(part, os.O_WRONLY)
    try:
        os.posix_fallocate(handle, 0, size)
    except OSError as no:
        return has_no_room(no)
    finally:
        os.close(handle)
    return False


def _no_room(part: Path, size: int) -> BackupRefused:
    return BackupRefused(
        f"There is no room in {part.absolute().parent} for the copy ({size:,} bytes). No backup was made."
    )


def run(tool: str, url: str, *words: str) -> str:
    """What one of PostgreSQL's own tools said, on that database if one is given; BackupRefused where it failed."""
    found = shutil.which(tool)
    if found is None:
        raise BackupRefused(
            f"{tool} is not on the PATH. Install PostgreSQL's client tools of the server's version, or back up with "
            "your own tools: a copy of one moment is all that is needed."
        )
    with _passfile(url) as passfile:
        where = [f"--dbname={_plain(url, passfile)}"] if url else []
        done = subprocess.run([found, *words, *where], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        said = [line for line in done.stderr.strip().splitlines() if "CONTEXT" not in line]  # that may hold values
        raise BackupRefused(f"{tool} said: {' '.join(said)[:1000]}")
    return done.stdout


@contextmanager
def _passfile(url: str) -> Iterator[str]:
    """The password in a file that only we can read: a process list shows every word of a command."""
    secret = str((url and url_of(url).password) or "").replace("\\", "\\\\").replace(":", "\\:")
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


def opened(path: Path, mode: str) -> Any:
    """A bare connection to a SQLite file."""
    return pysqlite3.connect(f"file:{path}?mode={mode}", uri=True, isolation_level=None)


def whole(connection: Any, path: Path) -> None:
    """BackupRefused for what is no SQLite database, or a damaged one."""
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except pysqlite3.DatabaseError as error:
        raise BackupRefused(f"{path} is not a SQLite database ({error}).") from None
    if found != "ok":
        raise BackupRefused(f"{path} is damaged: {found}.")


def synced(path: Path) -> None:
    """A file, or a folder's names, are on the disk for good."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
