"""After an end that was none, the event that was being read is blamed for it, and none that came beside it."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.cli.desk import load_practice
from bot.domain import suspect
from bot.domain.store import Store, StoreTooSlow, StoreUnavailable
from bot.domain.suspect import MOST, Care
from handlers.careful import OthersFirst, SingleFile
from storage.crypto import new_key, parse
from storage.schema import upgrade
from storage.store import open_store
from tests.world import until

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
EVENTS = tuple(f"evt-{n}" for n in range(8))
Life = Callable[[], SingleFile]


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    upgrade(url)
    opened = open_store(url, parse(new_key()), load_practice=load_practice)
    yield opened
    await opened.close()


@pytest.fixture
def life(store: Store) -> Life:
    """Begins one life of the service after an end that was none."""
    lives = itertools.count()
    return lambda: SingleFile(store=store, life=f"life-{next(lives)}", care=lambda: Care(NOW + timedelta(minutes=10)))


def plenty() -> float:
    return 5.0


async def read(file: SingleFile, event: str, *, portal: str = "main", left: Callable[[], float] = plenty) -> bool:
    async with file.passing(portal=portal, event_id=event, now=NOW, left=left) as times:
        return times <= MOST


async def ends_in_the_middle(file: SingleFile, events: tuple[str, ...] = EVENTS) -> None:
    """These events arrive together; the service ends while it reads the first."""
    reading = asyncio.Event()

    async def arrive(event: str) -> None:
        async with file.passing(portal="main", event_id=event, now=NOW, left=plenty):
            reading.set()
            await asyncio.Event().wait()

    arrived = [asyncio.create_task(arrive(event)) for event in events]
    await reading.wait()
    for task in arrived:
        task.cancel()
    await asyncio.gather(*arrived, return_exceptions=True)


async def test_only_what_was_being_read_is_blamed(life: Life):
    """Of eight events that come together each time, the one that was read at each end is set aside, and no other."""
    for _ in range(MOST):
        await ends_in_the_middle(life())
    file = life()
    assert await asyncio.gather(*(read(file, event) for event in EVENTS)) == [False] + [True] * 7
    assert not await read(life(), EVENTS[0])  # taken in unread: whoever sends it once more ends nothing


async def refused(file: SingleFile) -> None:
    """The database is away while an event is taken in."""
    with suppress(StoreUnavailable):
        async with file.passing(portal="main", event_id="evt", now=NOW, left=plenty) as times:
            assert times <= MOST
            raise StoreUnavailable("away")


async def test_a_database_that_comes_and_goes_is_no_end_of_the_service(life: Life):
    """However often the portal sends an event that cannot be stored, in one life it counts once."""
    file = life()
    for _ in range(MOST + 2):
        await refused(file)
    assert await read(file, "evt")


async def test_nor_is_it_one_from_life_to_life(life: Life, store: Store):
    """A slow database blames no event, whichever replica it comes to, and however often the service is ended well."""
    for _ in range(MOST + 2):
        file = life()
        await refused(file)
        await file.forgive()
    assert not await store.read(suspect.known, portal="main", event_id="evt")


async def test_what_is_still_at_work_is_not_forgiven(life: Life, store: Store):
    """It may be what hangs: whoever ends the service then must find its count."""
    file, goes_on = life(), threading.Event()
    await refused(file)
    with pytest.raises(StoreUnavailable):
        await store.run(lambda _: goes_on.wait(20), within=0.1)
    await file.forgive()
    assert await store.read(suspect.known, portal="main", event_id="evt")
    goes_on.set()
    await until(lambda: _nothing_at_work(store), what="an act that ends after all")
    await file.forgive()
    assert not await store.read(suspect.known, portal="main", event_id="evt")


async def _nothing_at_work(store: Store) -> bool:
    return not store.forsaken()


async def test_what_waits_too_long_is_asked_for_again(life: Life):
    """An event behind one that hangs is answered 503 in time, counts for nothing, and is read when it comes again."""
    file = life()
    async with file.passing(portal="main", event_id="slow", now=NOW, left=plenty):
        with pytest.raises(OthersFirst):
            await read(file, "behind", left=lambda: 0.05)
    assert await read(file, "behind")


async def test_one_portals_backlog_does_not_hold_up_another(life: Life):
    """Of a hundred events from one portal, one is before the other portal's first."""
    file, passed = life(), []

    async def pass_by(portal: str, event: str) -> None:
        assert await read(file, event, portal=portal)
        passed.append(portal)

    many = [asyncio.create_task(pass_by("busy", f"evt-{n}")) for n in range(100)]
    await asyncio.sleep(0)
    await pass_by("quiet", "evt")
    assert passed.count("busy") <= 2
    await asyncio.gather(*many)


async def test_afterwards_they_come_side_by_side(store: Store):
    """With no such end, or when the careful time is over, nobody waits for another."""
    for care in (Care(), Care(NOW)):
        file = SingleFile(store=store, life="calm", care=lambda care=care: care)
        async with file.passing(portal="main", event_id="one", now=NOW, left=plenty):
            assert await read(file, "other")


async def test_what_has_a_count_is_counted_also_when_nobody_is_careful_any_more(life: Life, store: Store):
    """A portal waits for hours from try to try; the others go side by side meanwhile."""
    await ends_in_the_middle(life())
    calm = SingleFile(store=store, life="calm", care=lambda: Care(suspects=True))
    async with calm.passing(portal="main", event_id=EVENTS[1], now=NOW, left=plenty):
        assert await read(calm, EVENTS[2])
    for n in range(MOST - 1):
        calm_too = SingleFile(store=store, life=f"calm-{n}", care=lambda: Care(suspects=True))
        await ends_in_the_middle(calm_too, EVENTS[:1])
    assert not await read(calm, EVENTS[0])
    assert not await read(calm, EVENTS[0])
    await calm.clear(portal="main", event_id=EVENTS[0])
    assert await read(calm, EVENTS[0])


async def test_a_count_that_could_not_go_at_once_goes_later(life: Life, store: Store):
    """The event is stored by then; what it is counted with may be slow to write."""
    file, goes_on = life(), threading.Event()
    async with file.passing(portal="main", event_id="evt", now=NOW, left=plenty):
        held = asyncio.create_task(store.run(lambda _: goes_on.wait(20)))
        await asyncio.sleep(0.1)
    assert await store.read(suspect.known, portal="main", event_id="evt")
    goes_on.set()
    await held
    await file.forgive()
    assert not await store.read(suspect.known, portal="main", event_id="evt")


@pytest.mark.parametrize("careful", [False, True])
async def test_an_event_that_is_at_work_still_is_not_begun_again(life: Life, store: Store, careful: bool):
    """One that hangs whenever it is read would take one thread of the store after the other; others go on meanwhile."""
    file, goes_on = life() if careful else SingleFile(store=store, life="calm", care=Care), threading.Event()
    with pytest.raises(StoreTooSlow):
        async with file.passing(portal="main", event_id="hangs", now=NOW, left=plenty):
            await store.run(lambda _: goes_on.wait(20), within=0.1)
    with pytest.raises(OthersFirst):
        await read(file, "hangs")
    goes_on.set()
    await until(lambda: _nothing_at_work(store), what="an act that ends after all")
    assert await read(file, "hangs")
