"""Connections: which library, which promises, one service per file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from bot.domain.store import StoreUnavailable
from storage.engine import StoreUnsafe, connect, journal_mode, promise, url_of
from storage.facts import check
from storage.hold import StoreBusy, hold
from storage.schema import upgrade
from storage.store import open_store
from tests.storage.conftest import load_practice

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "delete"),
        ((3, 44, 5), "delete"),
        ((3, 44, 6), "wal"),
        ((3, 45, 0), "delete"),
        ((3, 50, 6), "delete"),
        ((3, 50, 7), "wal"),
        ((3, 51, 2), "delete"),
        ((3, 51, 3), "wal"),
        ((3, 53, 4), "wal"),
        ((4, 0, 0), "wal"),
    ],
)
def test_an_affected_library_never_gets_a_write_ahead_log(version: tuple[int, ...], mode: str):
    """SQLite 3.7.0 to 3.51.2 can corrupt one, but for two mended series."""
    assert journal_mode(version) == mode


def test_an_affected_library_keeps_its_promises_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The rollback journal takes over, also in a file that had a write-ahead log, and `check` says so."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    upgrade(url)
    monkeypatch.setattr("pysqlite3.sqlite_version_info", (3, 40, 1))
    facts = {fact.name: fact for fact in check(url)}
    assert facts["SQLite"].level == "warning"
    assert facts["journal mode"].value == "delete"


def test_the_promises_are_read_back(tmp_path: Path):
    """WAL is impossible in memory: SQLite says so only when asked again."""
    import pysqlite3

    connection = pysqlite3.connect(":memory:", isolation_level=None)
    with pytest.raises(StoreUnsafe, match="journal_mode"):
        promise(connection, writes=True)
    connection.close()


@pytest.mark.parametrize(
    "url", ["", "desk.db", "sqlite://", "sqlite:///:memory:", "mysql://x/y", "http://x", "postgresql"]
)
def test_another_address_is_refused_in_a_sentence(url: str):
    """Naming the setting, and nothing of the value."""
    with pytest.raises(StoreUnsafe, match="PORTALDESK_DATABASE_URL"):
        url_of(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_spoken_through_psycopg(scheme: str):
    """Whatever the address is written like."""
    assert url_of(f"{scheme}://u:p@h/d").drivername == "postgresql+psycopg"


def test_check_tells_the_facts(url: str):
    """All is well with a database of ours, but for what is seen: the tests' server has no fsync, and we own its journal."""
    facts = check(url)
    assert {fact.level for fact in facts if fact.name not in {"fsync", "journal"}} == {"ok"}, facts
    owned = {fact.level for fact in facts if fact.name == "journal"}
    assert owned == (set() if url.startswith("sqlite") else {"warning"})
    assert {(fact.value, fact.level) for fact in facts if fact.name == "fsync"} <= {("off", "failed")}
    assert {"schema", "SQLite" if url.startswith("sqlite") else "PostgreSQL"} <= {fact.name for fact in facts}


def test_check_tells_when_the_servers_order_of_words_was_changed(postgres_url: str):
    """An update of the C library under the database: indexes were made with another order, and unique rules rest on it."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("UPDATE pg_database SET datcollversion = '1.0' WHERE datname = current_database()")
        [told] = [fact for fact in check(postgres_url) if fact.name == "order of words"]
        assert (told.level, "1.0" in told.value) == ("warning", True)
        statements = re.findall(r"(?:REINDEX|ALTER) DATABASE [\w ]+", told.advice)
        assert len(statements) == 2
        for statement in statements:  # what it says is what PostgreSQL takes
            connection.execute(statement)
    assert "order of words" not in {fact.name for fact in check(postgres_url)}


def test_check_names_what_is_missing(tmp_path: Path):
    """No file, an old schema, a file that is none, a server that is away: facts with advice, not errors."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    assert [(f.name, f.level) for f in check(url)] == [("database", "failed")]
    assert not (tmp_path / "desk.db").exists()
    connect(url).connect().close()
    assert check(url)[-1].level == "failed"
    assert "db upgrade" in check(url)[-1].advice
    (tmp_path / "none.db").write_bytes(b"no database, only words" * 100)
    assert check(f"sqlite:///{tmp_path / 'none.db'}")[0].level == "failed"
    [away] = check("postgresql://nobody:secret@127.0.0.1:1/none")
    assert away.level == "failed"
    assert "secret" not in repr(away)


def test_a_store_needs_a_database_that_is_there(keys):
    """And says so in the protocol's word."""
    with pytest.raises(StoreUnavailable):
        open_store("postgresql://nobody@127.0.0.1:1/none", keys, load_practice=load_practice)


def test_one_service_holds_a_file(tmp_path: Path):
    """A second one is refused in a sentence, and welcome as soon as the first is gone, even by kill -9."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    script = (
        "import sys\nfrom storage.hold import hold\n"
        "with hold(sys.argv[1]):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, url], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreBusy, match=r"desk\.db"), hold(url):
            pass
        other.kill()
    with hold(url):
        pass
    with hold(url):
        pass


@pytest.mark.parametrize("room", [0, 10])
def test_a_full_disk_keeps_no_service_from_holding_its_file(tmp_path: Path, room: int):
    """The lock counts; of its key it then says nothing, rather than the half that had room."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    script = (
        "import resource, sys\nfrom storage import hold, new_key, sealing\nfrom storage.crypto import parse\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        "with hold(sys.argv[1]) as told:\n    told(parse(new_key()))\n    print(sealing(sys.argv[1]))\n"
    )
    told = subprocess.run([sys.executable, "-c", script, url], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.stdout, told.stderr) == ("{''}\n", "")


def test_a_server_is_shared(postgres_url: str):
    """Replicas do not hold one another off."""
    with hold(postgres_url), hold(postgres_url):
        pass
