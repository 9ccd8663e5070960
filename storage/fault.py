"""Which of a driver's errors are the database's state rather than our bug, and which are worth another try."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pysqlite3
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.domain.store import StoreDamaged, StoreFull, StoreUnavailable

# https://sqlite.org/rescode.html: PERM, BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN,
# PROTOCOL, NOTADB
_AWAY = frozenset({3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26})

# FULL is said for ENOSPC alone; over a quota, or where a file may not grow, it is IOERR
_FULL = frozenset({10, 13})
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # what the system says of files of our own
_DAMAGED = frozenset({11, 26})  # CORRUPT, NOTADB

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_DISK_FULL = "53100"
_AGAIN = frozenset({"40001", "40P01", "23505"})  # serialization, deadlock; unique: another was faster, look again
_STALE = "0A000"  # a plan that a connection keeps, and that a migration made useless
_STATES = (
    "08",
    "53",
    "55",
    "57",
    "58",
    "25",
    "40",
)  # connection, resources, not in state, operator, system, transaction state, rolled back because of others


def cause(error: BaseException) -> BaseException:
    """The driver's own error inside SQLAlchemy's."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def is_unavailable(error: BaseException) -> bool:
    """Whether the database is away, full, locked or too slow."""
    error = cause(error)
    if isinstance(error, pysqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _AWAY
    if isinstance(error, psycopg.Error):
        return is_lost(error) or (error.sqlstate or "").startswith(_STATES)
    if isinstance(error, OSError):
        return has_no_room(error)
    return isinstance(error, PoolTimeout)


def is_full(error: BaseException) -> bool:
    """Whether the database's disk takes no more, or cannot be written at all: what is to be done is the same."""
    error = cause(error)
    if isinstance(error, pysqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _FULL
    if isinstance(error, OSError):
        return has_no_room(error)
    return isinstance(error, psycopg.Error) and error.sqlstate == _DISK_FULL


def has_no_room(error: OSError) -> bool:
    """Whether a file cannot grow: the disk is full, a quota is reached, or files may not be that large."""
    return error.errno in _NO_ROOM


def told(error: BaseException) -> BaseException:
    """What whoever asked is told: that the database is away or full, or the error itself."""
    if not is_unavailable(error):
        return error
    if getattr(cause(error), "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
        return StoreDamaged(words(error))
    return StoreFull(words(error)) if is_full(error) else StoreUnavailable(words(error))


def is_lost(error: BaseException) -> bool:
    """Whether the connection to a server is gone, so that nothing can come back on it."""
    error = cause(error)
    return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)) and (
        error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))
    )


def is_over(error: BaseException) -> bool:
    """Whether a connection is of no use any more: it is gone, or it keeps a plan for a table that has changed."""
    error = cause(error)
    return is_lost(error) or (isinstance(error, psycopg.Error) and error.sqlstate == _STALE)


def is_worth_again(error: BaseException) -> bool:
    """Whether the same transaction may well pass if it is run anew."""
    error = cause(error)
    return isinstance(error, psycopg.Error) and (error.sqlstate in _AGAIN or is_over(error))


def is_in_the_way(error: BaseException) -> bool:
    """Whether others held a lock for longer than one was ready to wait, or a deadlock was cut."""
    error = cause(error)
    return isinstance(error, psycopg.Error) and error.sqlstate in {"55P03", "40P01"}


@contextmanager
def wrapped() -> Iterator[None]:
    """Turn an unavailable database, or a full disk, into StoreUnavailable, whose words name no address."""
    try:
        yield
    except (DBAPIError, PoolTimeout, pysqlite3.Error, psycopg.Error, OSError) as error:
        if not is_unavailable(error):
            raise
        raise told(error) from None


def words(error: BaseException) -> str:
    """The error's code, for a log: never its text, which may hold values."""
    found = cause(error)
    code = getattr(found, "sqlite_errorname", None) or getattr(found, "sqlstate", None)
    return f"the database is away: {code or type(found).__name__}"
