"""The journal: rows are added, and nothing else."""

from __future__ import annotations

import pytest

from bot.domain.journal import Entry
from bot.domain.store import Store
from storage.engine import connect
from storage.sql import Sql
from tests.storage.family import MINUTE, NOW

ENTRY = Entry(
    at=NOW,
    actor="U0ALICE",
    action="reply.sent",
    subject="c_1",
    detail={"reply": "r_1", "n": 3, "yes": True, "no": None},
)

FORBIDDEN = [
    "UPDATE journal SET actor = 'U0EVE'",
    "UPDATE journal SET detail_json = '{}'",
    "UPDATE journal SET at = 1",
    "UPDATE journal SET n = n + 100",
    "UPDATE journal SET sealed_at = NULL",
    "UPDATE journal SET hash = prev_hash",
    "UPDATE journal SET sealed_at = 2",
    "UPDATE journal SET mac = NULL",
    "DELETE FROM journal",
    "DELETE FROM journal WHERE n = 1",
]
ON_SQLITE = [
    "REPLACE INTO journal (n, at, actor, action, subject, outcome, detail_json) VALUES (1, 1, 'e', 'e', 'e', 'done', '')",
    (
        "INSERT INTO journal (n, at, actor, action, subject, outcome, detail_json) VALUES (1, 1, 'e', 'e', 'e', 'done', '')"
        " ON CONFLICT (n) DO UPDATE SET actor = 'U0EVE'"
    ),
    "UPDATE OR REPLACE journal SET n = 2 WHERE n = 1",
]
ON_POSTGRESQL = [
    "TRUNCATE journal",
    "TRUNCATE journal CASCADE",
    (
        "INSERT INTO journal (n, at, actor, action, subject, outcome, detail_json) VALUES (1, 1, 'e', 'e', 'e', 'done', '')"
        " ON CONFLICT (n) DO UPDATE SET actor = 'U0EVE'"
    ),
]
SEAL = "UPDATE journal SET sealed_at = 5, prev_hash = :prev, hash = :hash WHERE n = 1"


async def test_history_is_told_oldest_first(store: Store):
    """And about that subject only; details keep their types."""
    later = Entry(at=NOW + MINUTE, actor="service", action="reply.delivered", subject="c_1", outcome="failed")
    other = Entry(at=NOW, actor="service", action="x", subject="c_2")
    for entry in (ENTRY, other, later):
        await store.run(lambda r, entry=entry: r.journal(entry))
    assert await store.read(lambda r: r.history("c_1")) == [ENTRY, later]


async def test_a_row_falls_with_its_act(store: Store):
    """What was not done is not in the journal."""

    def act(records):
        records.journal(ENTRY)
        raise LookupError

    with pytest.raises(LookupError):
        await store.run(act)
    assert await store.read(lambda r: r.history("c_1")) == []


async def test_rows_cannot_be_changed_or_removed(url: str, store: Store):
    """UPDATE, DELETE, REPLACE and TRUNCATE are refused by the database itself, whoever asks."""
    for _ in range(2):
        await store.run(lambda r: r.journal(ENTRY))
    await store.run(lambda r: r.run(Sql(SEAL), prev=b"\0" * 32, hash=b"\1" * 32))
    before = await store.read(lambda r: r.rows(Sql("SELECT * FROM journal ORDER BY n")))
    statements = FORBIDDEN + (ON_SQLITE if url.startswith("sqlite") else ON_POSTGRESQL)
    for statement in statements:
        engine = connect(url)
        with pytest.raises(Exception, match="append-only") as refused, engine.begin() as connection:
            connection.exec_driver_sql(statement)
        assert refused.value is not None, statement
        engine.dispose()
    assert await store.read(lambda r: r.rows(Sql("SELECT * FROM journal ORDER BY n"))) == before


async def test_a_sealer_fills_its_columns_once(store: Store):
    """From NULL to a value, never to another."""
    await store.run(lambda r: r.journal(ENTRY))
    assert await store.run(lambda r: r.run(Sql(SEAL), prev=b"\0" * 32, hash=b"\1" * 32)) == 1
    with pytest.raises(Exception, match="append-only"):
        await store.run(lambda r: r.run(Sql(SEAL), prev=b"\2" * 32, hash=b"\2" * 32))
    [row] = await store.read(lambda r: r.rows(Sql("SELECT sealed_at, hash FROM journal")))
    assert tuple(row) == (5, b"\1" * 32)
