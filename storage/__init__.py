"""What is remembered: SQLite or PostgreSQL behind the protocols of bot.domain.store."""

from __future__ import annotations

from storage import chain, rotation
from storage.backup import BackupRefused, backup
from storage.crypto import Keyring, KeysWrong, Tampered, new_key
from storage.engine import StoreUnsafe
from storage.facts import Fact, check
from storage.hold import StoreBusy, hold, sealing
from storage.keyfile import keyring_for, proven
from storage.restore import restore
from storage.schema import SchemaWrong, head, must_fit, oldest_code, revision, upgrade
from storage.store import open_store
from storage.verify import Breach, verify

__all__ = [
    "BackupRefused",
    "Breach",
    "Fact",
    "Keyring",
    "KeysWrong",
    "SchemaWrong",
    "StoreBusy",
    "StoreUnsafe",
    "Tampered",
    "backup",
    "chain",
    "check",
    "head",
    "hold",
    "keyring_for",
    "must_fit",
    "new_key",
    "oldest_code",
    "open_store",
    "proven",
    "restore",
    "revision",
    "rotation",
    "sealing",
    "upgrade",
    "verify",
]
