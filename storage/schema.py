"""The schema's revisions: where the database is, where the code is, and the way from one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.engine import connect, file_of
from storage.fault import wrapped

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 7_366_541_903  # any number, the same for every upgrader of one PostgreSQL database


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
    path = file_of(url)
    if path is not None and not path.exists():
        return None
    with _connected(url) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return str(found) if found is not None else None


def upgrade(url: str) -> None:
    """Bring the database to this code's revision, in one transaction. A second upgrader waits for the first."""
    from alembic import command  # noqa: PLC0415 - costs as much to load as the rest of storage; only this needs it
    from alembic.config import Config  # noqa: PLC0415 - the same

    with _connected(url) as connection:  # on SQLite BEGIN IMMEDIATE is the lock
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        config = Config()
        config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def must_be_current(url: str) -> None:
    """SchemaWrong, with the command that helps, unless the database's revision is the code's."""
    found, wanted = revision(url), head()
    if found == wanted:
        return
    if found is None:
        raise SchemaWrong("The database is empty. Run `portaldesk db upgrade`.")
    if found not in revisions():
        raise SchemaWrong(
            f"The database's schema ({found}) is newer than this version of Portal Desk ({wanted}). "
            "Run the version that upgraded it."
        )
    raise SchemaWrong(f"The database's schema is {found}, this version needs {wanted}. Run `portaldesk db upgrade`.")


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = connect(url)
    try:
        with wrapped(), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
