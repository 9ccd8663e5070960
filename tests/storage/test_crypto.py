"""Words and names at rest."""

from __future__ import annotations

import hmac
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.domain.practice import Phrase
from bot.domain.store import Store
from storage.crypto import Keyring, KeysWrong, Lookup, Tampered, key_id_of, new_key, parse
from storage.sql import Sql
from tests.storage.family import CANARIES, NOW, note, sent, taken_in, window


def test_a_value_opens_only_where_it_was_sealed(keys: Keyring):
    """Table, row and column are bound to it, and so is every byte."""
    sealed = keys.seal(b"words", "messages", "m_1", "content")
    assert keys.open(sealed, "messages", "m_1", "content") == b"words"
    for place in (("messages", "m_2", "content"), ("replies", "m_1", "content"), ("messages", "m_1", "other")):
        with pytest.raises(Tampered):
            keys.open(sealed, *place)
    for n in range(len(sealed)):
        changed = sealed[:n] + bytes((sealed[n] ^ 1,)) + sealed[n + 1 :]
        with pytest.raises((Tampered, KeysWrong)):
            keys.open(changed, "messages", "m_1", "content")


def test_the_same_words_never_look_the_same(keys: Keyring):
    """Each value has a nonce of its own."""
    assert len({bytes(keys.seal(b"words", "t", "r", "c")) for _ in range(100)}) == 100


def test_the_newest_key_seals_and_every_key_opens():
    """That is how keys rotate without a stop."""
    old, new = new_key(), new_key()
    sealed = parse(old).seal(b"words", "t", "r", "c")
    both = parse(f" {new} ,\n{old},")
    assert both.open(sealed, "t", "r", "c") == b"words"
    assert key_id_of(both.seal(b"x", "t", "r", "c")) == new.partition(":")[0] == both.ids[0]
    with pytest.raises(KeysWrong, match="lacks"):
        parse(new).open(sealed, "t", "r", "c")


@pytest.mark.parametrize(
    "text", ["", ",", "k1", "k1:", "k1:short", "k1:!!!", ":AAAA", "k 1:AAAA", "k1:" + "A" * 40, "x" * 33 + ":AAAA"]
)
def test_a_malformed_key_is_named_and_not_shown(text: str):
    """The sentence says which one is wrong and holds nothing of the secret."""
    with pytest.raises(KeysWrong) as wrong:
        parse(text)
    secret = text.partition(":")[2]
    assert not secret or secret not in str(wrong.value)


def test_a_key_id_stands_once():
    """Two keys of one id could not be told apart."""
    with pytest.raises(KeysWrong, match="twice"):
        parse("k:" + new_key().partition(":")[2] + ",k:" + new_key().partition(":")[2])


def test_a_keyring_shows_no_secret(keys: Keyring):
    """In a log or a traceback there is its ids only."""
    assert repr(keys) == f"Keyring({keys.ids[0]})"


def test_a_look_up_hash_tells_kinds_and_portals_apart():
    """The same id as a thread's and as a message's gives two hashes, and another master gives others."""
    one, other = Lookup(b"1" * 32), Lookup(b"2" * 32)
    asked = [(one, "thread", "main"), (one, "message", "main"), (one, "thread", "b"), (other, "thread", "main")]
    found = {bytes(lookup(kind, portal, "x")) for lookup, kind, portal in asked}
    assert len(found) == 4
    assert {len(h) for h in found} == {16}
    assert bytes(Lookup(b"1" * 32)("thread", "main", "x")) in found


def test_a_look_up_hash_is_hmac_sha_256():
    """As the standard library computes it, from the key that HKDF derives."""
    master = b"m" * 32
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"portaldesk lookup 1").derive(master)
    wanted = hmac.digest(key, b"thread\0main\0x\xed\xa0\x80", "sha256")[:16]
    assert Lookup(master)("thread", "main", "x\ud800") == wanted


async def test_a_value_moved_to_another_row_does_not_open(store: Store):
    """Whoever can write the file cannot show one family's message on another's card."""
    await store.run(taken_in)
    await store.run(taken_in, n=2)
    swap = Sql(
        "UPDATE messages SET content_sealed = (SELECT o.content_sealed FROM messages o WHERE o.id <> messages.id)"
        " WHERE id = (SELECT MIN(o.id) FROM messages o)"
    )
    assert await store.run(lambda r: r.run(swap)) == 1
    with pytest.raises(Tampered):
        await store.read(lambda r: r.message_of(portal="main", message_id="canary-message-1"))
    assert await store.read(lambda r: r.message_of(portal="main", message_id="canary-message-2"))


async def test_no_name_and_no_word_stands_in_plain(url: str, store: Store, tmp_path: Path, request):
    """The database's files hold none of the canaries, in UTF-8 or UTF-16."""

    def everything(records):
        kept = taken_in(records)
        sent(records, kept)
        window(records, kept)
        records.add_note(note(records, kept), channel="C1", ts="1.1")
        records.raise_alarm(key="x", words="canary alarm", now=NOW)
        records.save_practice("Canary Practice", by="cli:x", now=NOW)
        own = Phrase(notebook="Personal", title="canary phrase, its title", text="canary phrase, its text")
        records.keep_phrase("ph_1", slack="U0ALICE", phrase=own, now=NOW)

    await store.run(everything)
    if url.startswith("sqlite"):
        await store.close()
        stuff = b"".join(path.read_bytes() for path in tmp_path.glob("desk.db*"))
    else:
        server = request.getfixturevalue("postgres_server")
        server.sql("CHECKPOINT")
        command = ["grep", "-rlaE", "|".join(CANARIES), str(server.folder / "data" / "base")]
        assert subprocess.run(command, capture_output=True, check=False).stdout == b""
        stuff = b""
    assert url.startswith("postgresql") or b"journal_update" in stuff, "the right files"
    for canary in CANARIES:
        assert canary.encode() not in stuff, canary
        assert canary.encode("utf-16-le") not in stuff, canary
