"""What `portaldesk check` says about the database: each promise as it is, whether that is right, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pysqlite3
from sqlalchemy import Connection

from bot.domain.store import StoreDamaged, StoreFull, StoreUnavailable
from storage import schema
from storage.engine import StoreUnsafe, connect, file_of, journal_mode
from storage.fault import wrapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of the table. `level`: ok, warning or failed; `advice` is empty when all is well."""

    name: str
    value: str
    level: str = "ok"
    advice: str = ""


def check(url: str) -> list[Fact]:
    """The facts about the database at that address; a database that is away is a fact too."""
    try:
        path = file_of(url)
        if path is not None and not path.exists():
            return [Fact(name="database", value=f"no file {path.name} yet", level="failed", advice=_UPGRADE)]
        engine = connect(url)
        try:
            with wrapped(), engine.connect() as connection:
                facts = list(_sqlite(connection) if path else _postgres(connection))
        finally:
            engine.dispose()
        return [*facts, _schema(url)]
    except StoreDamaged:
        return [Fact(name="database", value="damaged, or no database", level="failed", advice=_RESTORE)]
    except StoreFull:
        return [Fact(name="database", value="its disk is full or cannot be written", level="failed", advice=_ROOM)]
    except (StoreUnavailable, StoreUnsafe) as error:
        return [Fact(name="database", value=str(error), level="failed", advice="Look at PORTALDESK_DATABASE_URL.")]


_UPGRADE = "Run `portaldesk db upgrade`."
_ROOM = "Make room on the database's disk."
_RESTORE = "Put the last backup in its place: `portaldesk db restore FILE --replace`."


def _schema(url: str) -> Fact:
    try:
        schema.must_fit(url)
    except schema.SchemaWrong as error:
        return Fact(name="schema", value=str(schema.revision(url) or "none"), level="failed", advice=str(error))
    found, own = schema.revision(url), schema.head()
    newer = "" if found == own else f"This version is of {own} and may go on; restart with the one that upgraded it."
    return Fact(name="schema", value=str(found), advice=newer)


def _sqlite(connection: Connection) -> Iterator[Fact]:
    def pragma(name: str) -> object:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    safe = journal_mode(pysqlite3.sqlite_version_info) == "wal"
    yield Fact(
        name="SQLite",
        value=pysqlite3.sqlite_version,
        level="ok" if safe else "warning",
        advice="" if safe else "This version can corrupt a WAL file; the slower rollback journal is used. Update it.",
    )
    yield Fact(name="journal mode", value=str(pragma("journal_mode")))
    full = pragma("synchronous") == 2
    yield Fact(
        name="synchronous",
        value="full" if full else "not full",
        level="ok" if full else "failed",
        advice="" if full else "A power cut could take accepted messages away.",
    )
    sound = pragma("quick_check") == "ok"
    yield Fact(
        name="file",
        value="sound" if sound else "damaged",
        level="ok" if sound else "failed",
        advice="" if sound else _RESTORE,
    )


_PROMISES = {
    "fsync": ("on", "A power cut could destroy the database. Set fsync = on."),
    "full_page_writes": ("on", "A power cut could destroy the database. Set full_page_writes = on."),
    "synchronous_commit": ("on", "A power cut could take accepted messages away. Set synchronous_commit = on."),
    "server_encoding": ("UTF8", "Make the database with encoding UTF8."),
    "transaction_read_only": ("off", "This server is a standby. Point PORTALDESK_DATABASE_URL at the primary."),
}
_AS_GOOD = {"remote_write", "remote_apply"}  # of synchronous_commit: stricter than on
# Ours is on (storage.engine); what sessions get by themselves shows what somebody wanted of this server.
_BY_ITSELF = "SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'"
# NULL where words are ordered by bytes, which no library changes.
_ORDERED_BY = (
    "SELECT quote_ident(datname), datcollversion, pg_database_collation_actual_version(oid) FROM pg_database"
    " WHERE datname = current_database()"
)
_KNOWS_ITS_ORDER = 150_000  # PostgreSQL 15 is the first that keeps the version with each database
_REORDER = (
    "Its C library or ICU was changed: unique rules may not hold. As the owner, with the service stopped:"
    " REINDEX DATABASE {name}; then ALTER DATABASE {name} REFRESH COLLATION VERSION."
)
_COULD_CHANGE = (
    "SELECT current_user, pg_has_role(relowner, 'USAGE') OR has_table_privilege(oid, 'DELETE, TRUNCATE')"
    " OR has_table_privilege(oid, 'TRIGGER') OR (SELECT bool_or(has_column_privilege(oid, told, 'UPDATE'))"
    " FROM unnest(ARRAY['n', 'at', 'actor', 'action', 'subject', 'outcome', 'detail_json']) AS told)"
    " FROM pg_class WHERE oid = to_regclass('journal')"
)


def _postgres(connection: Connection) -> Iterator[Fact]:
    def setting(name: str) -> str:
        return str(connection.exec_driver_sql(f"SHOW {name}").scalar())

    yield Fact(name="PostgreSQL", value=setting("server_version"))
    for name, (wanted, advice) in _PROMISES.items():
        found = setting(name)
        right = found == wanted or found in _AS_GOOD
        yield Fact(name=name, value=found, level="ok" if right else "failed", advice="" if right else advice)
    if connection.exec_driver_sql(_BY_ITSELF).scalar() == "off":
        yield Fact(
            name="synchronous_commit of the server",
            value="off",
            level="warning",
            advice="The service turns it on for itself, other tools do not. Set it to on.",
        )
    yield from _order_of_words(connection, version=int(setting("server_version_num")))
    row = connection.exec_driver_sql(_COULD_CHANGE).first()
    if row is not None:
        yield Fact(
            name="journal",
            value=f"{row[0]} could change it" if row[1] else f"{row[0]} can only add to it",
            level="warning" if row[1] else "ok",
            advice="Let the service use a role of its own (docs/operating.md, Several replicas)." if row[1] else "",
        )


def _order_of_words(connection: Connection, *, version: int) -> Iterator[Fact]:
    """Indexes over text were made with one order of words; when its library gets another, they have to be made anew."""
    if version < _KNOWS_ITS_ORDER:
        return
    name, made, present = connection.exec_driver_sql(_ORDERED_BY).one()
    if made is None or made == present:
        return
    yield Fact(
        name="order of words",
        value=f"made with version {made}, the server has {present or 'none'}",
        level="warning",
        advice=_REORDER.format(name=name),
    )
