"""A message and an event about it that come at the same moment: the event never waits for what is there."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from bot.cli.desk import load_practice
from bot.domain.receive import Signed, Taken, receive
from bot.domain.store import Records
from bot.portals import webhook
from storage.crypto import parse
from storage.store import open_store
from tests.journeys.conftest import OpenDesk
from tests.world import KEYS, message

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
AT = "2026-11-22T19:09:00Z"
CREATED = message(n="1")
ABOUT = [
    message(n="1", version=2, body={"format": "plain", "text": "She has a fever now"})
    | {"type": "portal.message.updated"},
    {"type": "portal.message.withdrawn", "timestamp": AT, "data": {"message_id": "m-1", "at": AT}},
    {"type": "portal.message.handled_elsewhere", "timestamp": AT, "data": {"message_id": "m-1", "at": AT, "by": "x"}},
    {"type": "portal.thread.closed", "timestamp": AT, "data": {"thread_id": "t-1", "at": AT}},
]


class Pausing:
    """Records whose first look for the message, or for its thread, finds nothing, and then takes its time."""

    def __init__(self, records: Records, looked: threading.Event, goes_on: threading.Event) -> None:
        self._records, self._looked, self._goes_on = records, looked, goes_on

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    def _first(self, found: Any) -> Any:
        if not self._looked.is_set():
            assert not found
            self._looked.set()
            self._goes_on.wait(1.0)  # who waits for our lock cannot tell us to go on
        return found

    def message_of(self, **which: str) -> Any:
        return self._first(self._records.message_of(**which))

    def conversations_of_thread(self, **which: str) -> Any:
        return self._first(self._records.conversations_of_thread(**which))


def signed(event: Mapping[str, Any], event_id: str) -> Signed:
    raw = json.dumps(event).encode()
    return Signed(portal="main", event_id=event_id, sha256=hashlib.sha256(raw).digest(), raw=raw)


def read(raw: bytes, arrived: datetime) -> Any:
    return webhook.read(raw, arrived)


@pytest.mark.parametrize("event", ABOUT, ids=[event["type"] for event in ABOUT])
@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
async def test_nothing_waits_for_what_is_there(
    open_desk: OpenDesk, database: str, event: Mapping[str, Any], isolation: str
):
    """Whichever is first, the other one sees it, at two replicas, and whatever isolation the server has by itself."""
    if database.startswith("postgres"):
        with psycopg.connect(database, autocommit=True) as connection:
            name = connection.execute("SELECT quote_ident(current_database())").fetchone()
            connection.execute(f"ALTER DATABASE {name[0]} SET default_transaction_isolation = '{isolation}'")
    desk = await open_desk()
    store, other = desk.service.store, open_store(database, parse(KEYS), load_practice=load_practice)
    looked, goes_on = threading.Event(), threading.Event()

    def about(records: Records) -> Any:
        return receive(Pausing(records, looked, goes_on), signed=signed(event, "evt-about"), read=read, now=NOW)  # type: ignore[arg-type]

    changing = asyncio.create_task(other.run(about))
    await asyncio.to_thread(looked.wait, 10)
    created = await store.run(receive, signed=signed(CREATED, "evt-created"), read=read, now=NOW)
    goes_on.set()
    assert (created.taken, (await changing).taken) == (Taken.STORED, Taken.STORED)
    await other.close()
    assert await desk.rows("SELECT state FROM inbox") == [("done",), ("done",)]
