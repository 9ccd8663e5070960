"""Decisions: each kept by one guarded statement, which writes nothing when the world moved on."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select, update

from bot.domain.decision import Decision, Terms
from bot.domain.message import Kind
from bot.domain.reply import Author
from storage import mapping
from storage.sql import Sql
from storage.transaction import Row, Transaction
from storage.types import micros
from storage.work_tables import decisions


class Words(msgspec.Struct):
    """Who decided, as they were then, and the particulars."""

    by: Author
    npi: str | None
    terms: Terms


_read = mapping.reader(Words)


_d = decisions.c
_COLUMNS = (
    _d.id, _d.conversation_id, _d.message_id, _d.kind, _d.line, _d.round, _d.outcome, _d.approvable, _d.at,
    _d.words_sealed, _d.reply_id, _d.entered_at, _d.entered_by,
)  # fmt: skip
_ALL = Sql(select(*_COLUMNS).where(_d.conversation_id == bindparam("conversation_id")).order_by(_d.at, _d.line, _d.id))
# The line is undecided in this round, the round before is decided, the conversation is at the version that was shown,
# and the practice file that names the prescriber is still in force: all of it, or no row (SAFETY I9, I10).
_DECIDE = Sql(
    "INSERT INTO decisions (id, conversation_id, message_id, kind, line, round, outcome, approvable, decided_by, at,"
    " words_sealed) SELECT :id, c.id, :message_id, :kind, :line, :round, :outcome, :approvable, :decided_by, :at,"
    " :words_sealed FROM conversations c WHERE c.id = :conversation_id AND c.version = :version"
    " AND :practice = (SELECT max(p.version) FROM practices p)"
    " AND :round = 1 + (SELECT count(*) FROM decisions d WHERE d.conversation_id = c.id"
    " AND d.message_id = :message_id AND d.line = :line)"
    " ON CONFLICT DO NOTHING",
)
_TOLD = Sql(update(decisions).where(_d.id == bindparam("decision_id")), columns=("reply_id",))
_ENTERED = Sql(
    update(decisions).where(_d.id == bindparam("decision_id"), _d.entered_at.is_(None)),
    columns=("entered_at", "entered_by"),
)


def decide(t: Transaction, decision: Decision, *, version: int, practice: int) -> bool:
    """Keep a decision; False, and nothing written, when it is not the next one at what was shown."""
    words = mapping.to_bytes(Words(decision.by, decision.npi, decision.terms))
    kept = t.run(
        _DECIDE,
        id=decision.id,
        conversation_id=decision.conversation_id,
        message_id=decision.message_id,
        kind=decision.kind.value,
        line=decision.line,
        round=decision.round,
        outcome=decision.outcome,
        approvable=decision.approvable,
        decided_by=decision.by.slack,
        at=micros(decision.at),
        words_sealed=t.seal(words, "decisions", decision.id, "words"),
        version=version,
        practice=practice,
    )
    return bool(kept)


def told_by(t: Transaction, decision_id: str, *, reply_id: str) -> None:
    """Which answer carries this decision to the portal."""
    t.run(_TOLD, decision_id=decision_id, reply_id=reply_id)


def entered(t: Transaction, decision_id: str, *, by: str, now: datetime) -> bool:
    """A person attests that it stands in the EHR; False when somebody did already."""
    return bool(t.run(_ENTERED, decision_id=decision_id, entered_at=now, entered_by=by))


def decisions_of(t: Transaction, conversation_id: str) -> tuple[Decision, ...]:
    """All decisions of a conversation, oldest first."""
    return tuple(_decision(t, row) for row in t.rows(_ALL, conversation_id=conversation_id))


def _decision(t: Transaction, row: Row) -> Decision:
    words = _read(t.unseal(row[9], "decisions", row[0], "words"))
    return Decision(
        id=row[0],
        conversation_id=row[1],
        message_id=row[2],
        kind=Kind(row[3]),
        line=row[4],
        round=row[5],
        outcome=row[6],
        approvable=bool(row[7]),
        at=row[8],
        by=words.by,
        npi=words.npi,
        terms=words.terms,
        reply_id=row[10],
        entered_at=row[11],
        entered_by=row[12],
    )
