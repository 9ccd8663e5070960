"""Who works on a database now. On SQLite one service, by a lock that the system lets go of when the process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import text

from storage.crypto import Keyring
from storage.engine import StoreUnsafe, connect, file_of
from storage.fault import wrapped

_MARK = "portaldesk seals with "
_SESSIONS = (
    "SELECT DISTINCT application_name FROM pg_stat_activity"  # noqa: S608 - our own words
    f" WHERE datname = current_database() AND application_name LIKE '{_MARK}%'"
)


class StoreBusy(Exception):  # noqa: N818 - a state of the world
    """Another service already runs on this SQLite file."""


@contextmanager
def hold(url: str) -> Iterator[Callable[[Keyring], None]]:
    """Be the only service on this database while inside; StoreBusy, in a sentence, for a second one.

    StoreFull where the disk has no room for the lock file, StoreUnsafe where it cannot be opened for another reason.
    Gives what to call once the keys are known, so that whoever rotates them sees which one this service writes with.
    A disk that is full keeps nobody out: the lock is what counts, and then the service does not name its key.

    PostgreSQL is shared by design and not held. Other commands do not ask: they write with BEGIN IMMEDIATE and wait.
    """
    database = file_of(url)
    if database is None:
        yield lambda _keys: None  # its sessions say so
        return
    handle = _opened(_lock(database))
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(
                f"Another `portaldesk run` already works on {database.name}. Stop it first; for several at once use "
                "PostgreSQL (PORTALDESK_DATABASE_URL=postgresql://...)."
            ) from None
        _note(handle, b"")
        yield lambda keys: _note(handle, seals_with(keys).encode())
    finally:
        os.close(handle)


def _opened(lock: Path) -> int:
    try:
        with wrapped():
            return os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as no:
        raise StoreUnsafe(
            f"I cannot open {lock} ({no.strerror}). Let me write into {lock.parent}, and own what is there."
        ) from None


def _note(handle: int, words: bytes) -> None:
    """Write that into the lock file, or nothing: half a key's name would be another key's."""
    with suppress(OSError):
        os.ftruncate(handle, 0)
        if os.pwrite(handle, words, 0) != len(words):
            os.ftruncate(handle, 0)


def seals_with(keys: Keyring) -> str:
    """What a process says of itself to others: the id of the key that it writes with."""
    return f"{_MARK}{keys.ids[0]}"


def sealing(url: str) -> set[str]:
    """The ids of the keys that running services write with now; an empty id for one that does not say."""
    database = file_of(url)
    if database is None:
        engine = connect(url)
        try:
            with wrapped(), engine.begin() as connection:
                found = [str(row[0]) for row in connection.execute(text(_SESSIONS))]
        finally:
            engine.dispose()
        return {name.removeprefix(_MARK) for name in found}
    lock = _lock(database)
    if not lock.exists() or not _is_held(lock):
        return set()
    return {lock.read_text().removeprefix(_MARK)}


def _lock(database: Path) -> Path:
    return database.with_name(f"{database.name}.lock")


def _is_held(lock: Path) -> bool:
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
