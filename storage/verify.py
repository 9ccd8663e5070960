"""The invariants of SAFETY.md that the stored state can show, each as a question whose answer should be empty."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from storage import messages, replies
from storage.sql import Sql
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """An invariant that does not hold, by SAFETY's name, for these rows (ids only)."""

    invariant: str
    ids: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    invariant: str
    sentence: str
    find: Callable[[Transaction], Iterator[str]]


def verify(records: Transaction) -> list[Breach]:
    """Every breach in the stored state: `await store.read(verify)`."""
    found = ((rule, tuple(dict.fromkeys(rule.find(records)))) for rule in _RULES)
    return [Breach(invariant=rule.invariant, ids=ids, sentence=rule.sentence) for rule, ids in found if ids]


def _asked(sql: str) -> Callable[[Transaction], Iterator[str]]:
    statement = Sql(sql)
    return lambda t: (str(row[0]) for row in t.rows(statement))


_ALL_MESSAGES = Sql("SELECT id, conversation_id, portal, content_sealed, received_at, standing, standing_at,"
                    " standing_sealed, message_hash FROM messages ORDER BY id")  # fmt: skip
