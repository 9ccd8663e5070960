"""The journal's chain: rows are sealed after their commit, found by their flag; no writer waits (SAFETY I22).

A row carries from its birth what proves that it was written with the keys (storage.journal); the sealer looks at that
before it links it, and at whether the newest link that it left is still there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, bindparam, select, type_coerce

from bot.domain.journal import Entry
from bot.failpoint import failpoint
from storage.crypto import KeysWrong, Tampered
from storage.journal import genuine, journal, writable
from storage.shared import patiently
from storage.sql import Sql, at
from storage.tables import journal as table
from storage.transaction import Row, Transaction
from storage.types import SOUND, micros

START = bytes(32)  # what the first link points to
AT_ONCE = 500  # rows sealed in one transaction: the LIMIT below
TAIL = timedelta(seconds=5)  # a row may be unsealed for so long
GRACE = timedelta(days=7)  # since rows have proofs, in which a replica of the version before may write some without
PROVEN, GONE = "journal.proofs_began", "journal.link_gone"  # what the sealer itself journals
_PAGE = 2000
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=repr).encode  # SQLite keeps any type
_LOCK = 7_366_541_904  # any number, the same for every sealer of one PostgreSQL database

_j = table.c
_TURN = Sql(f"SELECT pg_try_advisory_xact_lock({_LOCK})")
_HEAD = Sql(  # no time of ours, and no forged one after which none could follow
    "SELECT sealed_at, hash, n FROM journal WHERE sealed_at IS NOT NULL AND sealed_at < 9000000000000000000"
    " ORDER BY sealed_at DESC, n DESC LIMIT 1"
)
_UNSEALED = Sql(
    "SELECT n, at, actor, action, subject, outcome, detail_json, mac FROM journal WHERE sealed_at IS NULL"
    " ORDER BY n LIMIT 500"
)
_SEAL = Sql(
    "UPDATE journal SET sealed_at = :sealed_at, prev_hash = :before, hash = :link WHERE n = :n AND sealed_at IS NULL"
)
_LINKS = Sql(
    "SELECT n, at, actor, action, subject, outcome, detail_json, sealed_at, prev_hash, hash, mac FROM journal"
    " WHERE sealed_at IS NOT NULL AND (sealed_at, n) > (:after, :row) ORDER BY sealed_at, n LIMIT 2000"
)
_BELOW = -(2**63)  # every time and every number of the two databases, but for one row, which counting finds
_SPAN = Sql(
    select(
        *(_j.n, _j.at, _j.actor, _j.action, _j.subject, _j.outcome, _j.detail_json),
        *(type_coerce(_j.sealed_at, BigInteger), _j.hash),
    )
    .where(_j.at >= bindparam("since"), _j.at < bindparam("until"), _j.n > bindparam("after"))
    .order_by(_j.n)
    .limit(_PAGE)
)
_THERE = Sql("SELECT 1 FROM journal WHERE n = :n AND sealed_at = :sealed_at AND hash = :link")
_PROVEN = Sql(
    "SELECT at, actor, action, subject, outcome, detail_json, mac, sealed_at FROM journal"  # noqa: S608 - our own words
    f" WHERE subject = 'journal' AND action = '{PROVEN}' ORDER BY n"
)
_TWICE = Sql("SELECT MAX(n) FROM journal WHERE mac IS NOT NULL GROUP BY mac HAVING COUNT(*) > 1")
_KEPT = Sql("SELECT value_sealed FROM vault WHERE name = 'journal:head'")
_KEEP = Sql(
    "INSERT INTO vault (name, value_sealed) VALUES ('journal:head', :sealed)"
    " ON CONFLICT (name) DO UPDATE SET value_sealed = excluded.value_sealed"
)
_LEFT = Sql(
    f"SELECT COUNT(*), MIN(CASE WHEN at {SOUND} THEN at END) FROM journal"  # noqa: S608 - our own words
    " WHERE sealed_at IS NULL"
)
_COUNT = Sql("SELECT COUNT(*) FROM journal WHERE sealed_at IS NOT NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that was left as the newest: of which row, sealed when (µs), in hex."""

    n: int
    sealed_at: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What sealing did: so many rows, up to the link `head` (None: nothing to do).

    `forged`: rows among them that no service wrote as they are. `gone`: the newest link that was left is not there.
    """

    rows: int = 0
    head: Link | None = None
    forged: tuple[int, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A row at which the chain does not hold, by its number, and why; 0: no row of it shows where."""

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


def seal(t: Transaction, *, now: datetime, left: Link | None = None) -> Batch:
    """Chain the rows that have no link yet, the oldest first. Of several replicas one does it at a time.

    Rows commit in another order than they are numbered in, so the chain has an order of its own: by the time of
    sealing, which only grows, however the clock goes, and then by number. A row that cannot be genuine is chained all
    the same, so that it stays, and is reported now and at every walk. `left`: what this process remembers as newest.
    """
    if t.shared and not (t.one(_TURN) or (False,))[0]:
        return Batch()
    rows = t.rows(_UNSEALED)
    if not rows:
        return Batch()
    failpoint("seal.found")
    began, gone = _began(t), not (_there(t, left) and _as_kept(t))
    if began is None:
        journal(t, Entry(at=now, actor="service", action=PROVEN, subject="journal"))
    if gone:
        journal(t, Entry(at=now, actor="service", action=GONE, subject="journal", outcome="failed"))
    if began is None or gone:
        rows = t.rows(_UNSEALED)
    newest = t.one(_HEAD)
    before = _bytes(newest[1]) if newest else START
    sealed_at = max(micros(now), newest[0] + 1 if newest else 0)
    links = []
    for row in rows:
        link = t.link(_told(before, row, sealed_at))
        links.append({"n": row[0], "sealed_at": sealed_at, "before": bytearray(before), "link": bytearray(link)})
        before = link
    t.run_each(_SEAL, links)
    head = Link(n=rows[-1][0], sealed_at=sealed_at, hash=before.hex())
    kept = f"{head.n} {head.sealed_at} {head.hash}".encode()
    t.run(_KEEP, sealed=t.seal(kept, "vault", "journal:head", "value"))
    failpoint("seal.linked")
    forged = tuple(row[0] for row in rows if _forged(t, row[1:7], row[7], strict=_over(began, sealed_at)))
    return Batch(rows=len(rows), head=head, forged=forged, gone=gone)


def _began(t: Transaction) -> int | None:
    """When the row was sealed that says: from now on rows have proofs; 0 while it is not sealed, None without one."""
    found = [row[7] if isinstance(row[7], int) else 0 for row in t.rows(_PROVEN) if genuine(t, row[:6], row[6])]
    return found[0] if found else None


def _over(began: int | None, sealed_at: int) -> bool:
    """Whether a row that is sealed then must have a proof."""
    return bool(began) and sealed_at - (began or 0) > GRACE // timedelta(microseconds=1)


def _forged(t: Transaction, told: Row, mac: object, *, strict: bool) -> bool:
    return strict or not writable(told) if mac is None else not genuine(t, told, mac)


def _there(t: Transaction, link: Link | None) -> bool:
    found = link and t.one(_THERE, n=link.n, sealed_at=link.sealed_at, link=bytearray.fromhex(link.hash))
    return link is None or found is not None


def _as_kept(t: Transaction) -> bool:
    """Whether the newest link that was left stands where the vault says; without one, whether none was left yet."""
    row = t.one(_KEPT)
    if row is None:
        return _began(t) is None  # both are left in one transaction
    try:
        n, sealed_at, link = t.unseal(_bytes(row[0]), "vault", "journal:head", "value").decode().split()
    except (Tampered, KeysWrong):  # the keys of this database are all here: what names another one was put there
        return False
    return _there(t, Link(n=int(n), sealed_at=int(sealed_at), hash=link))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""  # SQLite keeps any type in a column


def _told(before: bytes, row: Sequence[object], sealed_at: int) -> bytes:
    """What a link is made of: the one before, and every column of the row."""
    return before + _encode([*row[:7], sealed_at]).encode()


def head(t: Transaction) -> tuple[int, str]:
    """How many links there are, and the newest: an anchor to keep outside of this database."""
    counted, newest = t.one(_COUNT), t.one(_HEAD)
    return (counted[0] if counted else 0), _bytes(newest[1]).hex() if newest else ""


def walk(t: Transaction, *, anchor: str = "") -> Chain:
    """Walk the whole chain, a page at a time: memory stays flat, a million rows take seconds."""
    patiently(t)
    before, rows, anchored, began = START, 0, not anchor, _began(t)
    breaks: list[Break] = []
    for row in _links(t):
        rows += 1
        prev, link = _bytes(row[8]), _bytes(row[9])
        if not (isinstance(row[7], int) and row[7] > 0):
            breaks.append(Break(n=row[0], why="its time of sealing is none that a service writes"))
        if prev != before:
            breaks.append(Break(n=row[0], why="a row before it was taken out, added or moved"))
        if t.link(_told(prev, row, row[7])) != link:
            breaks.append(Break(n=row[0], why="it was changed, or sealed by somebody without the keys"))
        elif _forged(t, row[1:7], row[10], strict=_over(began, row[7])):
            breaks.append(Break(n=row[0], why="it was added or changed before it was chained"))
        elif row[3] == GONE and row[4] == "journal":
            breaks.append(
                Break(n=row[0], why="when it was written the newest link was gone: rows were taken out or chained anew")
            )
        before = link
        anchored = anchored or link.hex() == anchor
    counted = (t.one(_COUNT) or (0,))[0]
    if counted != rows:
        breaks.append(Break(n=0, why=f"{counted} rows say that they are sealed, and {rows} stand in the chain's order"))
    breaks.extend(Break(n=row[0], why="it is a copy of another row") for row in t.rows(_TWICE))
    if not _as_kept(t):
        breaks.append(Break(n=0, why="the newest link that the sealer left is not there: rows or links were taken off"))
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
