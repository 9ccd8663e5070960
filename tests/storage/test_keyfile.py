"""Where the keys come from, and the proof that they are this database's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from storage.crypto import KeysWrong, new_key, parse
from storage.keyfile import key_file, keyring_for
from storage.schema import upgrade
from storage.store import open_store
from tests.storage.conftest import load_practice
from tests.storage.family import taken_in
from tests.world import ROOT


def test_a_key_file_is_made_beside_the_database(tmp_path: Path):
    """Once, for its owner only; a second start finds the same key."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    first = keyring_for(url, None)
    path = key_file(tmp_path / "desk.db")
    assert path.name == "desk.db.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert keyring_for(url, "  ").ids == first.ids


def test_a_full_disk_leaves_no_empty_key_file(tmp_path: Path):
    """It would keep every later start from making a key."""
    script = (
        "import resource, sys\nfrom bot.domain.store import StoreFull\nfrom storage import keyring_for\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try:\n    keyring_for(sys.argv[1], None)\nexcept StoreFull:\n    print('full')\n"
    )
    words = [sys.executable, "-c", script, f"sqlite:///{tmp_path / 'desk.db'}"]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.stdout, told.stderr) == ("full\n", "")
    assert list(tmp_path.iterdir()) == []


def test_keys_from_the_settings_make_no_file(tmp_path: Path):
    """PORTALDESK_KEYS wins."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    key = new_key()
    assert keyring_for(url, key).ids == (key.partition(":")[0],)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int):
    """The sentence says what to do."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    keyring_for(url, None)
    key_file(tmp_path / "desk.db").chmod(mode)
    with pytest.raises(KeysWrong, match="chmod 600"):
        keyring_for(url, None)


async def test_no_new_key_is_made_for_an_encrypted_database(sqlite_url: str, tmp_path: Path):
    """It could read nothing, and would hide that the right one is lost."""
    store = open_store(sqlite_url, keyring_for(sqlite_url, None), load_practice=load_practice)
    await store.close()
    key_file(tmp_path / "desk.db").unlink()
    with pytest.raises(KeysWrong, match="gone"):
        keyring_for(sqlite_url, None)
    assert not key_file(tmp_path / "desk.db").exists()


def test_a_fresh_schema_may_get_its_first_key(sqlite_url: str):
    """Tables without a sealed value need no old key."""
    assert keyring_for(sqlite_url, None).ids


def test_postgresql_needs_its_keys_said():
    """There is no file beside a server."""
    with pytest.raises(KeysWrong, match="PORTALDESK_KEYS"):
        keyring_for("postgresql://host/db", None)


async def test_wrong_keys_are_found_before_anything_is_served(url: str):
    """Another key, the old id with another secret, or a newer key without the old one: none opens the store."""
    key = new_key()
    store = open_store(url, parse(key), load_practice=load_practice)
    await store.run(taken_in)
    await store.close()
    impostor = key.partition(":")[0] + ":" + new_key().partition(":")[2]
    for wrong in (new_key(), impostor, f"{new_key()},{impostor}"):
        with pytest.raises(KeysWrong, match="do not open"):
            open_store(url, parse(wrong), load_practice=load_practice)


async def test_a_newer_key_may_stand_before_the_old_one(url: str):
    """What was sealed before still opens and is still found; and then both keys are needed."""
    old, new = new_key(), new_key()
    store = open_store(url, parse(old), load_practice=load_practice)
    await store.run(taken_in)
    await store.close()
    store = open_store(url, parse(f"{new},{old}"), load_practice=load_practice)
    await store.run(taken_in, n=2)
    for n in (1, 2):
        assert await store.read(lambda r, n=n: r.message_of(portal="main", message_id=f"canary-message-{n}"))
    await store.close()
    for lacking in (old, new):
        with pytest.raises(KeysWrong, match="do not open"):
            open_store(url, parse(lacking), load_practice=load_practice)


def test_a_wrong_key_that_was_refused_leaves_nothing_behind(tmp_path: Path):
    """A start with the wrong keys must not make the next start with the right ones fail."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    upgrade(url)
    right = parse(new_key())
    for keys in (right, parse(new_key()), right):
        try:
            store = open_store(url, keys, load_practice=load_practice)
        except KeysWrong:
            assert keys is not right
        else:
            assert keys is right
            import asyncio

            asyncio.run(store.close())
