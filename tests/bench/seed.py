"""A long past in a new SQLite database: handled conversations of a real run, multiplied, encrypted and chained."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pysqlite3

from storage import chain, keyring_for
from storage.engine import connect
from storage.journal import proof
from storage.keyfile import unlock
from tests.bench.template import TABLES, Copy, Form, Maker

APART = 60_000_000  # µs between two messages: a million are two years
RECENT = 3600  # seconds since the last of them
FAMILY = 20  # messages of one family
_AT_ONCE = 2000  # conversations written together
_SECOND = 1_000_000
_VAULT = "SELECT name, value_sealed FROM vault WHERE name NOT LIKE 'journal:%'"  # the template's newest link is another
_OF = {
    "inbox": "id IN (SELECT substr(detail_json, instr(detail_json, '\"i_') + 1, 32) FROM journal WHERE subject = :id)",
    "conversations": "id = :id",
    "journal": "subject = :id",
}
_COLUMNS = {table.name: [column.name for column in table.columns] for table in TABLES}
_AT, _SEALED_AT, _PREV, _HASH, _MAC = (
    _COLUMNS["journal"].index(name) for name in ("at", "sealed_at", "prev_hash", "hash", "mac")
)


def theirs(number: int, family: int) -> dict[str, str]:
    """The portal's ids of a message, by the column that has their hash (tests.bench.load.event)."""
    return {
        "event_hash": f"w_past_{number:07}",  # of one length: the inbox seals it with its length
        "thread_hash": f"t-past-{number}",
        "message_hash": f"m-past-{number}",
        "account_hash": f"pu-{family}",
        "patient_hash": f"p-{family}",
    }


class Past:
    """Handled conversations of a real run, as forms, and the keys that they and their copies are sealed with."""

    def __init__(self, database: Path, keys: str, numbers: Sequence[int]) -> None:
        url = f"sqlite:///{database}"
        ring = keyring_for(url, keys)
        engine = connect(url)
        self._maker = Maker(ring, unlock(engine, ring))
        with closing(pysqlite3.connect(str(database))) as driver:
            driver.row_factory = pysqlite3.Row
            self._vault = [tuple(row) for row in driver.execute(_VAULT)]
            self._forms = [self._form(driver, number) for number in numbers]

    def _form(self, driver: Any, number: int) -> Form:
        names = theirs(number, number)
        hashed = self._maker.lookup("message", "main", names["message_hash"])
        about = driver.execute("SELECT conversation_id FROM messages WHERE message_hash = ?", (hashed,)).fetchone()[0]
        found = {}
        for table, columns in _COLUMNS.items():
            asked = f"SELECT {', '.join(columns)} FROM {table} WHERE {_OF.get(table, 'conversation_id = :id')}"
            found[table] = [dict(row) for row in driver.execute(asked, {"id": about})]
        return self._maker.form(found, names)

    def batches(self, count: int) -> Iterator[dict[str, list[list[Any]]]]:
        """The rows of so many copies by table, a batch at a time, numbered and chained, the oldest first."""
        begin = (int(time.time()) - RECENT) * _SECOND - count * APART
        families, link, sealed = max(1, count // FAMILY), chain.START, 0
        ages = {"journal": itertools.count(1), "deliveries": itertools.count(1)}
        for start in range(0, count, _AT_ONCE):
            rows: dict[str, list[list[Any]]] = {table: [] for table in _COLUMNS}
            for number in range(start, min(start + _AT_ONCE, count)):
                form = self._forms[number % len(self._forms)]
                shift = begin + number * APART - form.first
                others = [*theirs(number, number % families).values(), os.urandom(16).hex(), f"{number}.000001"]
                form.copy(Copy(form.names(shift, [name.encode() for name in others]), shift, number + 1), rows)
            for table, age in ages.items():
                for row in rows[table]:
                    row[0] = next(age)
            for row in rows["journal"]:
                sealed = max(sealed, row[_AT] + _SECOND)
                row[_SEALED_AT], row[_PREV] = sealed, link
                row[_MAC] = bytes(proof(self._maker.lookup.mac, row[_AT:_SEALED_AT]))
                row[_HASH] = link = self._maker.lookup.link(chain._told(link, row, sealed))
            yield rows

    def put(self, database: Path, count: int) -> None:
        """Write so many copies into that database, which has the schema and nothing in it."""
        with closing(pysqlite3.connect(str(database), isolation_level=None)) as driver:
            for promise in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1048576", "foreign_keys = OFF"):
                driver.execute(f"PRAGMA {promise}").fetchall()  # it is made in one go, or not at all
            driver.execute("BEGIN")
            driver.executemany("INSERT INTO vault (name, value_sealed) VALUES (?, ?)", self._vault)
            driver.execute("INSERT INTO counters (name, value) VALUES ('conversation', ?)", (count,))
            for rows in self.batches(count):
                for table, columns in _COLUMNS.items():
                    marks = ", ".join("?" * len(columns))
                    driver.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows[table])
            driver.execute("COMMIT")
            driver.execute("PRAGMA journal_mode = WAL").fetchall()
        with database.open("rb") as file:
            os.fsync(file.fileno())  # else the first commit of whoever is measured would wait for all of it


def some(database: Path, count: int) -> list[str]:
    """Ids of conversations, spread evenly over the past."""
    with closing(pysqlite3.connect(str(database))) as driver:
        least, most = driver.execute("SELECT MIN(number), MAX(number) FROM conversations").fetchone()
        numbers = [least + n * (most - least) // count for n in range(count)]
        asked = "SELECT id FROM conversations WHERE number = ?"
        return [driver.execute(asked, (number,)).fetchone()[0] for number in numbers]
