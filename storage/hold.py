"""One service per SQLite file: a lock beside it that the system lets go of when the process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from storage.engine import file_of


class StoreBusy(Exception):  # noqa: N818 - a state of the world
    """Another service already runs on this SQLite file."""


@contextmanager
def hold(url: str) -> Iterator[None]:
    """Be the only service on this database while inside; StoreBusy, in a sentence, for a second one.

    PostgreSQL is shared by design and not held. Other commands do not ask: they write with BEGIN IMMEDIATE and wait.
    """
    database = file_of(url)
    if database is None:
        yield
        return
    handle = os.open(database.with_name(f"{database.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(
                f"Another `portaldesk run` already works on {database.name}. Stop it first; for several at once use "
                "PostgreSQL (PORTALDESK_DATABASE_URL=postgresql://...)."
            ) from None
        yield
    finally:
        os.close(handle)
