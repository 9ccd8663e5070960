"""New keys for old values: each is sealed anew with the newest key, a few at a time, while the service works on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table

from bot.domain.journal import Entry
from bot.failpoint import failpoint
from storage.crypto import KeysWrong, Tampered
from storage.journal import journal
from storage.shared import patiently
from storage.sql import Sql
from storage.transaction import Transaction
from storage.work_tables import forwards

AT_ONCE = 50  # rows sealed in one transaction: of the largest events, 50 MB
WINDOW = 500  # rows looked at in one

_PROOFS = {"vault": " AND name NOT LIKE 'canary:%'"}  # a key's canary is proof of that key, and goes with it
_RETIRE = Sql("DELETE FROM vault WHERE name LIKE 'canary:%' AND name <> :newest")


class Sealed:
    """A table with sealed columns, walked by `key`: the column that a value is bound to (storage.crypto)."""

    __slots__ = ("columns", "count", "find", "key", "name", "save", "some", "start", "upto")

    def __init__(self, table: Table) -> None:
        self.name = table.name
        self.columns = tuple(column.name for column in table.columns if column.name.endswith("_sealed"))
        self.key = "id" if "id" in table.columns else table.primary_key.columns[0].name
        self.start: str | int = "" if table.columns[self.key].type.python_type is str else 0  # before the first row
        proofs = _PROOFS.get(self.name, "")
        other = " OR ".join(f"substr({column}, 1, :size) <> :header" for column in self.columns)
        self.upto = Sql(
            f"SELECT MAX(k.{self.key}) FROM (SELECT {self.key} FROM {self.name} WHERE {self.key} > :after"  # noqa: S608 - our own names
            f" ORDER BY {self.key} LIMIT {WINDOW}) k"
        )
        found = f"FROM {self.name} WHERE {self.key} > :after AND {self.key} <= :upto AND ({other}){proofs}"
        self.some = Sql(f"SELECT 1 {found} LIMIT 1")
        self.find = Sql(f"SELECT {self.key}, {', '.join(self.columns)} {found} ORDER BY {self.key} LIMIT {AT_ONCE}")
        self.save = tuple(
            Sql(f"UPDATE {self.name} SET {column} = :sealed WHERE {self.key} = :row AND {column} = :was")  # noqa: S608 - the same
            for column in self.columns
        )
        self.count = tuple(
            Sql(f"SELECT COUNT(*) FROM {self.name} WHERE substr({column}, 1, :size) = :header{proofs}")  # noqa: S608 - the same
            for column in self.columns
        )


TABLES = tuple(
    Sealed(table)
    for table in forwards.metadata.sorted_tables  # those of storage.tables and of storage.work_tables
    if any(column.name.endswith("_sealed") for column in table.columns)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How many values were sealed anew, the last row that was looked at, and what nobody here can read."""

    values: int
    after: str | int
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The next rows of a table: the last of them, and whether any has to be sealed anew."""

    upto: str | int
    some: bool


def window(t: Transaction, *, table: Sealed, after: str | int) -> Window | None:
    """Look at the next rows of a table without keeping anybody from writing; None at its end."""
    row = t.one(table.upto, after=after)
    if row is None or row[0] is None:
        return None
    header = t.keys.header(t.keys.ids[0])
    some = t.one(table.some, after=after, upto=row[0], size=len(header), header=header)
    return Window(upto=row[0], some=some is not None)


def step(t: Transaction, *, table: Sealed, after: str | int, upto: str | int) -> Step:
    """Seal the next values of a table, up to a row, that another key than the newest has sealed.

    What somebody else changes meanwhile is left to them: they write with the newest key as well. The progress is in
    the values themselves, so that whoever was killed begins anew and finds only what is left.
    """
    failpoint("rotate.step")
    header = t.keys.header(t.keys.ids[0])
    rows = t.rows(table.find, after=after, upto=upto, size=len(header), header=header)
    values, unreadable = 0, []
    for row_id, *found in rows:
        for column, save, was in zip(table.columns, table.save, found, strict=True):
            if was is None or bytes(was[: len(header)]) == header:
                continue
            place = (table.name, str(row_id), column.removesuffix("_sealed"))
            try:
                sealed = t.seal(t.unseal(bytes(was), *place), *place)
            except (KeysWrong, Tampered):
                unreadable.append(f"{table.name} {row_id}")
                continue
            values += t.run(save, row=row_id, was=bytes(was), sealed=sealed)
    failpoint("rotate.sealed")
    return Step(values=values, after=rows[-1][0] if len(rows) == AT_ONCE else upto, unreadable=tuple(unreadable))


def left(t: Transaction) -> dict[str, dict[str, int]]:
    """What the older keys are still needed for: by key id, how many values of which table. All ids are there."""
    patiently(t)
    return {key_id: dict(_of(t, t.keys.header(key_id))) for key_id in t.keys.ids[1:]}


def _of(t: Transaction, header: bytes) -> Iterator[tuple[str, int]]:
    for table in TABLES:
        rows = (t.one(count, size=len(header), header=header) for count in table.count)
        if number := sum(row[0] for row in rows if row):
            yield table.name, number


def begin(t: Transaction, *, by: str, now: datetime) -> None:
    """Journal that somebody encrypts everything anew with the newest key."""
    _journalled(t, "keys.rotation_began", by=by, now=now)


def retire(t: Transaction, *, by: str, now: datetime) -> None:
    """Nothing is sealed with the older keys any more: the next start does not ask for them."""
    t.run(_RETIRE, newest=f"canary:{t.keys.ids[0]}")
    _journalled(t, "keys.rotated", by=by, now=now)
    failpoint("rotate.retired")


def _journalled(t: Transaction, action: str, *, by: str, now: datetime) -> None:
    newest, *older = t.keys.ids
    detail: dict[str, str | int | bool | None] = {"instead_of": " ".join(older)}
    journal(t, Entry(at=now, actor=by, action=action, subject=f"key:{newest}", detail=detail))
