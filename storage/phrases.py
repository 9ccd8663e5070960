"""People's own phrases: sealed, and each person's apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select

from bot.domain.practice import Phrase
from storage import mapping
from storage.sql import Sql
from storage.transaction import Transaction
from storage.work_tables import own_phrases as table

_p = table.c
_read = mapping.reader(Phrase)
_LOCK = Sql(select(func.pg_advisory_xact_lock(bindparam("notebook"))))
_OF = Sql(select(_p.id, _p.words_sealed).where(_p.slack == bindparam("owner")).order_by(_p.id))
_KEEP = Sql(
    lambda insert: insert(table).on_conflict_do_update(
        index_elements=["id"],
        set_={"words_sealed": insert(table).excluded.words_sealed, "at": insert(table).excluded.at},
        where=_p.slack == insert(table).excluded.slack,
    )
)
_DROP = Sql(delete(table).where(_p.id == bindparam("phrase_id"), _p.slack == bindparam("owner")))


def phrases_of(t: Transaction, slack: str) -> Sequence[tuple[str, Phrase]]:
    """A person's own phrases with their ids, by title; two changes to one notebook go one after the other."""
    if t.locks and t.shared:
        t.run(_LOCK, notebook=int.from_bytes(t.hash("notebook", "", slack)[:8], "big", signed=True))
    found = [(row[0], _read(t.unseal(row[1], "own_phrases", row[0], "words"))) for row in t.rows(_OF, owner=slack)]
    return sorted(found, key=lambda one: one[1].title.casefold())


def keep_phrase(t: Transaction, phrase_id: str, *, slack: str, phrase: Phrase, now: datetime) -> None:
    """Keep a person's own phrase, new or changed; never one of somebody else."""
    sealed = t.seal(mapping.to_bytes(phrase), "own_phrases", phrase_id, "words")
    t.run(_KEEP, id=phrase_id, slack=slack, words_sealed=sealed, at=now)


def drop_phrase(t: Transaction, phrase_id: str, *, slack: str) -> bool:
    """Forget a person's own phrase; False when there is none of that id."""
    return bool(t.run(_DROP, phrase_id=phrase_id, owner=slack))
