"""What only a database that several processes share has to be asked; on SQLite these do nothing."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from storage.sql import Sql
from storage.transaction import Transaction

_LOCK = Sql(select(func.pg_advisory_xact_lock(bindparam("key"))))
_LOCK_TWO = Sql(select(func.pg_advisory_xact_lock(bindparam("key")), func.pg_advisory_xact_lock(bindparam("then"))))
# The session's patience is for a press. What looks at everything takes longer; this ends with the transaction.
_PATIENTLY = Sql("SET LOCAL statement_timeout = '30min'")


def one_at_a_time(t: Transaction, key: bytes | bytearray, then: bytes | bytearray | None = None) -> None:
    """Wait until no other transaction with that key is under way, `then` for another: what they wrote can be seen."""
    if not t.shared:
        return
    if then is None:
        t.run(_LOCK, key=_number(key))
    else:
        t.run(_LOCK_TWO, key=_number(key), then=_number(then))


def _number(key: bytes | bytearray) -> int:
    return int.from_bytes(key[:8], "big", signed=True)


def patiently(t: Transaction) -> None:
    """Let the statements of this transaction take as long as a million rows need."""
    if t.shared:
        t.run(_PATIENTLY)
