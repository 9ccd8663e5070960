"""What a statement costs does not grow with all that was ever kept."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import storage
from storage import work_tables
from storage.engine import connect
from storage.sql import Sql

GROW = {"inbox", "conversations", "messages", "replies", "notes", "windows", "places", "deliveries", "journal",
        "forwards", "decisions"}  # fmt: skip
# A walk along an index over some rows only is a walk through what is open.
SOME = {
    index.name
    for table in work_tables.metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
WALKS = {
    "_ANSWERS": "once, after a restore",
    "_LAST_CAME": "along the key, and stops at its first row",
    "_NEWEST": "along the key, and stops where the list ends",
    "_OF": "only answers' deliveries are asked for, and have an index",
    "_UNDELIVERED": "along the key, and stops where the list ends: asked for by a person at a shell",
    "_TWICE": "a rule of verify, which reads all by its nature",
}
POSTGRES_ONLY = {"_NEXT_IN_SEQUENCE", "_PATIENTLY"}  # and what calls its functions


def statements() -> Iterator[tuple[str, Sql]]:
    for found in pkgutil.iter_modules(storage.__path__, "storage."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            each = value.values() if isinstance(value, dict) else [value]
            yield from ((name, one) for one in each if isinstance(one, Sql) and name not in POSTGRES_ONLY)


def walks(sql: str, plan: list[str]) -> list[str]:
    """The steps of a plan that walk through all rows of a table that grows."""
    named = {alias: table for table, alias in re.findall(r"(?:FROM|JOIN|UPDATE) (\w+) (?:AS )?([a-z])\b", sql)}
    found = []
    for step in plan:
        match = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
        if match and named.get(match[1], match[1]) in GROW and match[2] not in SOME:
            found.append(step)
    return found


def test_no_statement_walks_through_all_that_was_ever_kept(sqlite_url: str):
    """After a million messages a press costs what it cost after a thousand."""
    engine = connect(sqlite_url)
    driver = engine.raw_connection()
    cursor, found, asked = driver.cursor(), {}, 0
    for name, sql in statements():
        text = sql.on(engine.dialect).text
        if "pg_" in text:
            continue
        values = (None,) * text.count("?") or dict.fromkeys(re.findall(r":([a-z_]+)", text))
        plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {text}", values).fetchall()]
        asked += 1
        if name not in WALKS and (steps := walks(text, plan)):
            found[name] = steps
    driver.close()
    engine.dispose()
    assert found == {}
    assert asked > 100
