"""The schema's revisions: where the database is, where the code is, and the way from one to the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from storage.engine import connect, file_of
from storage.fault import is_in_the_way, wrapped

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent / "migrations"
HALF = "half_restored"  # a table that stands in a database while a backup is put into it
_LOCK = 7_366_541_903  # any number, the same for every upgrader of one PostgreSQL database
_WAIT = "2s"  # for a table's lock: whoever writes there meanwhile queues behind us, and gives up after three
_TRIES, _PAUSE = 40, 1.0  # seconds in between, in which the service goes on


class SchemaWrong(Exception):  # noqa: N818 - a state of the world
    """The database's schema is not the code's. The sentence says what to do."""


def revisions() -> list[str]:
    """All revisions that this code knows, oldest first: the numbers that the migrations' file names begin with.

    Asking Alembic for them would load it at every start of the service, which never migrates.
    """
    return sorted(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


def head() -> str:
    """The revision that this code needs."""
    return revisions()[-1]


def revision(url: str) -> str | None:
    """The revision that the database is at; None for an empty one."""
    return _standing(url)[0]


def upgrade(url: str) -> str | None:
    """Bring the database to this code's revision, in one transaction; the revision it was found at, None for empty.

    A second upgrader waits for the first. A newer schema is left alone where this code fits it, SchemaWrong where not.
    """
    engine = connect(url)
    try:
        with wrapped():
            return _patiently(engine)
    finally:
        engine.dispose()


def _patiently(engine: Engine) -> str | None:
    """On a database that is in use a table's lock may not be had at once: then all of it begins anew."""
    for again in reversed(range(_TRIES)):
        try:
            with engine.begin() as connection:  # on SQLite BEGIN IMMEDIATE is the lock
                return _upgraded(connection)
        except DBAPIError as error:
            if not again or not is_in_the_way(error):
                raise
        time.sleep(_PAUSE)
    raise AssertionError("unreachable")


def _upgraded(connection: Connection) -> str | None:
    from alembic import command  # noqa: PLC0415 - costs as much to load as the rest of storage; only this needs it

    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        connection.execute(text(f"SET LOCAL lock_timeout = '{_WAIT}'"))
    found, oldest = _read(connection)
    if found is not None and found not in revisions():
        _must_fit(found, oldest)
        return found
    if found != head():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.execute(text("DELETE FROM oldest_code"))
        connection.execute(text("INSERT INTO oldest_code (revision) VALUES (:oldest)"), {"oldest": oldest_code()})
    return found


def oldest_code() -> str:
    """The oldest revision whose code may run on this code's schema: after it, every migration only expands."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - the same

    steps = ScriptDirectory.from_config(_config()).walk_revisions()  # the newest first
    return next(step.revision for step in steps if not step.module.expands)


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


def must_fit(url: str) -> None:
    """SchemaWrong, with what helps, unless this code may run on that schema: its own, or one expanded since."""
    path = file_of(url)
    if path is not None and not path.exists():
        raise SchemaWrong(f"There is no database {path}. Run `portaldesk db upgrade`, or correct the address.")
    with _connected(url) as connection:
        found, oldest = _read(connection)
        half = path is None and inspect(connection).has_table(HALF)
    if half:
        raise SchemaWrong(
            "A restore into this database did not come to its end, so it may send again what was sent. Make a new, "
            "empty database and restore into that."
        )
    _must_fit(found, oldest)


def _must_fit(found: str | None, oldest: str | None) -> None:
    known = revisions()
    if found == known[-1]:
        return
    if found is None:
        raise SchemaWrong("The database is empty. Run `portaldesk db upgrade`.")
    if found in known:
        meanwhile = (
            "services of the version before may go on meanwhile."
            if found >= oldest_code()
            else "stop every service of the version before first."
        )
        needs = f"The database's schema is {found}, this version needs {known[-1]}."
        raise SchemaWrong(f"{needs} Run `portaldesk db upgrade`; {meanwhile}")
    if oldest not in known:  # revisions are one line: an oldest one that we know is not newer than we are
        raise SchemaWrong(
            f"The database's schema ({found}) is newer than this version of Portal Desk ({known[-1]}), which may not "
            "run on it. Run the version that upgraded it."
        )


def _standing(url: str) -> tuple[str | None, str | None]:
    path = file_of(url)
    if path is not None and not path.exists():
        return None, None
    with _connected(url) as connection:
        return _read(connection)


def _read(connection: Connection) -> tuple[str | None, str | None]:
    """The database's revision, and the oldest one whose code may run on it; None where it does not say."""
    there = inspect(connection)
    told = [
        connection.execute(text(f"SELECT {column} FROM {table}")).scalar() if there.has_table(table) else None  # noqa: S608 - our own words
        for table, column in (("alembic_version", "version_num"), ("oldest_code", "revision"))
    ]
    return told[0], told[1]


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = connect(url)
    try:
        with wrapped(), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
