"""Sealed with the newest key: every value of every table, and nothing of it lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.cli import keys as keys_command
from bot.domain.store import Records, Store
from storage import rotation
from storage.crypto import Keyring, key_id_of, new_key, parse
from storage.hold import hold, sealing
from storage.sql import Sql
from storage.store import open_store
from storage.tables import metadata
from storage.verify import verify
from tests.storage.conftest import load_practice
from tests.storage.family import NOW, note, sent, taken_in, window

SEALED = {(table.name, c.name) for table in metadata.sorted_tables for c in table.columns if c.name.endswith("_sealed")}
_MADE = (
    ('INSERT INTO forwards (id, conversation_id, "by", from_department, at, prior, state, words_sealed)'
    " SELECT 'f_1', id, 'U0', 'Nursing', 1, {yes}, 'over', :words FROM conversations"),
    ("INSERT INTO decisions (id, conversation_id, message_id, kind, line, round, outcome, approvable, decided_by, at, words_sealed)"
    " SELECT 'de_1', conversation_id, id, 'refill', 1, 1, 'denied', {yes}, 'U0', 1, :words FROM messages"),
    "INSERT INTO own_phrases (id, slack, words_sealed, at) VALUES ('ph_1', 'U0', :words, 1)",
)  # fmt: skip


def everything(records: Records, keys: Keyring) -> None:
    """A value in every sealed column: by the product's own functions where that takes a line."""
    kept = taken_in(records)
    sent(records, kept)
    window(records, kept)
    records.add_note(note(records, kept), channel="C1", ts="1.1")
    records.raise_alarm(key="x", words="canary alarm", now=NOW)
    records.save_practice("Canary Practice", by="cli:x", now=NOW)
    records.add_conflict(portal="main", event_id="canary event 1", sha256=b"x", raw=b"canary raw", now=NOW)
    yes = "TRUE" if records.shared else "1"
    for made, place in zip(_MADE, (("forwards", "f_1"), ("decisions", "de_1"), ("own_phrases", "ph_1")), strict=True):
        records.run(Sql(made.replace("{yes}", yes)), words=keys.seal(b"canary words", *place, "words"))
    for table in rotation.TABLES:
        for column in table.columns:
            empty = Sql(f"SELECT {table.key} FROM {table.name} WHERE {column} IS NULL")
            for (row,) in records.rows(empty):
                fill = Sql(f"UPDATE {table.name} SET {column} = :sealed WHERE {table.key} = :row")
                records.run(
                    fill, row=row, sealed=keys.seal(b'{"by":null,"reason":null}', table.name, str(row), column[:-7])
                )


def values(records: Any, keys: Keyring) -> dict[tuple[str, str, str], tuple[str, bytes]]:
    """Every sealed value by its place: which key, and what it says."""
    found = {}
    for table in rotation.TABLES:
        for column in table.columns:
            for row, sealed in records.rows(Sql(f"SELECT {table.key}, {column} FROM {table.name}")):
                place = (table.name, str(row), column[:-7])
                found[place] = (key_id_of(bytes(sealed)), keys.open(bytes(sealed), *place))
    return found


async def rotated(store: Store) -> int:
    """All tables walked once, as the command does."""
    lost: set[str] = set()
    done = await keys_command._pass(store, lambda _: None, lost)
    assert lost == set()
    return done


async def test_no_sealed_column_is_forgotten(url: str):
    """Each has a value under the old key before and under the new one after, and says the same; a rest needs nothing."""
    old, new = new_key(), new_key()
    store = open_store(url, parse(old), load_practice=load_practice)
    await store.run(everything, keys=parse(old))
    await store.close()
    both = parse(f"{new},{old}")
    store = open_store(url, both, load_practice=load_practice)
    try:
        before = await store.read(values, keys=both)
        assert {(table, f"{column}_sealed") for table, _, column in before} == SEALED
        old_id, new_id = both.ids[1], both.ids[0]
        canary = ("vault", f"canary:{new_id}", "value")
        assert {key for place, (key, _) in before.items() if place != canary} == {old_id}
        left = await store.read(rotation.left)
        assert sum(left[old_id].values()) == len(before) - 2  # the two canaries
        assert await rotated(store) == len(before) - 2
        assert await rotated(store) == 0
        assert await store.read(rotation.left) == {old_id: {}}
        await store.run(rotation.retire, by="cli:test", now=NOW)
        after = await store.read(values, keys=parse(new))
        assert set(before) - set(after) == {("vault", f"canary:{old_id}", "value")}
        assert {place: words for place, (_, words) in after.items()} == {place: before[place][1] for place in after}
        assert {key for key, _ in after.values()} == {new_id}
    finally:
        await store.close()
    store = open_store(url, parse(new), load_practice=load_practice)
    try:  # what is found by a hash is still found
        assert await store.read(lambda r: r.message_of(portal="main", message_id="canary-message-1"))
        assert await store.read(lambda r: r.inbox_row(portal="main", event_id="canary event 1"))
    finally:
        await store.close()


async def test_more_rows_than_one_step_takes(url: str):
    """Steps follow one another to the table's end."""
    old, new = new_key(), new_key()
    store = open_store(url, parse(old), load_practice=load_practice)

    def many(records: Records) -> None:
        for n in range(rotation.WINDOW + 2 * rotation.AT_ONCE + 1):
            taken_in(records, n=n)

    await store.run(many)
    await store.close()
    store = open_store(url, parse(f"{new},{old}"), load_practice=load_practice)
    try:
        await rotated(store)
        assert list((await store.read(rotation.left)).values()) == [{}]
        assert await store.read(verify) == []
    finally:
        await store.close()


async def test_a_value_that_nobody_can_read_stops_no_other(url: str):
    """It is named, and everything behind it is sealed anew all the same."""
    old, new = new_key(), new_key()
    store = open_store(url, parse(old), load_practice=load_practice)
    await store.run(lambda records: [taken_in(records, n=n) for n in range(3)])
    broken = Sql("UPDATE messages SET content_sealed = :other WHERE id = (SELECT MIN(id) FROM messages)")
    header = parse(old).header(parse(old).ids[0])
    await store.run(lambda records: records.run(broken, other=bytearray(header + b"x" * 40)))
    await store.close()
    both = parse(f"{new},{old}")
    store = open_store(url, both, load_practice=load_practice)
    [messages] = [table for table in rotation.TABLES if table.name == "messages"]
    try:
        step = await store.run(rotation.step, table=messages, after="", upto="zzz")
        assert step.values == 2
        assert [where.split()[0] for where in step.unreadable] == ["messages"]
        assert (await store.read(rotation.left))[both.ids[1]]["messages"] == 1
    finally:
        await store.close()


@pytest.mark.postgres
async def test_what_others_write_meanwhile_stands(postgres_url: str, request: pytest.FixtureRequest):
    """A value that changes between being read and being sealed anew is not overwritten with its old words."""
    old, new = new_key(), new_key()
    store = open_store(postgres_url, parse(old), load_practice=load_practice)
    await store.run(everything, keys=parse(old))
    await store.close()
    both = parse(f"{new},{old}")
    store, other = (open_store(postgres_url, both, load_practice=load_practice) for _ in range(2))
    [notes] = [table for table in rotation.TABLES if table.name == "notes"]
    loop, seal = asyncio.get_running_loop(), store._tools.keys

    class Late(Keyring):
        """Seals a note only after somebody else has changed it."""

        __slots__ = ("later",)

        def seal(self, plain: bytes, table: str, row: str, column: str) -> bytearray:
            changed = other.run(lambda r: r.change_note(channel="C1", ts="1.1", text="changed meanwhile", now=NOW))
            asyncio.run_coroutine_threadsafe(changed, loop).result(10)
            return super().seal(plain, table, row, column)

    try:
        keys = [tuple(key.split(":")) for key in (new, old)]
        import base64

        store._tools.keys = Late([(key_id, base64.b64decode(secret)) for key_id, secret in keys], where="here")
        assert (await store.run(rotation.step, table=notes, after="", upto="zzz")).values == 0
        store._tools.keys = seal
        found = await store.read(values, keys=both)
        assert {words for (table, _, _), (_, words) in found.items() if table == "notes"} == {b"changed meanwhile"}
    finally:
        await store.close()
        await other.close()


async def test_who_runs_says_which_key_it_writes_with(url: str, keys: Keyring, opened: Callable[[str], Store]):
    """On SQLite by its lock, on PostgreSQL by its sessions; nobody says so who does not run."""
    assert sealing(url) == set()
    with hold(url) as told:
        assert sealing(url) == (set() if url.startswith("postgres") else {""})
        store = opened(url)
        told(keys)
        await store.run(lambda r: r.practice())
        assert sealing(url) == set(keys.ids)
        await store.close()
    assert sealing(url) == set()
