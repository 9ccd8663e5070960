"""From one version's schema to the next: killed half way, called twice at once, and what the version before may do."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text

from bot.domain.store import Store
from storage import schema
from storage.engine import connect
from storage.schema import SchemaWrong, head, must_fit, revision, upgrade
from storage.sql import Sql
from storage.verify import verify
from tests.storage.family import taken_in
from tests.successor import CONTRACTING, EXPANDING, Successor


def facts(connection: Connection) -> tuple[set[str], set[str]]:
    """What a schema has, and what it demands of whoever writes a row."""
    there = inspect(connection)
    has, demands = set(), set()
    for table in there.get_table_names():
        for column in there.get_columns(table):
            has.add(f"{table}.{column['name']} {column['type']} {column['default']}")
            if not column["nullable"] and column["default"] is None:
                demands.add(f"{table}.{column['name']}")
        for index in there.get_indexes(table):
            (demands if index["unique"] else has).add(f"{table} {index['name']} {index['column_names']}")
        for rule in (
            *there.get_check_constraints(table),
            *there.get_foreign_keys(table),
            *there.get_unique_constraints(table),
        ):
            demands.add(f"{table} {sorted((k, str(v)) for k, v in rule.items())}")
    return has, demands


def contracted(before: tuple[set[str], set[str]], after: tuple[set[str], set[str]]) -> set[str]:
    """What code of before would miss, or would be asked for without knowing it."""
    tables = {fact.partition(".")[0] for fact in before[0] if "." in fact.partition(" ")[0]}
    asked = {fact for fact in after[1] - before[1] if fact.partition(" ")[0].partition(".")[0] in tables}
    return (before[0] - after[0]) | asked


def _looked(url: str) -> tuple[set[str], set[str]]:
    engine = connect(url)
    with engine.begin() as connection:
        found = facts(connection)
    engine.dispose()
    return found


def _stepped(url: str, to: str) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
    engine.dispose()


def test_a_migration_that_says_so_only_expands(tmp_path: Path):
    """It takes nothing away, and asks nothing of a row that code of before would not give."""
    from alembic.script import ScriptDirectory

    url = f"sqlite:///{tmp_path / 'steps.db'}"
    steps = list(ScriptDirectory.from_config(schema._config()).walk_revisions())[::-1]
    assert [step.revision for step in steps] == schema.revisions()
    before = None
    for step in steps:
        _stepped(url, step.revision)
        after = _looked(url)
        assert not step.module.expands or contracted(before, after) == set(), step.revision
        before = after


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE conversations DROP COLUMN why_sealed",
        "ALTER TABLE conversations RENAME COLUMN why_sealed TO reason_sealed",
        "DROP TABLE paces",
        "DROP INDEX replies_due",
        "CREATE UNIQUE INDEX one_a_day ON notes (author, at)",
        "ALTER TABLE notes ADD COLUMN mood TEXT CHECK (mood <> '')",
    ],
)
def test_what_contracts_is_seen(sqlite_url: str, change: str):
    """The check above finds what code of the version before could not live with."""
    before = _looked(sqlite_url)
    engine = connect(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    assert contracted(before, _looked(sqlite_url))


def _kept(url: str) -> dict[str, list[Any]]:
    """Everything that stands in the database, without what a next version adds."""
    engine = connect(url)
    with engine.begin() as connection:
        tables = sorted(set(inspect(connection).get_table_names()) - {"visits", "alembic_version"})
        found = {
            table: sorted(
                str({name: value for name, value in row.items() if name != "weight"})
                for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()
            )
            for table in tables
        }
    engine.dispose()
    return found


@pytest.mark.kill
async def test_killed_half_way_it_is_wholly_old_and_then_wholly_new(
    url: str, opened: Callable[[str], Store], tmp_path: Path
):
    """Half of a migration is nothing; the next upgrade does all of it, no row is changed, and every rule holds."""
    store = opened(url)
    for n in range(20):
        await store.run(taken_in, n=n)
    old, rows = _looked(url), _kept(url)
    new = Successor(tmp_path)
    new.order.write_text("die")
    assert new.call(url, "upgrade")[0] == -signal.SIGKILL
    assert (revision(url), _looked(url), _kept(url)) == (head(), old, rows)
    new.order.unlink()
    code, told = new.call(url, "upgrade")
    assert (code, revision(url)) == (0, EXPANDING), told
    must_fit(url)
    assert "deliveries.weight BIGINT" in str(sorted(_looked(url)[0]))
    assert contracted(old, _looked(url)) == set()
    assert _kept(url) == rows
    assert await store.read(verify) == []
    assert (await store.read(lambda r: r.rows(Sql("SELECT DISTINCT weight FROM deliveries")))) == [(7,)]


def test_a_schema_that_contracted_is_refused(url: str, tmp_path: Path):
    """Code of the version before says so in a sentence, and neither runs on it nor migrates it."""
    code, told = Successor(tmp_path, contracts=True).call(url, "upgrade")
    assert (code, revision(url)) == (0, CONTRACTING), told
    for refused in (must_fit, upgrade):
        with pytest.raises(SchemaWrong, match="newer than this version"):
            refused(url)
    assert revision(url) == CONTRACTING


def test_before_an_upgrade_it_is_said_who_must_stop(sqlite_url: str, tmp_path: Path):
    """The next version names the command, and whether services of this one may go on meanwhile."""
    for contracts, words in ((False, "may go on meanwhile"), (True, "stop every service")):
        (tmp_path / words).mkdir()
        _, told = Successor(tmp_path / words, contracts=contracts).call(sqlite_url, "must_fit")
        assert "Run `portaldesk db upgrade`" in told
        assert words in told
    assert revision(sqlite_url) == head()


@pytest.mark.postgres
def test_of_two_upgraders_at_once_one_waits(postgres_url: str, tmp_path: Path):
    """Two machines call `portaldesk db upgrade`: one does it, the other finds it done."""
    new = Successor(tmp_path)
    new.order.write_text("wait")
    both = [new.start(postgres_url), new.start(postgres_url)]
    waits = (
        "SELECT COUNT(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        " WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()"
    )
    try:
        with psycopg.connect(postgres_url, autocommit=True) as looker:
            for _ in range(600):
                if looker.execute(waits).fetchone() == (1,):
                    break
                time.sleep(0.05)
            assert looker.execute(waits).fetchone() == (1,)
        assert revision(postgres_url) == head()
        new.order.unlink()
        told = sorted(process.communicate(timeout=60)[0] for process in both)
    finally:
        for process in both:
            process.kill()
    assert [process.returncode for process in both] == [0, 0], told
    assert told[0] == f"The schema is at {EXPANDING}.\n"
    assert told[1].startswith(f"The schema went from {head()} to {EXPANDING}.")
    assert "restart them one by one" in told[1]
