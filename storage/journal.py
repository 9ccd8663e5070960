"""The journal: rows are added, and the database itself refuses to change or remove them."""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import bindparam, insert, select

from bot.domain.journal import Entry
from storage import mapping
from storage.shared import one_at_a_time
from storage.sql import Sql
from storage.tables import journal as table
from storage.transaction import Row, Transaction
from storage.types import micros

_NONCE = 8
_LONE = re.compile("[\ud800-\udfff]")
_encode = msgspec.msgpack.encode  # each value with its type and length: no two rows read the same
_j = table.c
_COLUMNS = ("at", "actor", "action", "subject", "outcome", "detail_json", "mac")
_ADD = Sql(insert(table).inline(), columns=_COLUMNS)
_HISTORY = Sql(
    select(_j.at, _j.actor, _j.action, _j.subject, _j.outcome, _j.detail_json)
    .where(_j.subject == bindparam("about"))
    .order_by(_j.n)
)


def journal(t: Transaction, entry: Entry) -> None:
    """Write one row; it stands or falls with this transaction."""
    detail = mapping.to_bytes(entry.detail).decode() if entry.detail else "{}"
    told = (micros(entry.at), entry.actor, entry.action, entry.subject, entry.outcome, detail)
    t.run(
        _ADD,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        outcome=entry.outcome,
        detail_json=detail,
        mac=proof(t.mac, told),
    )


def proof(mac: Callable[[bytes], bytes], told: Row) -> bytearray:
    """What is stored beside a row: random bytes, so that a copy of it shows, and a MAC over them and the columns."""
    nonce = os.urandom(_NONCE)
    return bytearray(nonce + mac(nonce + _encode(told)))


def genuine(t: Transaction, told: Row, mac: object) -> bool:
    """Whether somebody with the keys wrote that row: its columns from `at` to `detail_json` as they are stored."""
    if not isinstance(mac, bytes) or not writable(told):
        return False  # SQLite keeps any type in a column
    return hmac.compare_digest(t.mac(mac[:_NONCE] + _encode(tuple(told))), mac[_NONCE:])


def writable(told: Row) -> bool:
    """Whether a service can have written these columns: in what is no UTF-8 there are lone surrogates (storage.engine).

    A message that holds some comes here without them, and both databases refuse them.
    """
    return not any(isinstance(value, str) and _LONE.search(value) for value in told)


def alone(t: Transaction, name: str) -> None:
    """Of the transactions of that name one goes on at a time; on SQLite that is so anyway."""
    one_at_a_time(t, t.hash("alone", "", name))


def history(t: Transaction, subject: str) -> Sequence[Entry]:
    """The rows about one subject, oldest first."""
    return [
        Entry(at=at, actor=actor, action=action, subject=about, outcome=outcome, detail=_detail(detail))
        for at, actor, action, about, outcome, detail in t.rows(_HISTORY, about=subject)
    ]


def _detail(stored: str) -> dict[str, str | int | bool | None]:
    """What an entry says beside; nothing where somebody put there what no service wrote, which the chain names."""
    try:
        return msgspec.json.decode(stored, type=dict[str, str | int | bool | None])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return {}
