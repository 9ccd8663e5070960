"""What an operator reads when something is not as it should be: a sentence that names it, and never a traceback."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import storage
from bot.cli.verify import _named
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
