"""The disk is full, or PostgreSQL is stopped for a while: everybody is told, nothing counts, and it passes by itself."""

from __future__ import annotations

import asyncio
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.sandbox.portal.signature import signed_headers
from bot.slack import sentence
from tests import world
from tests.kill import scene
from tests.kill.people import Nurse, offers
from tests.kill.practice import written
from tests.kill.stage import Service, Stage
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.kill, pytest.mark.asyncio(loop_scope="module")]

MANY = 400  # events, of which the disk is full before the last

_EACH = "SELECT c.relname FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE relkind = 'r'"
_EACH += " AND s.nspname = 'public'"
_FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$
"""
_TRIGGER = "CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {} FOR EACH STATEMENT EXECUTE FUNCTION full_disk()"


class SmallDisk:
    """The kernel lets the service's files grow so far and no further, as a quota does."""

    def __init__(self, service: Service, database: str) -> None:
        self._service = service
        self._log = Path(database.removeprefix("sqlite:///") + "-wal")

    async def begin(self) -> None:
        self._limit(self._log.stat().st_size + 200_000)

    async def worsen(self) -> None:
        self._limit(self._log.stat().st_size)

    async def end(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        resource.prlimit(self._service.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class FullServer:
    """Whatever is written meets what PostgreSQL says when a file cannot grow: SQLSTATE 53100."""

    def __init__(self, database: str) -> None:
        self._database = database

    async def begin(self) -> None:
        with psycopg.connect(self._database) as connection:
            connection.execute(_FULL)
            for (table,) in connection.execute(_EACH).fetchall():
                connection.execute(_TRIGGER.format(table))

    async def worsen(self) -> None:
        """It cannot be worse."""

    async def end(self) -> None:
        with psycopg.connect(self._database) as connection:
            connection.execute("DROP FUNCTION full_disk CASCADE")


class StoppedServer:
    """The server is stopped, as for a change of its settings, and started again."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    async def begin(self) -> None:
        await asyncio.to_thread(self._server.control, "-m", "fast", "stop")

    async def worsen(self) -> None:
        """It cannot be worse."""

    async def end(self) -> None:
        await asyncio.to_thread(self._server.start)


async def send(stage: Stage, token: str) -> tuple[int, str | None]:
    """Send one event by hand; status and Retry-After of the answer."""
    event = written(token)
    raw = json.dumps({"type": event["type"], "timestamp": event["timestamp"], "data": event["data"]}).encode()
    headers = signed_headers(world.SECRET, webhook_id=event["id"], now=time.time(), content=raw)
    url = f"http://127.0.0.1:{stage.port}/portal/main/events"
    async with stage.http.post(url, data=raw, headers={"Content-Type": "application/json", **headers}) as response:
        return response.status, response.headers.get("Retry-After")


async def unready(stage: Stage) -> str:
    """Why the service says that it cannot work; "" when it can."""
    async with stage.http.get(f"http://127.0.0.1:{stage.port}/readyz") as response:
        told: dict[str, Any] = await response.json()
        return str(told.get("detail", ""))


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("small-disk", "disk is full"),
        pytest.param("full-server", "disk is full", marks=pytest.mark.postgres),
        pytest.param("stopped-server", "does not answer", marks=pytest.mark.postgres),
    ],
)
async def test_everybody_is_told_and_it_passes_by_itself(
    play: Stage, fresh: Callable[[str], str], request: pytest.FixtureRequest, trouble: str, says: str
):
    """503 with Retry-After and no effect, a sentence for each press, the reason in /readyz; afterwards all is there."""
    database = fresh("sqlite" if trouble == "small-disk" else "postgres")
    service = play.service(database, options=["--every", "disk=0.5"])
    await service.start()
    server: Any = None if trouble == "small-disk" else request.getfixturevalue("postgres_server")
    made = {
        "small-disk": lambda: SmallDisk(service, database),
        "full-server": lambda: FullServer(database),
        "stopped-server": lambda: StoppedServer(server),
    }[trouble]()
    try:
        await play.ready(service)
        first = scene.new_token()
        assert (await send(play, first))[0] == 202
        await world.until(lambda: Nurse(play).card(first), what="the first card")
        view = await _window(play, first)
        await made.begin()
        tokens, refused = [scene.new_token() for _ in range(MANY)], []
        for token in tokens:
            status, wait = await send(play, token)
            assert (status, wait) in ((202, None), (503, "10"))
            refused += [token] if status == 503 else []
            if len(refused) == 3:
                break
        assert len(refused) == 3
        await made.worsen()  # by now for the smallest act as well
        await world.until(lambda: _says(play, says), what="the reason in /readyz", within=15)
        await _everything_is_answered(play, first, view)
        await made.end()
        await play.ready(service)
        for token in refused:
            assert (await send(play, token))[0] == 202
        taken = tokens[: tokens.index(refused[-1]) + 1]
        await Nurse(play).answer(first, f"Answer to {first}")
        await world.until(lambda: scene.delivered(Nurse(play), first), what="the receipt", within=30)
        await world.until(lambda: _all_there(play, taken), what="every card", within=60)
        await scene.settled(play, database, soon=1)
        if "full" in says:
            await world.until(lambda: _told(play), what="the alarm", within=20)
    finally:
        await service.end()
    assert service.deaths == 0, scene.report(service)
    assert ".bug" not in scene.report(service)
    assert await scene.breaches(database) == []
    assert play.board.twice() == []
    assert scene.rows(database, "SELECT COUNT(*) FROM replies") == [(1,)]


async def _window(play: Stage, token: str) -> dict[str, Any]:
    nurse = Nurse(play)
    card = await nurse.card(token)
    assert card is not None
    where = {"channel": "C0NURSING", "ts": card["ts"], "as": nurse.slack}
    await play.human("press", **where, **world.button(card, "Reply"))

    async def opened() -> Any:
        return (await play.look("views", **{"as": nurse.slack}))["views"]

    return (await world.until(opened, what="the window"))[-1]


async def _everything_is_answered(play: Stage, token: str, view: dict[str, Any]) -> None:
    """A press on a card, a command, Home, and Send: each says why it did nothing."""
    nurse = Nurse(play)
    card = await nurse.card(token)
    assert card is not None
    assert offers("Take it")(card)
    where = {"channel": "C0NURSING", "ts": card["ts"], "as": nurse.slack}
    pressed = await play.human("press", **where, **world.button(card, "Take it"))
    assert pressed["acked"]
    sent = await play.human(
        "submit", view_id=view["id"], values=world.filled(view, "reply_text", "Too early."), **{"as": nurse.slack}
    )
    assert sent["errors"] == {world.text_block(view): sentence.DATABASE_AWAY}
    await play.human("close", view_id=view["id"], **{"as": nurse.slack})

    async def told() -> bool:
        shown = (await play.look("messages", channel="C0NURSING", **{"as": nurse.slack}))["messages"]
        return any(m["ephemeral"] and sentence.NOT_READY in world.words(m) for m in shown)

    await world.until(told, what="the sentence for whoever pressed", within=15)


async def _says(play: Stage, words: str) -> bool:
    return words in await unready(play)


async def _all_there(play: Stage, tokens: list[str]) -> bool:
    nurse = Nurse(play)
    return all([await nurse.card(token) is not None for token in tokens])


async def _told(play: Stage) -> bool:
    shown = (await play.look("messages", channel="D0PAT", **{"as": "U0PAT"}))["messages"]
    return any("disk was full or" in world.words(m) for m in shown)
