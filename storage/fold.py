"""Of one fold one delivery is pending: the one that becomes so again takes in the one that came meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from storage.sql import Sql
from storage.transaction import Transaction
from storage.types import micros

_DROP = Sql(
    "UPDATE deliveries SET state = 'dropped', code = 'folded', settled_at = :now"
    " WHERE state = 'pending' AND fold = :fold RETURNING lane, urgent"
)
_TAKE_OVER = Sql(
    "UPDATE deliveries SET lane = :lane, urgent = (urgent OR :urgent) WHERE id = :id AND state = 'pending'"
)


@contextmanager
def pending_again(t: Transaction, delivery_id: str, fold: str | None, *, now: datetime) -> Iterator[None]:
    """Around the statement that makes a delivery of that fold pending again: it takes in the one that is pending.

    That one is dropped, since the delivery's own history must stay, and leaves its lane, which was asked for last, and
    its urgency. The delivery keeps its own time: its next try is seconds away, and a twin that was to go later is asked
    for anew by whatever draws the card.
    """
    twin = None if fold is None else t.one(_DROP, fold=fold, now=micros(now))
    yield
    if twin is not None:
        t.run(_TAKE_OVER, id=delivery_id, lane=twin[0], urgent=bool(twin[1]))
