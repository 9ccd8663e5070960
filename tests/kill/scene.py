"""What surrounds a journey: tokens, marks in the journals, quiet, and what our own database says afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pysqlite3

import storage
from bot.cli.desk import load_practice
from tests import history, world
from tests.kill.people import Nurse
from tests.kill.stage import Service, Stage

_numbers = count(1)


def new_token() -> str:
    """A word that stands in one event only."""
    return f"tok{next(_numbers)}"


async def delivered(nurse: Nurse, token: str, channel: str = "C0NURSING") -> bool:
    """Whether the card says that the family has the answer."""
    card = await nurse.card(token, channel)
    return card is not None and "elivered to the portal" in world.words(card)


async def settled(stage: Stage, database: str, *, within: float = 30, soon: float = 10) -> None:
    """Wait until nothing is on its way any more, nor will be within `soon` seconds."""

    async def idle() -> bool:
        return not waiting(database, soon=soon) and await stage.events_taken()

    try:
        await world.until(idle, what="an empty outbox", within=within)
    except AssertionError as error:
        error.add_note(f"{waiting(database, soon=soon)[:20]}")
        unclear = rows(database, "SELECT what, lane, code, attempts FROM deliveries WHERE state = 'unclear'")
        error.add_note(f"in doubt: {unclear[:20]}")
        error.add_note(f"{[e for e in await stage.control('events') if not e['outcome']][:5]}")
        raise


def waiting(database: str, *, soon: float) -> list[Any]:
    """Deliveries that are under way, or will be in so many seconds.

    A card that will only look different by itself, late or shrunk, is not waited for: ten thousand do so all the time.
    An answer behind one in doubt goes when a person has judged that one, and until then is not on its way.
    """
    until = int((time.time() + soon) * 1_000_000)
    return rows(
        database,
        "SELECT what, state, lane, code, attempts FROM deliveries d"
        f" WHERE state = 'sending' OR (state = 'pending' AND not_before < {until}"
        " AND (fold IS NULL OR fold NOT LIKE '%:later') AND NOT EXISTS"
        " (SELECT 1 FROM deliveries o WHERE o.lane = d.lane AND o.what = 'reply' AND o.n < d.n AND o.state = 'unclear'))",
    )


def an_hour_passes(database: str) -> None:
    """Whatever waits for its next try may go now: after six tries that is an hour, and nobody waits that long here."""
    now = int(time.time() * 1_000_000)
    sql = (
        f"UPDATE deliveries SET not_before = {now} WHERE state = 'pending' AND not_before > {now}"
        " AND (fold IS NULL OR fold NOT LIKE '%:later')"
    )
    with _connected(database) as connection:
        connection.execute(sql)


class Mark:
    """Where the journals end now."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._slack, self._portal = stage.slack_journal.stat().st_size, _size(stage.portal_journal)

    def read(self) -> history.History:
        """What has happened since."""
        stage = self._stage
        return history.read(stage.slack_journal, stage.portal_journal, slack_from=self._slack, portal_from=self._portal)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def rows(database: str, sql: str) -> list[Any]:
    """Read our own database directly."""
    with _connected(database) as connection:
        return list(connection.execute(sql).fetchall())


@contextmanager
def _connected(database: str) -> Iterator[Any]:
    """A connection of one's own; what was done on it is committed."""
    if database.startswith("sqlite"):
        with closing(pysqlite3.connect(database.removeprefix("sqlite:///"), timeout=10)) as connection, connection:
            yield connection
    else:
        with psycopg.connect(database) as connection:
            yield connection


async def breaches(database: str) -> list[str]:
    """What `portaldesk verify` would say."""
    keys = storage.keyring_for(database, world.KEYS)
    store = storage.open_store(database, keys, load_practice=load_practice)
    try:
        return [f"{b.invariant}: {b.sentence} {' '.join(b.ids)}" for b in await store.read(storage.verify)]
    finally:
        await store.close()


_ACTS = """
SELECT CASE action WHEN 'reply.status' THEN 'reply.delivered' ELSE action END, COUNT(*) FROM journal j
WHERE action <> 'reply.status' OR detail_json LIKE '%"delivered"%' AND NOT EXISTS (
    SELECT 1 FROM journal d WHERE d.action = 'reply.delivered' AND d.subject = j.subject)
GROUP BY 1
"""


def journalled(database: str, acts: Iterable[str]) -> dict[str, int]:
    """How many rows of each of these acts the journal has. An answer's arrival is also what the portal said first."""
    found = dict(rows(database, _ACTS))
    return {act: found.get(act, 0) for act in acts}


def report(service: Service) -> str:
    """The end of what the service said, for a failed test."""
    return service.log.read_text(errors="replace")[-4000:] if service.log.exists() else ""
