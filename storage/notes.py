"""Internal notes: what colleagues wrote in a card's thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update

from bot.domain.conversation import Note
from storage.sql import Sql
from storage.tables import notes as table
from storage.transaction import Row, Transaction

GONE = "(deleted in Slack)"

_n = table.c
_ADD = Sql(lambda insert: insert(table).on_conflict_do_nothing())
_AT = (_n.channel == bindparam("at_channel"), _n.ts == bindparam("at_ts"))
_FIND = Sql(select(_n.id, _n.conversation_id).where(*_AT))
_CHANGE = Sql(update(table).where(*_AT), columns=("text_sealed", "changed_at"))
_GO = Sql(update(table).where(*_AT), columns=("gone_at",))
_ALL = Sql(
    select(_n.id, _n.conversation_id, _n.author, _n.text_sealed, _n.at, _n.gone_at)
    .where(_n.conversation_id == bindparam("conversation_id"))
    .order_by(_n.at, _n.id)
)


def add_note(t: Transaction, note: Note, *, channel: str, ts: str) -> bool:
    """Keep a note of a Slack message; False if it is kept already."""
    added = t.run(
        _ADD,
        id=note.id,
        conversation_id=note.conversation_id,
        author=note.author,
        text_sealed=t.seal(note.text.encode("utf-8", "replace"), "notes", note.id, "text"),
        at=note.at,
        channel=channel,
        ts=ts,
        changed_at=None,
        gone_at=None,
    )
    return bool(added)


def change_note(t: Transaction, *, channel: str, ts: str, text: str | None, now: datetime) -> str | None:
    """Keep a note's new words, or that Slack has it no more; the conversation's id, None for no note of ours."""
    row = t.one(_FIND, at_channel=channel, at_ts=ts)
    if row is None:
        return None
    if text is None:
        t.run(_GO, at_channel=channel, at_ts=ts, gone_at=now)
    else:
        sealed = t.seal(text.encode("utf-8", "replace"), "notes", row[0], "text")
        t.run(_CHANGE, at_channel=channel, at_ts=ts, text_sealed=sealed, changed_at=now)
    return str(row[1])


def notes(t: Transaction, conversation_id: str) -> Sequence[Note]:
    """All notes, oldest first; one that was deleted in Slack says so."""
    return [_note(t, row) for row in t.rows(_ALL, conversation_id=conversation_id)]


def _note(t: Transaction, row: Row) -> Note:
    text = t.unseal(row[3], "notes", row[0], "text").decode()
    return Note(
        id=row[0],
        conversation_id=row[1],
        author=row[2],
        text=f"{text} {GONE}" if row[5] is not None else text,
        at=row[4],
    )
