"""An event that ends the service whenever it is read: after a few lives it is shown unread, and holds up nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.domain.suspect import MOST
from tests import world
from tests.kill import scene
from tests.kill.conftest import BOTH
from tests.kill.people import Nurse
from tests.kill.stage import Stage
from tests.ports import free_port

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize("how", ["kill", "hang"])
@pytest.mark.parametrize("backend", BOTH)
async def test_what_ends_the_service_each_time_is_set_aside(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, backend: str, how: str
):
    """The first life is not careful and dies; then each one counts it before it reads it; the last one does not read."""
    database, when, hits = fresh(backend), tmp_path / "when", tmp_path / "hits"
    deadly = ["--failpoint", f"webhook.parse:{how}:1", "--hangs", "4", "--when", str(when), "--hits", str(hits)]
    lives = [deadly] * (MOST + 1) + [["--hits", str(hits)]]
    service = play.service(database, lives=lives)
    poison, other = scene.new_token(), scene.new_token()
    await service.start()
    try:
        await play.ready(service)
        when.touch()
        await play.write(poison)

        async def set_aside() -> bool:
            return scene.rows(database, "SELECT state FROM inbox") == [("quarantined",)]

        await world.until(set_aside, what="the event to be set aside", within=60)
        await play.write(other)
        await world.until(lambda: Nurse(play).card(other), what="the next one's card", within=40)
        await scene.settled(play, database)
    finally:
        await service.end()
    assert service.deaths == MOST + 1, scene.report(service)
    assert await Nurse(play).card(poison) is None
    assert scene.rows(database, "SELECT COUNT(*) FROM suspicions") == [(MOST + 1,)]  # kept: it is not read again either
    assert await scene.breaches(database) == []


@pytest.mark.parametrize("backend", BOTH)
async def test_what_waits_and_ends_the_service_leaves_the_message_that_it_waits_for(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path, backend: str
):
    """From the second time on the message is taken in alone; what is set aside in the end is what had waited."""
    database, when = fresh(backend), tmp_path / "when"
    deaths = (2, 2, 3, 3)  # at which reading: the message and what waits; from the third life on it is looked for first
    lives = [["--failpoint", f"webhook.parse:kill:{nth}", "--when", str(when)] for nth in deaths]
    service = play.service(database, lives=[*lives, []])
    token = scene.new_token()
    poison = {"message_id": f"m-{token}", "at": "2026-11-22T19:09:00Z"}

    def states() -> list[tuple[str, str]]:
        return sorted(scene.rows(database, "SELECT type, state FROM inbox"))

    async def waits() -> bool:
        return [state for _, state in states()] == ["waiting"]

    async def both_are_settled() -> bool:
        return [state for _, state in states()] == ["quarantined", "done"]

    await service.start()
    try:
        await play.ready(service)
        await play.control(
            "events", {"type": "portal.message.withdrawn", "data": poison, "id": "evt-poison", "retry": True}
        )
        await world.until(waits, what="an event that waits")
        when.touch()
        await play.write(token)
        await world.until(both_are_settled, what="the message and what had waited for it", within=60)
        await world.until(lambda: Nurse(play).card(token), what="the message's card", within=40)
        await scene.settled(play, database)
    finally:
        await service.end()
    assert service.deaths == len(deaths), scene.report(service)
    assert scene.rows(database, "SELECT COUNT(*) FROM suspicions") == [(0,)]
    assert await scene.breaches(database) == []


@pytest.mark.postgres
async def test_it_ends_two_replicas_and_is_set_aside_all_the_same(
    play: Stage, fresh: Callable[[str], str], tmp_path: Path
):
    """The portal tries again at whichever stands, so both die of it in turn: each may, once, before it is careful."""
    database, when = fresh("postgres"), tmp_path / "when"
    deadly = ["--failpoint", "webhook.parse:kill:1", "--when", str(when)]
    services = [play.service(database, port=free_port(), options=deadly) for _ in range(2)]
    poison, others = scene.new_token(), [scene.new_token() for _ in range(3)]
    door = await asyncio.start_server(Balancer([service.port for service in services]).passes, "127.0.0.1", play.port)
    try:
        for service in services:
            await service.start()
            await play.ready(service)
        when.touch()
        await play.write(poison)

        async def set_aside() -> bool:
            return scene.rows(database, "SELECT state FROM inbox") == [("quarantined",)]

        await world.until(set_aside, what="the event to be set aside", within=90)
        deaths = [service.deaths for service in services]
        when.unlink()
        for service in services:  # whoever lives now would die of any event
            await service.end()
            service.wanted = True
            await service.start()
            await play.ready(service)
        for token in others:
            await play.write(token)
        for token in others:
            await world.until(lambda token=token: Nurse(play).card(token), what="another one's card", within=40)
        await scene.settled(play, database)
    finally:
        door.close()
        for service in services:
            await service.end()
    assert MOST <= sum(deaths) <= MOST + len(services), [scene.report(service) for service in services]
    assert await Nurse(play).card(poison) is None
    assert scene.rows(database, "SELECT COUNT(DISTINCT event_hash) FROM suspicions") == [(1,)]
    assert await scene.breaches(database) == []


class Balancer:
    """Passes each connection on to the next service that can be reached, as what stands in front of replicas does."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports

    async def passes(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in self._ports:
            self._ports = [*self._ports[1:], self._ports[0]]
            with suppress(OSError):
                there, on = await asyncio.open_connection("127.0.0.1", self._ports[0])
                await asyncio.gather(_pipe(reader, on), _pipe(there, writer))
                return
        writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
