"""What an operator reads when something is not as it should be: a sentence that names it, and never a traceback."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import storage
from bot.cli.desk import load_practice
from bot.cli.verify import _named
from bot.domain import tell
from bot.domain.journal import Entry
from bot.domain.store import Records
from storage.crypto import new_key
from storage.sql import Sql
from tests.cli.conftest import Shell, Town
from tests.world import PRACTICE

DAMAGED = b"not a database" * 400


async def state(shell: Shell, what: str, **over: str) -> str:
    """One row of `check`: how it stands, what was found, what to do."""
    rows = json.loads((await shell("check", "--json", **over)).out)
    return " ".join(f"{row['state']} {row['found']} {row['do']}" for row in rows if row["what"] == what)


async def test_a_folder_that_is_not_there_is_named(town: Town):
    """Every command that opens the database: exit 2 and the folder; `check` has it in a row."""
    shell = town.shell
    shell.env["PORTALDESK_DATABASE_URL"] = "sqlite:////nope/x.db"
    (shell.folder / "backup").write_bytes(b"")
    for words in (("db", "upgrade"), ("db", "restore", "backup"), ("run",), ("verify",)):
        told = await shell(*words)
        assert told.code == 2, words
        assert "There is no folder /nope." in told.flat
    assert "There is no folder /nope." in await state(shell, "database")


async def test_a_damaged_database_is_called_so(town: Town):
    """Not "cannot be reached": what it is, and the command that helps; the backup keeps its name free."""
    shell = town.shell
    (shell.folder / "portaldesk.db").write_bytes(DAMAGED)
    for words in (("verify",), ("db", "upgrade"), ("db", "backup", "copy"), ("run",)):
        told = await shell(*words)
        assert told.code == 1, words
        assert "portaldesk.db is damaged" in told.flat
        assert "portaldesk db restore FILE --replace" in told.flat
    assert not (shell.folder / "copy").exists()
    assert "portaldesk db restore FILE --replace" in await state(shell, "database: database")


async def test_a_full_disk_is_called_so(town: Town):
    """Neither the address nor the server is blamed, in no command that opens the database: its file, and what to do."""
    shell = town.shell
    await shell("db", "upgrade")
    await shell("practice", "apply", "practice.yaml", "--yes")
    (shell.folder / "backup").write_bytes((shell.folder / "portaldesk.db").read_bytes())
    shell.room = 20_000  # not even what SQLite needs beside a database
    for words in (
        *(("run",), ("verify",), ("queue",), ("deliveries", "list"), ("keys", "rotate"), ("practice", "show")),
        *(("audit", "verify"), ("practice", "apply", "practice.yaml", "--yes"), ("db", "upgrade")),
    ):
        told = await shell(*words)
        assert told.code == 1, words
        assert "The disk of portaldesk.db is full or cannot be written: make room there." in told.flat, words
        assert "PORTALDESK_DATABASE_URL" not in told.flat
    found = await state(shell, "database: database")
    assert found == "failed its disk is full or cannot be written Make room on the database's disk."
    told = await shell("db", "restore", "backup", "--replace")
    assert (told.code, "Nothing was put in its place." in told.flat) == (1, True), told.flat
    shell.room = -1
    assert (await shell("verify")).code == 0


async def test_a_backup_into_a_full_folder_says_so(town: Town):
    """The folder, how much it needs, and that there is none: nothing half is left."""
    shell = town.shell
    await shell("db", "upgrade")
    (shell.folder / "copies").mkdir()
    shell.room = 100_000
    told = await shell("db", "backup", "copies/one")
    size = (shell.folder / "portaldesk.db").stat().st_size
    sentence = f"There is no room in {shell.folder / 'copies'} for the copy ({size:,} bytes). No backup was made."
    assert (told.code, told.flat) == (1, f"Error: {sentence}")
    assert list((shell.folder / "copies").iterdir()) == []
    shell.room = -1
    assert (await shell("db", "backup", "copies/one")).code == 0


async def test_the_page_is_printed_though_the_journal_takes_no_row(town: Town):
    """The disk is full while the service runs: the page comes, and standard error and the log say what is missing."""
    shell = town.shell
    await shell("db", "upgrade")
    await shell("practice", "apply", "practice.yaml", "--yes")
    url = f"sqlite:///{shell.folder / 'portaldesk.db'}"
    store = storage.open_store(url, storage.keyring_for(url, None), load_practice=load_practice)
    try:
        await store.run(_long_ago)
        shell.room = (shell.folder / "portaldesk.db-wal").stat().st_size
        told = await shell("queue", "--print", "--names")
        shell.room = -1
        journal = await shell("audit", "export", "--from", "2020-01-02", "--to", "2199-12-31")
    finally:
        await store.close()
    assert told.code == 0, told.err
    assert told.out.startswith("Bright")
    sentence, line = sorted(told.err.splitlines())
    assert "this look could not be journalled" in sentence
    assert json.loads(line) | {"at": 0} == {
        "at": 0,
        "level": "warning",
        "event": "queue.not-journalled",
        "kind": "names",
    }
    assert "queue.printed" not in journal.out
    assert (await shell("queue", "--print")).err == ""


async def test_a_demo_that_cannot_be_is_refused_in_words(shell: Shell):
    """Ports that there are not, and folders that cannot be made or written."""
    for port in ("0", "65533", "99999"):
        told = await shell("demo", "--port", port)
        assert (told.code, "1<=x<=65532" in told.flat) == (2, True), told.flat
    told = await shell("demo", "--folder", "/proc/x")
    assert told.code == 1
    assert "I cannot keep the demo's data in /proc/x" in told.flat
    assert "--folder" in told.flat
    (shell.folder / "file").touch()
    assert (await shell("demo", "--folder", "file")).code == 2
    assert (await shell("demo", "--folder", "file/below")).code == 1


async def test_check_makes_nothing_and_proves_the_keys(town: Town):
    """In an empty folder it leaves no key file; then with another key the row is failed and names the one it needs."""
    shell = town.shell
    assert "no database" in (await shell("verify")).flat
    assert (await state(shell, "keys")).startswith("ok none yet")
    assert not list(shell.folder.glob("portaldesk.db*"))
    await shell("db", "upgrade")
    await shell("practice", "apply", "practice.yaml", "--yes")
    assert (await state(shell, "keys")).startswith("ok the key file")
    needed = (shell.folder / "portaldesk.db.key").read_text().partition(":")[0]
    other = new_key()
    wrong = await state(shell, "keys", PORTALDESK_KEYS=other)
    assert wrong.startswith("failed")
    assert needed in wrong
    assert (await shell("verify", PORTALDESK_KEYS=other)).code == 2


async def test_check_lists_the_alarms_that_ring(town: Town):
    """A row each, the oldest first: key, since when, words; a warning, which fails nothing. What is over is in none."""
    shell = town.shell
    await shell("db", "upgrade")
    await shell("practice", "apply", "practice.yaml", "--yes")
    url = f"sqlite:///{shell.folder / 'portaldesk.db'}"
    keys = storage.proven(url, None)
    assert keys is not None
    store = storage.open_store(url, keys, load_practice=load_practice)
    at = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
    try:
        for key in ("moved:main", "channel:#nursing", "conflict:main"):
            await store.run(tell.ring, key=key, words=f"Words of {key}.", now=at)
        await store.run(lambda r: r.close_alarm(key="moved:main", now=at))
    finally:
        await store.close()
    told = await shell("check", "--json")
    assert told.code == 0
    rows = [row for row in json.loads(told.out) if row["what"].startswith("alarm")]
    assert [row["what"] for row in rows] == ["alarm channel:#nursing", "alarm conflict:main"]
    assert {row["state"] for row in rows} == {"warning"}
    assert rows[0]["found"] == "since 2026-11-24 08:15 UTC: Words of channel:#nursing."
    assert "docs/operating.md" in rows[0]["do"]


async def test_the_queue_before_any_practice_says_what_is_missing(shell: Shell):
    """And the journal does not say that it was printed."""
    await shell("db", "upgrade")
    told = await shell("queue", "--print")
    assert told.code == 1
    assert "portaldesk practice apply FILE" in told.flat
    days = ("--from", "2020-01-01", "--to", "2199-12-31")
    assert "queue.printed" not in (await shell("audit", "export", *days)).out


async def test_what_a_setting_names_is_a_setting(town: Town):
    """A practice file that is no UTF-8, a key file with one id twice, one open to others: exit 2 and the file's name."""
    shell = town.shell
    await shell("db", "upgrade")
    town.practice.write_bytes(PRACTICE.replace("Bright", "Br\xefght").encode("latin-1"))
    told = await shell("run", PORTALDESK_PRACTICE="practice.yaml")
    assert (told.code, "UTF-8" in told.flat) == (2, True), told.flat
    assert "UTF-8" in (await shell("practice", "check", "practice.yaml")).flat
    key, file = new_key(), shell.folder / "portaldesk.db.key"
    file.write_text(f"{key}\n{key}\n")
    file.chmod(0o600)
    told = await shell("verify")
    assert (told.code, "the key file portaldesk.db.key" in told.flat) == (2, True), told.flat
    file.chmod(0o644)
    assert (await shell("verify")).code == 2
    assert (await shell("db", "restore", "nowhere")).code == 2
    assert (await shell("sample", "refill", "--count", "-1")).code == 2


async def test_an_unsealed_row_is_a_note_and_no_break(town: Town):
    """With no service running rows wait for their link: `audit verify` says so, and that the chain is whole."""
    shell = town.shell
    await shell("db", "upgrade")
    await shell("practice", "apply", "practice.yaml", "--yes")
    url = f"sqlite:///{shell.folder / 'portaldesk.db'}"
    key = storage.keyring_for(url, None)
    store = storage.open_store(url, key, load_practice=lambda _d, _v: None)
    await store.run(_long_ago)
    await store.close()
    told = await shell("audit", "verify")
    assert (told.code, "waits for more than a minute" in told.flat, "The chain is whole." in told.flat) == (
        0,
        True,
        True,
    )


async def test_an_end_that_was_cut_off_is_told_without_a_row(town: Town):
    """The newest link that the sealer left is missing: `audit verify` says so of the journal, and ends with 1."""
    shell = town.shell
    await shell("db", "upgrade")
    await shell("practice", "apply", "practice.yaml", "--yes")
    url = f"sqlite:///{shell.folder / 'portaldesk.db'}"
    store = storage.open_store(url, storage.keyring_for(url, None), load_practice=lambda _d, _v: None)
    await store.run(storage.chain.seal, now=datetime.now(UTC))
    await store.run(lambda records: records.run(Sql("DELETE FROM vault WHERE name = 'journal:head'")))
    await store.close()
    told = await shell("audit", "verify")
    assert (told.code, "The journal: the newest link that the sealer left is not there" in told.flat) == (1, True)


def _long_ago(records: Records) -> None:
    at = datetime(2020, 1, 1, tzinfo=UTC)
    records.journal(Entry(at=at, actor="cli:test", action="queue.printed", subject="queue"))


def test_more_rows_than_are_shown_are_counted():
    """A table with twenty ids says how many there are besides."""
    assert _named(range(20)).endswith(" 19")
    assert _named(range(1023)).endswith(" 19 and 1,003 more (--json has all)")
