"""The journal: rows are added, and the database itself refuses to change or remove them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, insert, select

from bot.domain.journal import Entry
from storage import mapping
from storage.shared import one_at_a_time
from storage.sql import Sql
from storage.tables import journal as table
from storage.transaction import Transaction

_j = table.c
_COLUMNS = ("at", "actor", "action", "subject", "outcome", "detail_json")
_ADD = Sql(insert(table).inline(), columns=_COLUMNS)
_HISTORY = Sql(
    select(_j.at, _j.actor, _j.action, _j.subject, _j.outcome, _j.detail_json)
    .where(_j.subject == bindparam("about"))
    .order_by(_j.n)
)


def journal(t: Transaction, entry: Entry) -> None:
    """Write one row; it stands or falls with this transaction."""
    t.run(
        _ADD,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        outcome=entry.outcome,
        detail_json=mapping.to_bytes(entry.detail).decode() if entry.detail else "{}",
    )


def alone(t: Transaction, name: str) -> None:
    """Of the transactions of that name one goes on at a time; on SQLite that is so anyway."""
    one_at_a_time(t, t.hash("alone", "", name))


def history(t: Transaction, subject: str) -> Sequence[Entry]:
    """The rows about one subject, oldest first."""
    return [
        Entry(
            at=row[0],
            actor=row[1],
            action=row[2],
            subject=row[3],
            outcome=row[4],
            detail=msgspec.json.decode(row[5]),
        )
        for row in t.rows(_HISTORY, about=subject)
    ]
