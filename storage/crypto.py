"""Words and names at rest: AES-256-GCM, each value bound to its table, row, column and key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Random = Callable[[int], bytes]

_VERSION = 1
_NONCE = 12
_KEY = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class KeysWrong(Exception):  # noqa: N818 - a state of the world
    """The encryption keys are missing, malformed, unsafe, or not those of this database; says which, and no secret."""


class Tampered(Exception):  # noqa: N818 - a state of the world
    """A value does not open where it stands: it was changed, or moved here from another row."""


class _Key:
    __slots__ = ("aead", "header", "id", "tail")

    def __init__(self, key_id: str, secret: bytes) -> None:
        self.id = key_id
        self.aead = AESGCM(secret)
        self.header = bytes((_VERSION, len(key_id))) + key_id.encode()
        self.tail = f"|{key_id}"


class Keyring:
    """The encryption keys, newest first: the first one seals, every one opens.

    A sealed value is: version (1 byte), length of the key id (1 byte), key id, nonce (12), ciphertext with tag.
    """

    __slots__ = ("_keys", "_newest", "_random")

    def __init__(self, keys: Sequence[tuple[str, bytes]], *, random: Random = os.urandom, where: str) -> None:
        if not keys:
            raise KeysWrong("No encryption key was given. Make one with `portaldesk keys new`.")
        self._keys = {key_id.encode(): _Key(key_id, secret) for key_id, secret in keys}
        if len(self._keys) != len(keys):
            raise KeysWrong(f"One key id stands twice in {where}. Give each key its own id.")
        self._newest = self._keys[keys[0][0].encode()]
        self._random = random

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self.ids)})"

    @property
    def ids(self) -> tuple[str, ...]:
        """The key ids, newest first."""
        return tuple(key.id for key in self._keys.values())

    def header(self, key_id: str) -> bytes:
        """What every value begins with that this key sealed."""
        return self._keys[key_id.encode()].header

    def seal(self, plain: bytes, table: str, row: str, column: str) -> bytearray:
        """Encrypt one value for exactly this place. (SQLite's driver looks for an adapter for bytes, not for these.)"""
        key = self._newest
        nonce = self._random(_NONCE)
        return (
            bytearray(key.header) + nonce + key.aead.encrypt(nonce, plain, f"{table}|{row}|{column}{key.tail}".encode())
        )

    def open(self, sealed: bytes | bytearray, table: str, row: str, column: str) -> bytes:
        """Decrypt one value; KeysWrong for a key that is not here, Tampered for what is no value that belongs here."""
        try:
            end = 2 + sealed[1]
            key = self._keys.get(bytes(sealed[2:end]))
            if key is not None and sealed[0] == _VERSION:
                aad = f"{table}|{row}|{column}{key.tail}".encode()
                return key.aead.decrypt(sealed[end : end + _NONCE], sealed[end + _NONCE :], aad)
        except (InvalidTag, IndexError, ValueError):  # cut as well: then it has no length, or too short a nonce
            raise Tampered(f"{table}.{column} of row {row} does not open: changed, or moved from another row") from None
        raise KeysWrong(f"A value is encrypted with the key {key_id_of(sealed)!r}, which PORTALDESK_KEYS lacks.")


def key_id_of(sealed: bytes | bytearray) -> str:
    """Which key a value is sealed with, for rotation and for the operator's eye."""
    return sealed[2 : 2 + sealed[1]].decode("ascii", "replace")


def new_key(*, random: Random = os.urandom) -> str:
    """A fresh key as one entry of PORTALDESK_KEYS: `keyid:base64`."""
    return f"k{random(4).hex()}:{base64.b64encode(random(_KEY)).decode()}"


def parse(text: str, *, random: Random = os.urandom, where: str = "PORTALDESK_KEYS") -> Keyring:
    """The keyring of `keyid:base64-of-32-bytes`, newest first, a comma or a new line between two; or KeysWrong.

    `where` they stand, for the sentence of what is wrong with them.
    """
    keys = []
    for place, entry in enumerate((part.strip() for part in re.split(r"[,\n]", text) if part.strip()), start=1):
        key_id, _, encoded = entry.partition(":")
        if not _KEY_ID.fullmatch(key_id):
            raise KeysWrong(f"Key {place} of {where} has no id. Write keyid:base64 (`portaldesk keys new`).")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            secret = b""
        if len(secret) != _KEY:
            raise KeysWrong(f"Key {key_id} of {where} is not 32 bytes in base64. `portaldesk keys new` makes one.")
        keys.append((key_id, secret))
    return Keyring(keys, random=random, where=where)


class Lookup:
    """Equality search over what is encrypted: HMAC-SHA-256 with a key of its own, cut to 16 bytes.

    The key is derived from a random master that is made once, stays in the database sealed with the encryption keys,
    and never rotates: rotating those keys seals the master again, and every hash stays true.
    """

    __slots__ = ("_chain", "_hash", "_mac")

    def __init__(self, master: bytes) -> None:
        key = HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=b"portaldesk lookup 1").derive(master)
        # HMAC (RFC 2104) with both halves of the key hashed beforehand: a third of hmac.digest's time, the same result.
        inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key.ljust(64, b"\0")))
        outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key.ljust(64, b"\0")))

        @lru_cache(maxsize=2048)  # an intake asks for the same thread, account and message twice
        def hashed(kind: str, portal: str, value: str) -> bytes:
            told = f"{kind}\0{portal}\0{value}".encode("utf-8", "surrogatepass")
            within, around = inner.copy(), outer.copy()
            within.update(told)
            around.update(within.digest())
            return around.digest()[:16]

        self._hash = hashed
        self._chain = HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=b"portaldesk journal 1").derive(master)
        row = HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=b"portaldesk journal row 1").derive(master)
        self._mac = hashlib.blake2b(key=row, digest_size=16)  # RFC 7693's keyed mode: half of an HMAC's time

    def link(self, told: bytes) -> bytes:
        """A link of the journal's chain over those bytes: nobody without the keys can make one."""
        return hmac.digest(self._chain, told, "sha256")

    def mac(self, told: bytes) -> bytes:
        """What only a holder of the keys can have written beside a row of the journal: 16 bytes over it."""
        made = self._mac.copy()
        made.update(told)
        return made.digest()

    def __call__(self, kind: str, portal: str, value: str) -> bytearray:
        """The hash of one portal's id. `kind` keeps a thread's id apart from a message's that reads the same."""
        return bytearray(self._hash(kind, portal, value))
