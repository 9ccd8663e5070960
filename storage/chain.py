"""The journal's chain: rows are sealed after their commit, found by their flag; no writer waits (SAFETY I22)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from bot.failpoint import failpoint
from storage.shared import patiently
from storage.sql import Sql, at
from storage.tables import journal
from storage.transaction import Row, Transaction
from storage.types import micros

START = bytes(32)  # what the first link points to
AT_ONCE = 500  # rows sealed in one transaction: the LIMIT below
TAIL = timedelta(seconds=5)  # a row may be unsealed for so long
_PAGE = 2000
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=repr).encode  # SQLite keeps any type
_LOCK = 7_366_541_904  # any number, the same for every sealer of one PostgreSQL database

_j = journal.c
_TURN = Sql(f"SELECT pg_try_advisory_xact_lock({_LOCK})")
_HEAD = Sql("SELECT sealed_at, hash FROM journal WHERE sealed_at IS NOT NULL ORDER BY sealed_at DESC, n DESC LIMIT 1")
_UNSEALED = Sql(
    "SELECT n, at, actor, action, subject, outcome, detail_json FROM journal WHERE sealed_at IS NULL"
    " ORDER BY n LIMIT 500"
)
_SEAL = Sql(
    "UPDATE journal SET sealed_at = :sealed_at, prev_hash = :before, hash = :link WHERE n = :n AND sealed_at IS NULL"
)
_LINKS = Sql(
    "SELECT n, at, actor, action, subject, outcome, detail_json, sealed_at, prev_hash, hash FROM journal"
    " WHERE sealed_at IS NOT NULL AND (sealed_at, n) > (:after, :row) ORDER BY sealed_at, n LIMIT 2000"
)
_BELOW = -(2**63)  # every time and every number of the two databases, but for one row, which counting finds
_SPAN = Sql(
    select(_j.n, _j.at, _j.actor, _j.action, _j.subject, _j.outcome, _j.detail_json, _j.sealed_at, _j.hash)
    .where(_j.at >= bindparam("since"), _j.at < bindparam("until"), _j.n > bindparam("after"))
    .order_by(_j.n)
    .limit(_PAGE)
)
_LEFT = Sql("SELECT COUNT(*), MIN(at) FROM journal WHERE sealed_at IS NULL")
_COUNT = Sql("SELECT COUNT(*) FROM journal WHERE sealed_at IS NOT NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A row at which the chain does not hold, by its number, and why."""

    n: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What walking the chain found. `head` is the newest link in hex, `unsealed` rows have none yet.

    `tail`: when the oldest of those was written. `anchored`: whether the anchor that was asked about is in the chain.
    """

    rows: int
    head: str
    breaks: tuple[Break, ...]
    unsealed: int
    tail: datetime | None
    anchored: bool

    @property
    def whole(self) -> bool:
        """Whether nothing that was sealed was changed, added, moved or taken out."""
        return not self.breaks and self.anchored

    def late(self, *, now: datetime) -> bool:
        """Whether the sealer does not keep up: a running service seals within seconds."""
        return self.tail is not None and now - self.tail >= timedelta(minutes=1)


def seal(t: Transaction, *, now: datetime) -> int:
    """Chain the rows that have no link yet, the oldest first; how many. Of several replicas one does it at a time.

    Rows commit in another order than they are numbered in, so the chain has an order of its own: by the time of
    sealing, which only grows, however the clock goes, and then by number.
    """
    if t.shared and not (t.one(_TURN) or (False,))[0]:
        return 0
    rows = t.rows(_UNSEALED)
    if not rows:
        return 0
    failpoint("seal.found")
    head = t.one(_HEAD)
    before = bytes(head[1]) if head else START
    sealed_at = max(micros(now), head[0] + 1 if head else 0)
    links = []
    for row in rows:
        link = t.link(_told(before, row, sealed_at))
        links.append({"n": row[0], "sealed_at": sealed_at, "before": bytearray(before), "link": bytearray(link)})
        before = link
    t.run_each(_SEAL, links)
    failpoint("seal.linked")
    return len(rows)


def _told(before: bytes, row: Sequence[object], sealed_at: int) -> bytes:
    """What a link is made of: the one before, and every column of the row."""
    return before + _encode([*row[:7], sealed_at]).encode()


def head(t: Transaction) -> tuple[int, str]:
    """How many links there are, and the newest: an anchor to keep outside of this database."""
    counted, newest = t.one(_COUNT), t.one(_HEAD)
    return (counted[0] if counted else 0), bytes(newest[1]).hex() if newest else ""


def walk(t: Transaction, *, anchor: str = "") -> Chain:
    """Walk the whole chain, a page at a time: memory stays flat, a million rows take seconds."""
    patiently(t)
    before, rows, anchored = START, 0, not anchor
    breaks: list[Break] = []
    for row in _links(t):
        rows += 1
        if not (isinstance(row[7], int) and row[7] > 0):
            breaks.append(Break(n=row[0], why="its time of sealing is none that a service writes"))
        prev, link = bytes(row[8] or b""), bytes(row[9] or b"")
        if prev != before:
            breaks.append(Break(n=row[0], why="a row before it was taken out, added or moved"))
        if t.link(_told(prev, row, row[7])) != link:
            breaks.append(Break(n=row[0], why="it was changed, or sealed by somebody without the keys"))
        before = link
        anchored = anchored or link.hex() == anchor
    counted = (t.one(_COUNT) or (0,))[0]
    if counted != rows:
        breaks.append(Break(n=0, why=f"{counted} rows say that they are sealed, and {rows} stand in the chain's order"))
    left = t.one(_LEFT) or (0, None)
    return Chain(
        rows=rows,
        head=before.hex() if rows else "",
        breaks=tuple(breaks),
        unsealed=left[0],
        tail=at(left[1]),
        anchored=anchored,
    )


def page(t: Transaction, *, since: datetime, until: datetime, after: int) -> list[Row]:
    """Rows of a span of time by their numbers, a page at a time, for an auditor."""
    return t.rows(_SPAN, since=since, until=until, after=after)


def _links(t: Transaction) -> Iterator[Row]:
    after, row = _BELOW, _BELOW
    while found := t.rows(_LINKS, after=after, row=row):
        yield from found
        after, row = found[-1][7], found[-1][0]
