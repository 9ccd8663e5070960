"""The journal's chain: whatever somebody with the database file changes, adds, moves or takes out is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.journal import Entry
from bot.domain.store import Store
from storage import chain
from storage.crypto import Keyring
from storage.engine import connect
from storage.schema import upgrade
from storage.sql import Sql
from storage.types import micros
from storage.verify import verify
from tests.storage.family import MINUTE, NOW

ROWS = 12


def entry(n: int) -> Entry:
    return Entry(at=NOW + n * MINUTE, actor="U0ALICE", action="reply.sent", subject=f"c_{n}", detail={"n": n})


@pytest.fixture
async def sealed(store: Store) -> chain.Chain:
    """Twelve rows in three batches, all sealed."""
    for n in range(ROWS):
        await store.run(lambda r, n=n: r.journal(entry(n)))
        if n % 4 == 3:
            assert (await store.run(chain.seal, now=NOW + n * MINUTE)).rows >= 4
    found = await store.read(chain.walk)
    assert found.breaks == ()
    return found


def without_triggers(url: str, *statements: str, **values: Any) -> None:
    """What somebody does who owns the file or the server: the triggers go first."""
    engine = connect(url)
    with engine.begin() as connection:
        for name in ("journal_update", "journal_delete", "journal_truncate", "journal_mac"):
            if url.startswith("sqlite"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON journal")
        for statement in statements:
            connection.execute(text(statement), values)
    engine.dispose()


KEPT = Sql("SELECT value_sealed FROM vault WHERE name = 'journal:head'")
PUT_BACK = "UPDATE vault SET value_sealed = :kept WHERE name = 'journal:head'"
NTH = "(SELECT n FROM journal WHERE subject = '{}')"
SIXTH = NTH.format("c_5")
COPY = (
    "INSERT INTO journal (n, at, actor, action, subject, outcome, detail_json, sealed_at, prev_hash, hash)"
    " SELECT {n}, at, actor, action, {subject}, outcome, detail_json, {sealed_at}, prev_hash, hash FROM journal"
    " WHERE subject = 'c_5'"
)
FORGED = (
    "INSERT INTO journal (n, at, actor, action, subject, outcome, detail_json, sealed_at, prev_hash, hash)"
    " VALUES ({n}, 1, 'U0EVE', 'reply.sent', 'c_1', 'done', '{{}}', {sealed_at}, :zeros, :zeros)"
)
TAMPERED = {
    "who": f"UPDATE journal SET actor = 'U0EVE' WHERE n = {SIXTH}",
    "what": f"UPDATE journal SET action = 'message.opened' WHERE n = {SIXTH}",
    "about what": f"UPDATE journal SET subject = 'c_99' WHERE n = {SIXTH}",
    "when": f"UPDATE journal SET at = at - 60000000 WHERE n = {SIXTH}",
    "how it ended": f"UPDATE journal SET outcome = 'refused' WHERE n = {SIXTH}",
    "the detail": f"UPDATE journal SET detail_json = '{{}}' WHERE n = {SIXTH}",
    "its number": f"UPDATE journal SET n = 5000 WHERE n = {SIXTH}",
    "its time of sealing": f"UPDATE journal SET sealed_at = sealed_at + 1 WHERE n = {SIXTH}",
    "its link": f"UPDATE journal SET hash = prev_hash WHERE n = {SIXTH}",
    "the link before": f"UPDATE journal SET prev_hash = hash WHERE n = {SIXTH}",
    "both links": f"UPDATE journal SET prev_hash = :zeros, hash = :zeros WHERE n = {SIXTH}",
    "no links": f"UPDATE journal SET prev_hash = NULL, hash = NULL WHERE n = {SIXTH}",
    "one taken out": f"DELETE FROM journal WHERE n = {SIXTH}",
    "the first taken out": f"DELETE FROM journal WHERE n = {NTH.format('c_0')}",
    "a batch taken out": "DELETE FROM journal WHERE subject IN ('c_4', 'c_5', 'c_6', 'c_7')",
    "a copy added": COPY.format(n=4000, subject="subject", sealed_at="sealed_at"),
    "a copy added at the end": COPY.format(n=4001, subject="'c_77'", sealed_at="sealed_at + 999999999"),
    "a forged one with nothing before it": FORGED.format(n=4002, sealed_at=2),
    "a forged one before time began": FORGED.format(n=4003, sealed_at=-5),
    "a forged one at the beginning of time": FORGED.format(n=4004, sealed_at=0),
    "a forged one with a number below all": FORGED.format(n=-(2**63), sealed_at=-1),
    "a forged one below everything": FORGED.format(n=-(2**63), sealed_at=-(2**63)),
    "two swapped": (
        "UPDATE journal SET subject = CASE subject WHEN 'c_5' THEN 'c_6' ELSE 'c_5' END WHERE subject IN ('c_5', 'c_6')"
    ),
    "an old row's words put back": (
        "UPDATE journal SET detail_json = (SELECT j.detail_json FROM journal j WHERE j.subject = 'c_1')"
        f" WHERE n = {SIXTH}"
    ),
}


@pytest.mark.parametrize("kind", TAMPERED)
async def test_whatever_was_done_to_it_is_found(url: str, store: Store, sealed: chain.Chain, kind: str):
    """Two dozen kinds of tampering, the triggers dropped first: the walk names a row each time."""
    without_triggers(url, TAMPERED[kind], zeros=bytes(32))
    found = await store.read(chain.walk)
    assert found.breaks
    assert not found.whole


@pytest.mark.parametrize("column", ["actor", "detail_json", "sealed_at"])
async def test_a_value_of_another_type_is_found(
    sqlite_url: str, column: str, keys: Keyring, opened: Callable[[str], Store]
):
    """SQLite keeps bytes in a column of words or numbers: the walk names the row, and does not fall over it."""
    upgrade(sqlite_url)
    store = opened(sqlite_url)
    await store.run(lambda r: r.journal(entry(0)))
    await store.run(chain.seal, now=NOW)
    without_triggers(sqlite_url, f"UPDATE journal SET {column} = x'00ff'")
    assert (await store.read(chain.walk)).breaks


NO_WORD = "CAST(x'41ff' AS TEXT)"
NO_UTF_8 = {
    "added": "INSERT INTO journal (at, actor, action, subject, outcome, detail_json)"
    f" VALUES (1, {NO_WORD}, {NO_WORD}, 'c_0', 'done', {NO_WORD})",
    "added with a proof": "INSERT INTO journal (at, actor, action, subject, outcome, detail_json, mac)"
    f" VALUES (1, {NO_WORD}, {NO_WORD}, {NO_WORD}, 'done', {NO_WORD}, zeroblob(24))",
    "the actor": f"UPDATE journal SET actor = {NO_WORD}",
    "the detail": f"UPDATE journal SET detail_json = {NO_WORD}",
    "the time": "UPDATE journal SET at = 'never'",
    "a time that there is not": "UPDATE journal SET at = -9223372036854775807",
}


@pytest.mark.parametrize("kind", NO_UTF_8)
async def test_what_cannot_be_read_is_chained_and_named(
    sqlite_url: str, kind: str, keys: Keyring, opened: Callable[[str], Store]
):
    """SQLite keeps what is no UTF-8 or no time: before it is chained and after, nothing that reads it stops."""
    upgrade(sqlite_url)
    store = opened(sqlite_url)
    await store.run(chain.seal, now=NOW)
    await store.run(lambda r: r.journal(entry(0)))
    await store.run(chain.seal, now=NOW)
    await store.run(lambda r: r.journal(entry(0)))
    without_triggers(sqlite_url, f"{NO_UTF_8[kind]}{' WHERE sealed_at IS NULL' if 'UPDATE' in NO_UTF_8[kind] else ''}")
    assert (await store.read(chain.walk)).whole
    assert await store.read(verify) == []
    batch = await store.run(chain.seal, now=NOW + MINUTE)
    assert len(batch.forged) == 1
    await store.run(lambda r: r.journal(entry(1)))
    assert (await store.run(chain.seal, now=NOW + MINUTE)).forged == ()
    assert [one.n for one in (await store.read(chain.walk)).breaks] == list(batch.forged)
    assert [breach.ids for breach in await store.read(verify)] == [tuple(map(str, batch.forged))]


@pytest.mark.parametrize("kind", ["added", "the detail"])
async def test_a_history_leaves_out_what_no_service_said(
    sqlite_url: str, kind: str, keys: Keyring, opened: Callable[[str], Store]
):
    """Its other rows, and what can be read of that one, are shown."""
    upgrade(sqlite_url)
    store = opened(sqlite_url)
    await store.run(lambda r: r.journal(entry(0)))
    without_triggers(sqlite_url, NO_UTF_8[kind])
    told = await store.read(lambda r: r.history("c_0"))
    assert (told[0].subject, told[-1].detail) == ("c_0", {})


async def test_what_was_cut_off_at_the_end_shows_against_an_anchor(url: str, store: Store, sealed: chain.Chain):
    """The newest rows taken out, and what the sealer had left before them put back: only a link kept elsewhere shows."""
    assert (await store.read(chain.walk, anchor=sealed.head)).anchored
    [before] = await store.read(lambda r: r.rows(KEPT))
    await store.run(lambda r: r.journal(entry(ROWS)))
    await store.run(chain.seal, now=NOW + ROWS * MINUTE)
    newest = (await store.read(chain.walk)).head
    without_triggers(url, "DELETE FROM journal WHERE subject = 'c_12'")
    assert not (await store.read(chain.walk)).whole
    without_triggers(url, PUT_BACK, kept=bytes(before[0]))
    assert (await store.read(chain.walk)).whole
    found = await store.read(chain.walk, anchor=newest)
    assert found.breaks == ()
    assert not found.anchored
    assert not found.whole


async def test_a_chain_made_anew_without_the_keys_is_found(url: str, store: Store, sealed: chain.Chain):
    """Somebody changes a row and hashes everything after it again, as the code says, but without the key."""
    without_triggers(url, f"UPDATE journal SET actor = 'U0EVE' WHERE n = {SIXTH}")
    rows = await store.read(
        lambda r: r.rows(
            Sql(
                "SELECT n, at, actor, action, subject, outcome, detail_json, sealed_at FROM journal ORDER BY sealed_at, n"
            )
        )
    )
    before = chain.START
    for row in rows:
        told = before + json.dumps(list(row), separators=(",", ":")).encode()
        link = hashlib.sha256(told).digest()
        without_triggers(
            url, "UPDATE journal SET prev_hash = :before, hash = :link WHERE n = :n", before=before, link=link, n=row[0]
        )
        before = link
    found = await store.read(chain.walk)
    assert {one.n for one in found.breaks} >= {row[0] for row in rows}


async def test_another_database_s_rows_do_not_fit(
    url: str, store: Store, sealed: chain.Chain, keys: Keyring, tmp_path, opened: Callable[[str], Store]
):
    """The key of the chain is this database's own: a row that was sealed elsewhere breaks it."""
    upgrade(f"sqlite:///{tmp_path / 'other.db'}")
    other = opened(f"sqlite:///{tmp_path / 'other.db'}")
    await other.run(lambda r: r.journal(entry(0)))
    await other.run(chain.seal, now=NOW)
    [row] = await other.read(lambda r: r.rows(Sql("SELECT prev_hash, hash FROM journal WHERE subject = 'c_0'")))
    without_triggers(
        url,
        f"UPDATE journal SET prev_hash = :before, hash = :link WHERE n = {NTH.format('c_0')}",
        before=bytes(row[0]),
        link=bytes(row[1]),
    )
    assert (await store.read(chain.walk)).breaks


async def test_what_is_not_sealed_is_reported(store: Store, sealed: chain.Chain):
    """A tail that waits is counted with its age; sealed, it belongs to the chain."""
    await store.run(lambda r: r.journal(entry(ROWS)))
    found = await store.read(chain.walk)
    assert (found.unsealed, found.tail) == (1, NOW + ROWS * MINUTE)
    assert found.whole
    assert not found.late(now=NOW + ROWS * MINUTE)
    assert found.late(now=NOW + (ROWS + 2) * MINUTE)
    assert (await store.run(chain.seal, now=NOW + ROWS * MINUTE)).rows == 1
    assert (await store.run(chain.seal, now=NOW + ROWS * MINUTE)).rows == 0
    assert (await store.read(chain.walk)).rows == sealed.rows + 1


async def test_a_clock_that_goes_back_does_not_turn_the_chain(store: Store, sealed: chain.Chain):
    """Sealed with an earlier time than the last: the order only grows."""
    await store.run(lambda r: r.journal(entry(ROWS)))
    assert (await store.run(chain.seal, now=NOW - timedelta(days=400))).rows == 1
    found = await store.read(chain.walk)
    assert found.breaks == ()
    [row] = await store.read(lambda r: r.rows(Sql("SELECT MAX(sealed_at), MIN(sealed_at) FROM journal")))
    assert row[0] > micros(NOW) > micros(NOW - timedelta(days=1))


async def test_a_batch_at_a_time(store: Store):
    """More rows than one transaction takes are sealed in several, and walked over several pages."""

    def many(records: Any) -> None:
        for n in range(1, 2601):
            records.journal(entry(n))

    await store.run(many)
    done = []
    while count := (await store.run(chain.seal, now=NOW)).rows:
        done.append(count)
    assert sum(done) >= 2600
    assert max(done) == chain.AT_ONCE
    found = await store.read(chain.walk)
    assert (found.breaks, found.unsealed) == ((), 0)


SAY = "(at, actor, action, subject, outcome, detail_json{}) VALUES ({}, 'U0EVE', 'reply.sent', 'c_1', 'done', '{{}}'{})"
LATER = NOW + timedelta(days=8)
MAC = bytes(range(24))
BEFORE_IT_WAS_CHAINED = {
    "who": f"UPDATE journal SET actor = 'U0EVE' WHERE n = {NTH.format('c_12')}",
    "when": f"UPDATE journal SET at = at - 1 WHERE n = {NTH.format('c_12')}",
    "words moved from one column to the next": (
        f"UPDATE journal SET actor = 'U0ALICEr', action = 'eply.sent' WHERE n = {NTH.format('c_12')}"
    ),
    "another row's proof": (
        f"UPDATE journal SET mac = (SELECT j.mac FROM journal j WHERE j.subject = 'c_5') WHERE n = {NTH.format('c_12')}"
    ),
    "no proof": f"UPDATE journal SET mac = NULL WHERE n = {NTH.format('c_12')}",
    "a forged row": "INSERT INTO journal " + SAY.format("", 1, ""),
    "a forged row with a proof": "INSERT INTO journal " + SAY.format(", mac", 1, ", :mac"),
    "a forged row with a short proof": "INSERT INTO journal " + SAY.format(", mac", 1, ", :short"),
    "a copy": (
        "INSERT INTO journal (at, actor, action, subject, outcome, detail_json, mac)"
        " SELECT at, actor, action, subject, outcome, detail_json, mac FROM journal WHERE subject = 'c_5'"
    ),
}


@pytest.mark.parametrize("kind", BEFORE_IT_WAS_CHAINED)
async def test_what_was_done_before_it_was_chained_is_found(url: str, store: Store, sealed: chain.Chain, kind: str):
    """A row added or changed while it waits for its link: chained, so that the chain goes on, and named ever after."""
    await store.run(lambda r: r.journal(entry(ROWS)))
    without_triggers(url, BEFORE_IT_WAS_CHAINED[kind], mac=MAC, short=MAC[:3])
    batch = await store.run(chain.seal, now=LATER)
    assert len(batch.forged) == (kind != "a copy")  # which is as genuine as the row, until all rows are walked
    assert not batch.gone
    await store.run(lambda r: r.journal(entry(ROWS + 1)))
    assert (await store.run(chain.seal, now=LATER)).forged == ()
    found = await store.read(chain.walk)
    assert len({one.n for one in found.breaks}) == 1
    assert {one.n for one in found.breaks} >= set(batch.forged)
    assert found.unsealed == 0


async def test_a_replica_of_the_version_before_may_write_on(url: str, store: Store, sealed: chain.Chain):
    """Rows without a proof hold, from before there were any and for a week after; not later."""
    without_triggers(url, "INSERT INTO journal " + SAY.format("", 1, ""))
    assert (await store.run(chain.seal, now=NOW + timedelta(days=7))).forged == ()
    assert (await store.read(chain.walk)).whole
    without_triggers(url, "INSERT INTO journal " + SAY.format("", 2, ""))
    assert len((await store.run(chain.seal, now=NOW + timedelta(days=8))).forged) == 1
    assert not (await store.read(chain.walk)).whole


UNSEALED = f"UPDATE journal SET sealed_at = NULL, prev_hash = NULL, hash = NULL WHERE n >= {SIXTH}"
TAKEN_OUT = f"DELETE FROM journal WHERE n = {NTH.format('c_7')}"
CHAINED_ANEW = {
    "links taken off": (UNSEALED,),
    "one of them taken out": (UNSEALED, TAKEN_OUT),
    "all links taken off": (UNSEALED.partition(" WHERE")[0],),
    "all links, and what was left": (UNSEALED.partition(" WHERE")[0], "DELETE FROM vault WHERE name = 'journal:head'"),
    "what the sealer left taken away": (UNSEALED, TAKEN_OUT, "DELETE FROM vault WHERE name = 'journal:head'"),
    "it is of another place": (UNSEALED, PUT_BACK.replace(":kept", "(SELECT v.value_sealed FROM vault v LIMIT 1)")),
    "the end cut off": ("DELETE FROM journal WHERE subject IN ('c_10', 'c_11')",),
}


@pytest.mark.parametrize("kind", CHAINED_ANEW)
async def test_a_chain_that_the_sealer_itself_makes_anew_is_found(
    url: str, store: Store, sealed: chain.Chain, kind: str
):
    """Links taken off so that the service chains what is left: it misses the link that it left, and says so for good."""
    without_triggers(url, *CHAINED_ANEW[kind])
    await store.run(lambda r: r.journal(entry(ROWS)))
    assert not (await store.read(chain.walk)).whole
    assert (await store.run(chain.seal, now=NOW + ROWS * MINUTE)).gone
    await store.run(lambda r: r.journal(entry(ROWS + 1)))
    assert not (await store.run(chain.seal, now=NOW + (ROWS + 1) * MINUTE)).gone
    assert not (await store.read(chain.walk)).whole


async def test_a_process_remembers_the_link_that_it_left(url: str, store: Store, sealed: chain.Chain):
    """An older note of the newest link, put back beside the rows of then, does not deceive the process that left it."""
    [before] = await store.read(lambda r: r.rows(KEPT))
    await store.run(lambda r: r.journal(entry(ROWS)))
    left = (await store.run(chain.seal, now=NOW + ROWS * MINUTE)).head
    without_triggers(url, "DELETE FROM journal WHERE subject = 'c_12'", PUT_BACK, kept=bytes(before[0]))
    await store.run(lambda r: r.journal(entry(ROWS + 1)))
    batch = await store.run(chain.seal, now=NOW + (ROWS + 1) * MINUTE, left=left)
    assert batch.gone
    assert not (await store.read(chain.walk)).whole


async def test_a_time_after_which_none_could_follow_stops_nothing(url: str, store: Store, sealed: chain.Chain):
    """A forged row at the end of time is found, and the sealer goes on after the newest that it made."""
    without_triggers(url, FORGED.format(n=4005, sealed_at=2**63 - 1), zeros=bytes(32))
    await store.run(lambda r: r.journal(entry(ROWS)))
    assert (await store.run(chain.seal, now=NOW + ROWS * MINUTE)).rows == 1
    assert {one.n for one in (await store.read(chain.walk)).breaks} == {4005}


NO_LINK = {
    "nothing": b"",
    "too short": b"\x01",
    "cut": b"\x01\x05",
    "of keys that there are not": b"\x01\x02kx" + bytes(40),
    "of a version that there is not": b"\x09\x02kx" + bytes(40),
}


@pytest.mark.parametrize("kind", NO_LINK)
async def test_what_cannot_be_read_instead_of_the_newest_link_is_found(
    url: str, store: Store, sealed: chain.Chain, kind: str
):
    """Anything written over the link that the sealer left: the walk says so, the sealer rings and chains on."""
    without_triggers(url, PUT_BACK, kept=NO_LINK[kind])
    assert not (await store.read(chain.walk)).whole
    await store.run(lambda r: r.journal(entry(ROWS)))
    batch = await store.run(chain.seal, now=NOW + ROWS * MINUTE)
    assert batch.gone
    assert batch.rows == 2
    found = await store.read(chain.walk)
    assert not found.whole
    assert found.unsealed == 0


async def test_a_link_cut_short_is_found(url: str, store: Store, sealed: chain.Chain):
    """Of the link that the sealer left a part is gone."""
    [kept] = await store.read(lambda r: r.rows(KEPT))
    for upto in range(len(kept[0])):
        without_triggers(url, PUT_BACK, kept=bytes(kept[0][:upto]))
        assert not (await store.read(chain.walk)).whole, upto
