"""Forwards: whose turn it was, what they were told, what they answered."""

from __future__ import annotations

import msgspec
from sqlalchemy import bindparam, insert, select, update

from bot.domain.turn import Forward, ForwardState
from storage import mapping
from storage.sql import Sql
from storage.transaction import Row, Transaction
from storage.work_tables import forwards


class Words(msgspec.Struct):
    """What colleagues told each other."""

    note: str = ""
    response: str = ""
    words: str = ""


_read = mapping.reader(Words)


_f = forwards.c
_COLUMNS = (
    _f.id, _f.conversation_id, _f.by, _f.from_department, _f.to, _f.to_department, _f.asked, _f.at, _f.prior,
    _f.prior_asked_at, _f.state, _f.ended_at, _f.ended_by, _f.words_sealed,
)  # fmt: skip
_CHANGES = ("prior", "prior_asked_at", "state", "ended_at", "ended_by", "words_sealed")
_ALL = Sql(select(*_COLUMNS).where(_f.conversation_id == bindparam("conversation_id")).order_by(_f.at, _f.id))
_ADD = Sql(insert(forwards).inline())
_SAVE = Sql(update(forwards).where(_f.id == bindparam("forward_id")), columns=_CHANGES)


def add_forward(t: Transaction, forward: Forward) -> None:
    """Keep a forward."""
    t.run(
        _ADD,
        id=forward.id,
        conversation_id=forward.conversation_id,
        by=forward.by,
        from_department=forward.from_department,
        to=forward.to,
        to_department=forward.to_department,
        asked=forward.asked,
        at=forward.at,
        **_changes(t, forward),
    )


def save_forward(t: Transaction, forward: Forward) -> None:
    """Keep what became of it; who forwarded to whom never changes."""
    t.run(_SAVE, forward_id=forward.id, **_changes(t, forward))


def forwards_of(t: Transaction, conversation_id: str) -> tuple[Forward, ...]:
    """All forwards of a conversation, oldest first."""
    return tuple(_forward(t, row) for row in t.rows(_ALL, conversation_id=conversation_id))


def _changes(t: Transaction, forward: Forward) -> dict[str, object]:
    words = mapping.to_bytes(Words(forward.note, forward.response, forward.words))
    return {
        "prior": forward.prior,
        "prior_asked_at": forward.prior_asked_at,
        "state": forward.state.value,
        "ended_at": forward.ended_at,
        "ended_by": forward.ended_by,
        "words_sealed": t.seal(words, "forwards", forward.id, "words"),
    }


def _forward(t: Transaction, row: Row) -> Forward:
    words = _read(t.unseal(row[13], "forwards", row[0], "words"))
    return Forward(
        id=row[0],
        conversation_id=row[1],
        by=row[2],
        from_department=row[3],
        to=row[4],
        to_department=row[5],
        asked=row[6],
        at=row[7],
        prior=bool(row[8]),
        prior_asked_at=row[9],
        state=ForwardState(row[10]),
        ended_at=row[11],
        ended_by=row[12],
        note=words.note,
        response=words.response,
        words=words.words,
    )
