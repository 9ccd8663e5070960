"""A restore that fails or is killed: the old database as it was, or the new one with everything in doubt parked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import chdir, closing
from pathlib import Path

import pysqlite3
import pytest
from click.testing import CliRunner, Result

import storage
from bot.cli import portaldesk
from storage.crypto import new_key
from tests.postgres import PostgresServer, postgres_tools
from tests.storage.test_killed import ROOT

__all__ = ["postgres_tools"]

DOOMED = """
import sys
from bot.cli import portaldesk
from tests.storage.doomed import arm
arm(sys.argv[1], 0)
portaldesk.main(args=sys.argv[2:])
"""
WORDS = ("db", "restore", "backup", "--replace")
OLD = 7  # the mark of the database that was there before


def restored(folder: Path, key: str) -> Result:
    """Put the backup of that folder back, with this key if one is given."""
    with chdir(folder):
        return CliRunner().invoke(portaldesk, WORDS, env={"PORTALDESK_KEYS": key or None, "COLUMNS": "400"})


def killed(folder: Path, key: str, place: str) -> int:
    """The same in a process that dies at that place; how it ended."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORTALDESK_KEYS": key}
    words = [sys.executable, "-c", DOOMED, place, *WORDS]
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, timeout=60, check=False).returncode


def standing(database: Path) -> tuple[int, int]:
    """Whose database it is, by its mark, and how often it was parked."""
    with closing(pysqlite3.connect(database)) as found:
        assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        mark = found.execute("PRAGMA user_version").fetchone()[0]
        return mark, found.execute("SELECT COUNT(*) FROM journal WHERE action = 'database.restored'").fetchone()[0]


@pytest.fixture
def key() -> str:
    return new_key()


@pytest.fixture
async def database(tmp_path: Path, key: str) -> Path:
    """A database that was marked after its backup was made."""
    url = f"sqlite:///{tmp_path / 'portaldesk.db'}"
    storage.upgrade(url)
    await storage.open_store(url, storage.keyring_for(url, key), load_practice=lambda _d, _v: None).close()
    storage.backup(url, tmp_path / "backup")
    path = tmp_path / "portaldesk.db"
    with closing(pysqlite3.connect(path)) as found:
        found.execute(f"PRAGMA user_version = {OLD}")
    return path


def test_what_is_put_back_is_its_owners_only_from_the_first_byte(database: Path):
    """Whatever the umask: at each step of the restore at which Python tells, nobody else could read the copy."""
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom storage import restore\n"
        "folder, modes = Path(sys.argv[1]), set()\n"
        "def look(event, told):\n"
        "    try:\n        modes.add(oct((folder / 'portaldesk.db.part').stat().st_mode & 0o777))\n"
        "    except FileNotFoundError:\n        pass\n"
        "os.umask(0)\nsys.addaudithook(look)\n"
        "restore(f'sqlite:///{folder}/portaldesk.db', folder / 'backup', replace=True, ready=len)\nprint(modes)\n"
    )
    words = [sys.executable, "-c", script, str(database.parent)]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (told.stdout, told.stderr) == ("{'0o600'}\n", "")
    assert database.stat().st_mode & 0o777 == 0o600


@pytest.mark.kill
@pytest.mark.parametrize(
    ("place", "left"),
    [
        ("store.before_commit", (OLD, 0)),
        ("restore.aside", (OLD, 0)),
        ("restore.placed", (0, 1)),
    ],
)
def test_killed_anywhere_it_is_the_old_one_or_the_new_one_parked(
    database: Path, key: str, place: str, left: tuple[int, int]
):
    """No moment has a database in place that would send again; called once more, it comes to its end."""
    assert killed(database.parent, key, place) == -signal.SIGKILL
    assert standing(database) == left
    again = restored(database.parent, key)
    assert again.exit_code == 0, again.output
    assert standing(database) == (0, 1)
    kept = again.output.partition("kept as ")[2].partition(".\n")[0]
    assert standing(database.with_name(kept)) == left
    assert not list(database.parent.glob("*.part*"))


@pytest.mark.parametrize("wrong", ["", new_key()], ids=["none", "another"])
def test_keys_that_open_nothing_put_nothing_in_place(database: Path, wrong: str):
    """Without the key file, or with another key: exit 2, a sentence, and every file as it was."""
    before = {path.name for path in database.parent.iterdir()} | {"portaldesk.db.lock"}
    told = restored(database.parent, wrong)
    assert told.exit_code == 2, told.output
    assert "Nothing was put in its place." in told.output
    assert ("key file" if not wrong else "do not open") in told.output
    assert standing(database) == (OLD, 0)
    assert {path.name for path in database.parent.iterdir()} == before


def test_a_damaged_database_is_moved_aside(database: Path, key: str):
    """What is no database any more keeps nobody from restoring."""
    database.write_bytes(b"not a database" * 400)
    told = restored(database.parent, key)
    assert told.exit_code == 0, told.output
    assert standing(database) == (0, 1)
    assert database.with_name(f"{database.name}.before-restore-1").read_bytes().startswith(b"not a database")


def test_the_log_of_a_database_that_is_gone_is_moved_aside(database: Path, key: str):
    """It would be read with the new database."""
    database.rename(database.with_name("taken away"))
    database.with_name(f"{database.name}-wal").write_bytes(b"of the old one")
    told = restored(database.parent, key)
    assert told.exit_code == 0, told.output
    assert database.with_name(f"{database.name}.before-restore-1-wal").read_bytes() == b"of the old one"


def test_a_running_service_is_stopped_first(database: Path, key: str):
    """While a service holds the file: the sentence says what to stop, and nothing changes."""
    with storage.hold(f"sqlite:///{database}"):
        told = restored(database.parent, key)
    assert told.exit_code == 1
    assert "systemctl stop portaldesk" in told.output
    assert standing(database) == (OLD, 0)


class BrokenError(Exception):
    """What kept a restore from its end."""


@pytest.mark.postgres
def test_postgresql_is_filled_only_when_empty_and_runs_only_when_ready(
    postgres_url: str, postgres_server: PostgresServer, postgres_tools: None, tmp_path: Path
):
    """A database that has anything is left alone, with --replace too; one that was filled half way starts nothing."""
    backup = tmp_path / "backup"
    storage.backup(postgres_url, backup)
    for replace in (False, True):
        with pytest.raises(storage.BackupRefused, match="new, empty one"):
            storage.restore(postgres_url, backup, replace=replace, ready=print)
    storage.must_fit(postgres_url)
    empty = postgres_server.fresh(schema=False)

    def breaks(address: str) -> None:
        raise BrokenError(address)

    with pytest.raises(BrokenError):
        storage.restore(empty, backup, replace=False, ready=breaks)
    with pytest.raises(storage.SchemaWrong, match="did not come to its end"):
        storage.must_fit(empty)
    other = postgres_server.fresh(schema=False)
    assert storage.restore(other, backup, replace=False, ready=len) == (None, len(other))
    storage.must_fit(other)
