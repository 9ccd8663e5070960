"""A handled conversation as a form: every row that it left, and what in them is another's in each copy.

Its ids, the portal's ids and its times are cut out of the rows and of the sealed words. A copy puts its own in, and all
is hashed and sealed for its new place, as the service would have done it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from storage.crypto import Keyring, Lookup
from storage.tables import conversations, deliveries, inbox, journal, messages, places, replies, windows
from storage.types import Moment

TABLES = (inbox, conversations, messages, replies, windows, places, deliveries, journal)
LINK = frozenset(
    {"n", "sealed_at", "prev_hash", "hash", "mac"}
)  # whoever writes the copies down numbers and chains them
_OURS = re.compile(rb"\b[a-z]_[0-9a-f]{30}\b")
_SHA = slice(2, 34)  # where the hash of an event's body stands in what the inbox seals

Parts = Sequence[bytes | int]  # what stays, and which name comes between
Found = Mapping[str, Sequence[Mapping[str, Any]]]  # a conversation's rows, by table


@dataclass(slots=True)
class Copy:
    """One copy in the making: its own names, in the order of the form's; how much later (µs) it was; its number.

    `words` are the names as text.
    """

    names: Sequence[bytes]
    shift: int
    number: int
    words: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.words = [name.decode() for name in self.names]

    def told(self, parts: Parts) -> bytes:
        """Words with the copy's names in them."""
        return b"".join([part if type(part) is bytes else self.names[part] for part in parts])


Fill = Callable[[Copy], Any]


@dataclass(frozen=True, slots=True)
class Form:
    """The rows of one conversation. `ours` and `theirs` are the names to be replaced, in this order."""

    ours: tuple[bytes, ...]
    theirs: tuple[bytes, ...]
    first: int
    last: int
    rows: Sequence[tuple[str, list[Any], Sequence[tuple[int, Fill]]]] = field(repr=False)

    def names(self, shift: int, theirs: Sequence[bytes]) -> list[bytes]:
        """A copy's names: ours are made anew, so much later."""
        noise = os.urandom(8 * len(self.ours)).hex().encode()
        made = [
            b"%b%014x%b" % (old[:2], int(old[2:16], 16) + shift, noise[16 * n : 16 * n + 16])
            for n, old in enumerate(self.ours)
        ]
        return [*made, *theirs]

    def copy(self, copy: Copy, into: Mapping[str, list[list[Any]]]) -> None:
        """Add the copy's rows to those of their tables."""
        for table, plain, fills in self.rows:
            row = plain.copy()
            for place, fill in fills:
                row[place] = fill(copy)
            into[table].append(row)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes forms, and seals and hashes their copies. `theirs`: the portal's ids, by the column of their hash."""

    keys: Keyring
    lookup: Lookup

    def form(self, found: Found, theirs: Mapping[str, str]) -> Form:
        """The form of a conversation."""
        rows = [(table, row) for table in TABLES for row in found[table.name]]
        texts = [value.encode() for _, row in rows for value in row.values() if isinstance(value, str)]
        ours = sorted({name for text in texts for name in _OURS.findall(text)}, key=lambda name: name[2:])
        place = found["places"][0]
        others = tuple(name.encode() for name in (*theirs.values(), place["key"], place["ts"]))
        cut = _cutter([*ours, *others])
        first = found["messages"][0]["received_at"]
        return Form(
            ours=tuple(ours),
            theirs=others,
            first=first,
            last=max(row["at"] for row in found["journal"]),
            rows=[(table.name, list(row.values()), self._fills(table, row, theirs, cut)) for table, row in rows],
        )

    def _fills(
        self, table: Table, row: Mapping[str, Any], theirs: Mapping[str, str], cut: Callable[[bytes], Parts]
    ) -> Sequence[tuple[int, Fill]]:
        fills: list[tuple[int, Fill]] = []
        for n, column in enumerate(table.columns):
            value, name = row[column.name], column.name
            if value is None or name in LINK:
                continue
            if name == "number":
                fills.append((n, lambda copy: copy.number))
            elif name.endswith("_sealed"):
                fills.append((n, self._sealed(table.name, row["id"], name.removesuffix("_sealed"), value, cut)))
            elif name in theirs:
                fills.append((n, self._hashed(name.removesuffix("_hash"), row["portal"], theirs[name], value, cut)))
            elif isinstance(column.type, Moment):
                fills.append((n, lambda copy, value=value: value + copy.shift))
            elif isinstance(value, str) and len(parts := cut(value.encode())) and parts != [value.encode()]:
                fills.append((n, _text(parts)))
        return tuple(fills)

    def _sealed(self, table: str, row: str, column: str, value: bytes, cut: Callable[[bytes], Parts]) -> Fill:
        seal, at = self.keys.seal, _text(cut(row.encode()))
        words = cut(self.keys.open(value, table, row, column))
        if column == "event":
            return lambda copy: seal(_hashed_anew(copy.told(words)), table, at(copy), column)
        return lambda copy: seal(copy.told(words), table, at(copy), column)

    def _hashed(self, kind: str, portal: str, theirs: str, value: bytes, cut: Callable[[bytes], Parts]) -> Fill:
        lookup, name = self.lookup, _text(cut(theirs.encode()))
        assert lookup(kind, portal, theirs) == value, kind
        return lambda copy: lookup(kind, portal, name(copy))


def _text(parts: Parts) -> Fill:
    if len(parts) == 1 and isinstance(parts[0], int):
        only = parts[0]
        return lambda copy: copy.words[only]
    return lambda copy: copy.told(parts).decode()


def _cutter(names: Sequence[bytes]) -> Callable[[bytes], Parts]:
    places = {name: n for n, name in enumerate(names)}
    pattern = re.compile(b"(" + b"|".join(map(re.escape, names)) + b")")
    return lambda words: [places.get(part, part) for part in pattern.split(words) if part]


def _hashed_anew(event: bytes) -> bytes:
    """An event of the inbox with the hash of its body as it is now."""
    raw = _SHA.stop + 2 + int.from_bytes(event[_SHA.stop : _SHA.stop + 2], "big")
    return b"".join((event[: _SHA.start], hashlib.sha256(event[raw:]).digest(), event[_SHA.stop :]))
