"""Of one fold one delivery is pending: the one that becomes so again takes in the one that came meanwhile."""

from __future__ import annotations

from datetime import datetime

from storage.sql import Sql
from storage.transaction import Row, Transaction
from storage.types import micros

_DROP = Sql(
    "UPDATE deliveries SET state = 'dropped', code = 'folded', settled_at = :now"
    " WHERE state = 'pending' AND fold = :fold RETURNING lane, urgent"
)
_TAKE_OVER = Sql(
    "UPDATE deliveries SET lane = :lane, urgent = (urgent OR :urgent) WHERE id = :id AND state = 'pending'"
)


def absorb(t: Transaction, fold: str | None, *, now: datetime) -> Row | None:
    """Drop the pending one of that fold, before another becomes pending again: its own history must stay. The twin."""
    return None if fold is None else t.one(_DROP, fold=fold, now=micros(now))


def take_over(t: Transaction, delivery_id: str, twin: Row | None) -> None:
    """Let the one that is pending again have what its twin had: the lane asked for last, and the greater urgency.

    It keeps its own time. Its next try is seconds away; and a twin that was to go later is asked for anew by whatever
    draws the card.
    """
    if twin is not None:
        t.run(_TAKE_OVER, id=delivery_id, lane=twin[0], urgent=bool(twin[1]))
