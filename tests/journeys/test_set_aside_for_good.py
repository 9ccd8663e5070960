"""An event that was set aside because it ended the service each time: a portal that sends it once more ends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import failpoint
from bot.cli.desk import load_practice
from bot.domain import suspect
from bot.domain.suspect import MOST
from storage.crypto import parse
from storage.store import open_store
from tests.journeys.conftest import OpenDesk
from tests.world import KEYS, PRACTICE, message, world

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
COUNTS = "SELECT COUNT(*) FROM suspicions"


@pytest.fixture
def readings() -> Iterator[list[str]]:
    """Each time that this process reads an event."""
    seen: list[str] = []
    failpoint.arm(lambda name: seen.append(name) if name == "webhook.parse" else None)
    yield seen
    failpoint.arm(None)


async def ended(database: str, *, times: int) -> None:
    """Lives of the service that ended while they read this event."""
    store = open_store(database, parse(KEYS), load_practice=load_practice)
    for n in range(times):
        await store.run(suspect.count, portal="main", event_id="evt-poison", life=f"dead-{n}", now=NOW)
    await store.close()


async def test_what_was_set_aside_is_never_read(open_desk: OpenDesk, database: str, readings: list[str]):
    """Not when it is set aside, not when its answer was lost, not when the vendor sends the last hours once more."""
    await ended(database, times=MOST)
    desk = await open_desk()
    for _ in range(3):
        assert (await desk.event(message(n="1"), "evt-poison"))[1]["status"] == "quarantined"
    assert readings == []
    assert await desk.rows(COUNTS) == [(MOST + 1,)]
    assert (await desk.event(message(n="2"), "evt-2"))[1]["status"] == "stored"
    assert len(readings) == 1
    assert await desk.rows(COUNTS) == [(MOST + 1,)]


@pytest.mark.parametrize(("times", "read"), [(MOST, 1), (2 * MOST - 1, 1), (2 * MOST, 0), (2 * MOST + 5, 0)])
async def test_what_is_known_is_read_a_few_times_more(
    open_desk: OpenDesk, database: str, tmp_path: Path, readings: list[str], times: int, read: int
):
    """To find what had waited for it. A reader that is new, and ends the service at what an older one could read, ends it
    so often and no more; the portal is told that its event is here."""
    practice = tmp_path / "first.yaml"
    practice.write_text(PRACTICE, encoding="utf-8")
    async with world(database, practice) as desk:
        assert (await desk.event(message(n="1"), "evt-poison"))[0] == 202
        await desk.quiet()
    readings.clear()
    await ended(database, times=times)
    desk = await open_desk()
    status, told = await desk.event(message(n="1"), "evt-poison")
    assert (status, told["status"], len(readings)) == (200, "stored", read)
    assert await desk.rows(COUNTS) == [(0 if read else times + 1,)]
