"""Migrations: what they make, that two do not collide, and that half of one is nothing."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from storage import tables
from storage.engine import connect
from storage.schema import SchemaWrong, head, must_fit, revision, upgrade

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return request.getfixturevalue("empty_postgres_url")


@pytest.fixture
def second_url(empty_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if empty_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'second.db'}"
    return request.getfixturevalue("postgres_server").fresh(schema=False)


def test_an_empty_database_is_brought_to_head_once(empty_url: str):
    """And `run` refuses it until then, naming the command."""
    assert revision(empty_url) is None
    with pytest.raises(SchemaWrong, match="db upgrade"):
        must_fit(empty_url)
    upgrade(empty_url)
    upgrade(empty_url)
    assert revision(empty_url) == head()
    must_fit(empty_url)


def test_an_unknown_revision_is_refused(empty_url: str):
    """A database that a newer version upgraded is not served by this one."""
    upgrade(empty_url)
    engine = connect(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("UPDATE oldest_code SET revision = '9998'"))
    with pytest.raises(SchemaWrong, match="newer"):
        must_fit(empty_url)
    with pytest.raises(SchemaWrong, match="newer"):
        upgrade(empty_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM oldest_code"))
    engine.dispose()
    with pytest.raises(SchemaWrong, match="newer"):
        must_fit(empty_url)


def _shape(connection: Connection) -> list[str]:
    if connection.dialect.name == "sqlite":  # a column that was added later stands elsewhere in the text: compare facts
        named = "SELECT name, sql FROM sqlite_master WHERE type = '{}' AND name <> 'alembic_version'"
        tables_made = connection.execute(text(named.format("table"))).all()
        facts = [
            f"{name}: {pragma} {tuple(row)[1:]}"
            for name, _ in tables_made
            for pragma in ("table_info", "foreign_key_list")
            for row in connection.exec_driver_sql(f"PRAGMA {pragma}('{name}')")
        ]
        rules = [f"{name}: {rule}" for name, sql in tables_made for rule in re.findall(r"CHECK \(.*?\)(?=,|\n|$)", sql)]
        indexes = [str(row[1]) for row in connection.execute(text(named.format("index"))) if row[1]]
        return sorted(re.sub(r"\s+", " ", fact) for fact in [*facts, *rules, *indexes])
    asked = (
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        (
            "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace"
        ),
        (
            "SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type, collation_name, is_nullable,"
            " column_default)"
            " FROM information_schema.columns WHERE table_schema = 'public'"
        ),
        "SELECT 'sequence ' || sequencename || ' ' || data_type FROM pg_sequences",
    )
    rows = [row[0] for sql in asked for row in connection.exec_driver_sql(sql)]
    return sorted(row for row in rows if "alembic_version" not in row)


def test_the_migrations_make_what_the_tables_say(empty_url: str, second_url: str):
    """Columns, types, indexes with their conditions, constraints: word for word."""
    upgrade(empty_url)
    engine, other = connect(empty_url), connect(second_url)
    with other.begin() as connection:
        tables.metadata.create_all(connection)
        wanted = _shape(connection)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # Alembic cannot read a descending index back from SQLite
            assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        assert _shape(connection) == wanted
    engine.dispose()
    other.dispose()


def test_two_upgraders_do_not_collide(empty_url: str):
    """The second waits for the first, and finds nothing to do."""
    errors = []

    def go():
        try:
            upgrade(empty_url)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert revision(empty_url) == head()


def test_a_migration_killed_in_the_middle_leaves_nothing(empty_url: str):
    """One transaction: the next upgrade starts from the same place."""
    script = (
        "import os, signal, sys\n"
        "from bot import failpoint\n"
        "failpoint.arm(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == 'migration.step' else None)\n"
        "from storage.schema import upgrade\n"
        "upgrade(sys.argv[1])\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, empty_url], cwd=ROOT, check=False, timeout=60)
    assert killed.returncode == -9
    assert revision(empty_url) is None
    upgrade(empty_url)
    must_fit(empty_url)


def test_each_table_says_which_columns_are_encrypted():
    """No column that could hold words or names stands in plain text by mistake: a new one must be put on this list."""
    plain = {
        (table.name, column.name)
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if str(column.type) in {"TEXT", "VARCHAR", "CLOB"} and not column.name.endswith("id") and column.name != "id"
    }
    assert plain == {
        ("conversations", "turn"), ("decisions", "decided_by"), ("decisions", "entered_by"), ("decisions", "kind"),
        ("decisions", "outcome"), ("forwards", "asked"), ("forwards", "by"), ("forwards", "ended_by"),
        ("forwards", "from_department"), ("forwards", "state"), ("forwards", "to"), ("forwards", "to_department"),
        ("alarms", "key"), ("channels", "named"), ("channels", "trouble"), ("conflicts", "portal"), ("conversations", "closed_by"),
        ("conversations", "department"), ("conversations", "holder"), ("conversations", "kind"),
        ("conversations", "portal"), ("conversations", "status"), ("counters", "name"), ("deliveries", "claimed_by"),
        ("deliveries", "code"), ("deliveries", "fold"), ("deliveries", "lane"), ("deliveries", "portal"),
        ("deliveries", "slot"), ("deliveries", "state"), ("deliveries", "subject"), ("deliveries", "token"),
        ("deliveries", "what"), ("inbox", "portal"), ("inbox", "state"), ("inbox", "type"), ("journal", "action"),
        ("journal", "actor"), ("journal", "detail_json"), ("journal", "outcome"), ("journal", "subject"),
        ("messages", "portal"), ("messages", "standing"), ("notes", "author"), ("notes", "channel"), ("notes", "ts"),
        ("oldest_code", "revision"), ("own_phrases", "slack"), ("paces", "lane"), ("lives", "name"),
        ("suspicions", "life"),
        ("places", "channel"), ("places", "key"), ("places", "slot"), ("places", "ts"), ("practices", "applied_by"),
        ("replies", "code"), ("replies", "owner"), ("replies", "portal_status"), ("replies", "settled_by"),
        ("replies", "state"), ("stopped_portals", "portal"), ("unshown", "channel"), ("unshown", "looked_by"),
        ("unshown", "ts"), ("vault", "name"), ("windows", "slack"),
        ("windows", "used_by"), ("windows", "what"),
    }  # fmt: skip
