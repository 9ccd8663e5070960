"""What an area's functions get: statements on one transaction, the keys, the hashes, the clock of ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from bot.domain.practice import Practice
from storage.crypto import Keyring
from storage.sql import Sql

Row = Sequence[Any]


class Transaction(Protocol):
    """One open transaction. SqlRecords is one, with every area's functions as its methods."""

    woken: set[str]
    rung: list[tuple[str, bool]]  # alarms raised here (False) and closed (True), by key
    ruled: Practice | None  # the practice, once this transaction has looked
    locks: bool
    shared: bool
    keys: Keyring

    def run(self, sql: Sql, **values: Any) -> int:
        """Run a statement; how many rows it touched."""
        ...

    def run_each(self, sql: Sql, each: Sequence[dict[str, Any]]) -> None:
        """Run a statement once for each of these values."""
        ...

    def one(self, sql: Sql, **values: Any) -> Row | None:
        """Its first row, or None."""
        ...

    def rows(self, sql: Sql, **values: Any) -> list[Row]:
        """All its rows."""
        ...

    def seal(self, plain: bytes, table: str, row: str, column: str) -> bytearray:
        """Encrypt for that place."""
        ...

    def unseal(self, sealed: bytes, table: str, row: str, column: str) -> bytes:
        """Decrypt from that place."""
        ...

    def hash(self, kind: str, portal: str, value: str) -> bytearray:
        """The hash that finds a portal's id."""
        ...

    def link(self, told: bytes) -> bytes:
        """A link of the journal's chain."""
        ...

    def mac(self, told: bytes) -> bytes:
        """What proves that a row of the journal was written with the keys."""
        ...

    def new_id(self, prefix: str) -> str:
        """A new opaque id that sorts by time."""
        ...

    def in_force(self, version: int, document: str | None) -> Practice | None:
        """The practice of that version, from the cache or read from its document; None when neither has it."""
        ...
