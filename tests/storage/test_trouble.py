"""A database that is locked, full, gone or in a deadlock."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pysqlite3
import pytest
from sqlalchemy.engine import make_url

from bot.domain.store import StoreFull, StoreUnavailable
from storage.engine import LOG_LIMIT, POOL, connect
from storage.postgres import ATTEMPTS, PostgresStore
from storage.sql import Sql
from tests.postgres import PostgresServer
from tests.storage.family import NOW, raised, taken_in, version


@pytest.fixture
def lone_server() -> Iterator[PostgresServer]:
    """A server that may be stopped without anybody else noticing."""
    server = PostgresServer()
    yield server
    server.close()


async def test_a_locked_database_is_unavailable_and_recovers(url: str, opened):
    """Another process that holds the lock delays an act, then it fails with nothing written; later it passes."""
    store = opened(url)
    kept = await store.run(taken_in)
    engine = connect(url)
    with engine.connect() as connection:
        transaction = connection.begin()
        connection.exec_driver_sql(f"UPDATE conversations SET version = 50 WHERE id = '{kept.id}'")
        with pytest.raises(StoreUnavailable):
            await store.run(raised, conversation_id=kept.id)
        transaction.rollback()
    engine.dispose()
    await store.run(raised, conversation_id=kept.id)
    assert await version(store, kept.id) == 2


async def test_a_full_disk_is_unavailable_and_recovers(sqlite_url: str, opened):
    """Nothing of the group is written, nobody is told that it was, and whoever watches the disk hears of it."""
    store = opened(sqlite_url)
    heard = []
    store.on_full(lambda: heard.append(1))
    free = Sql("PRAGMA max_page_count = 1000000")
    pages = Sql("PRAGMA page_count")
    [(used,)] = await store.run(lambda r: r.rows(pages))

    def act(records, n):
        records.add_inbox(portal="main", event_id=str(n), sha256=b"", raw=b"x" * 8000, now=NOW)

    await store.run(lambda r: r.rows(Sql(f"PRAGMA max_page_count = {used + 20}")))
    results = await asyncio.gather(*(store.run(act, n=n) for n in range(100)), return_exceptions=True)
    lost = [n for n, result in enumerate(results) if isinstance(result, StoreFull)]
    assert lost
    assert heard
    assert all(result is None or isinstance(result, StoreFull) for result in results)
    await store.run(lambda r: r.rows(free))
    for n, result in enumerate(results):
        row = await store.read(lambda r, n=n: r.inbox_row(portal="main", event_id=str(n)))
        assert (row is None) == isinstance(result, StoreUnavailable)
    await store.run(act, n=lost[0])


@pytest.mark.postgres
async def test_a_server_that_went_away_comes_back(lone_server, opened):
    """While it is away acts are unavailable; afterwards the pool finds it again by itself."""
    store = opened(lone_server.fresh())
    kept = await store.run(taken_in)
    for _ in range(6):
        await asyncio.gather(*(store.read(lambda r: r.open_alarms()) for _ in range(12)))
    await asyncio.to_thread(lone_server.restart)
    await asyncio.gather(*(store.run(raised, conversation_id=kept.id) for _ in range(12)))
    assert await version(store, kept.id) == 13
    await asyncio.to_thread(lone_server.control, "-m", "immediate", "stop")
    with pytest.raises(StoreUnavailable):
        await store.run(raised, conversation_id=kept.id)
    with pytest.raises(StoreUnavailable):
        await store.read(lambda r: r.open_alarms())
    await asyncio.to_thread(lone_server.start)
    await store.run(raised, conversation_id=kept.id)
    assert await version(store, kept.id) == 14
    assert isinstance(store, PostgresStore)


@pytest.mark.postgres
async def test_a_server_that_takes_nobody_in_is_unavailable_and_recovers(postgres_server, postgres_url: str, opened):
    """Too many connections (SQLSTATE 53300): no bug, no loss, and the next one that gets in works."""
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    grants = [f"GRANT ALL ON ALL {what} IN SCHEMA public TO desk" for what in ("TABLES", "SEQUENCES")]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for statement in ("CREATE ROLE desk LOGIN", *grants):
            connection.execute(statement)
    try:
        store = opened(str(make_url(postgres_url).set(username="desk").render_as_string(hide_password=False)))
        kept = await store.run(taken_in)
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'desk' AND datname = '{name}'"
        postgres_server.sql("ALTER ROLE desk CONNECTION LIMIT 0", end)
        with pytest.raises(StoreUnavailable):
            await store.run(raised, conversation_id=kept.id)
        with pytest.raises(StoreUnavailable):
            await store.read(lambda r: r.open_alarms())
        postgres_server.sql("ALTER ROLE desk CONNECTION LIMIT -1")
        await store.run(raised, conversation_id=kept.id)
        assert await version(store, kept.id) == 2
        await store.close()
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("DROP OWNED BY desk")
        postgres_server.sql("DROP ROLE desk")


@pytest.mark.postgres
async def test_a_deadlock_is_run_again(postgres_url: str, opened):
    """Two acts that lock in opposite orders both come through."""
    store = opened(postgres_url)
    one, two = [await store.run(taken_in, n=n) for n in (1, 2)]
    both = threading.Barrier(2)
    runs = []

    def act(records, first, second):
        raised(records, first)
        runs.append(first)
        if len(runs) <= 2:
            both.wait(5)
        raised(records, second)

    await asyncio.gather(store.run(act, first=one.id, second=two.id), store.run(act, first=two.id, second=one.id))
    assert len(runs) >= 3
    assert [await version(store, kept.id) for kept in (one, two)] == [3, 3]


@pytest.mark.postgres
@pytest.mark.parametrize("code", ["40P01", "40001"])
async def test_an_act_that_others_hold_up_each_time_is_asked_for_again(postgres_url: str, opened, code: str):
    """That is the database's state and no bug of ours: an event that met it is no event that cannot be shown."""
    store = opened(postgres_url)
    runs = []

    def act(records):
        runs.append(1)
        records.run(Sql(f"DO $$ BEGIN RAISE SQLSTATE '{code}'; END $$"))

    with pytest.raises(StoreUnavailable):
        await store.run(act)
    assert len(runs) == ATTEMPTS


@pytest.mark.postgres
@pytest.mark.parametrize("how", ["run", "read"])
async def test_a_plan_that_a_migration_made_useless_is_made_anew(postgres_url: str, opened, how: str):
    """`cached plan must not change result type`, on all connections at once: a column changes while the service goes on."""
    store = opened(postgres_url)
    look, once = Sql("SELECT word FROM words"), threading.Barrier(POOL)

    def act(records):
        with suppress(threading.BrokenBarrierError):
            once.wait(1)  # each connection has its share
        return [row[0] for row in records.rows(look)]

    with psycopg.connect(postgres_url) as owner:
        owner.execute("CREATE TABLE words AS SELECT 'one' AS word")
    work = getattr(store, how)
    for _ in range(8):
        await asyncio.gather(*(work(act) for _ in range(POOL)))
    with psycopg.connect(postgres_url) as owner:
        owner.execute("ALTER TABLE words ALTER COLUMN word TYPE varchar(40)")
    once.abort()
    assert await asyncio.gather(*(work(act) for _ in range(POOL))) == [["one"]] * POOL


async def test_the_database_file_is_its_owners_only(sqlite_url: str, opened):
    """So are the files that SQLite makes beside it."""
    store = opened(sqlite_url)
    await store.run(taken_in)
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.glob("desk.db*")}
    assert set(modes) == {"desk.db", "desk.db-wal", "desk.db-shm"}
    assert set(modes.values()) == {0o600}


async def test_the_write_ahead_log_shrinks_when_a_long_reader_has_gone(sqlite_url: str, opened):
    """While a backup reads, the log must keep all of it and the intake goes on; afterwards it has its bound again."""
    store = opened(sqlite_url)
    log = Path(sqlite_url.removeprefix("sqlite:///") + "-wal")

    def big(records, n):
        records.add_inbox(portal="main", event_id=str(n), sha256=b"", raw=b"x" * 1024 * 1024, now=NOW)

    with closing(pysqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM inbox").fetchall()
        for n in range(80):
            await store.run(big, n=n)
        assert log.stat().st_size > LOG_LIMIT
        reader.execute("ROLLBACK")
    for n in range(80, 80 + 70):
        await store.run(taken_in, n=n)
    assert log.stat().st_size <= LOG_LIMIT


async def test_the_write_ahead_log_stays_bounded(sqlite_url: str, opened):
    """A reader that is always busy cannot make it grow without end."""
    store = opened(sqlite_url)
    for round_ in range(3):
        await asyncio.gather(
            *(store.run(taken_in, n=round_ * 400 + n) for n in range(400)),
            *(store.read(lambda r: r.open_alarms()) for _ in range(50)),
        )
    log = Path(sqlite_url.removeprefix("sqlite:///") + "-wal")
    assert log.stat().st_size < 16 * 1024 * 1024
