"""PostgreSQL goes away in the middle of things: connections ended, the server crashed; and comes back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import world
from tests.kill import scene
from tests.kill.journeys import JOURNEYS, judge
from tests.kill.points import AT_START
from tests.kill.stage import Stage
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.kill, pytest.mark.postgres, pytest.mark.asyncio(loop_scope="module")]

CASES = (  # all of them: make chaos
    ("dropdb", "webhook.before_store:1"),
    ("dropdb", "store.before_commit:1"),
    ("dropdb", "store.before_commit:3"),
    ("dropdb", "store.after_commit:1"),
    ("dropdb", "reply.before_settle:1"),
    ("restartdb", "store.before_commit:1"),
    ("restartdb", "slack.after_post:1"),
)


def command(server: PostgresServer, database: str) -> list[str]:
    """How the service under test loses its database (tests/kill/database.py)."""
    inner = server._server
    socket = inner.get_postmaster_info().socket_dir
    name = database.partition("?")[0].rpartition("/")[2]
    return [
        sys.executable, "-m", "tests.kill.database", server.url(), name, str(inner.bin_path / "pg_ctl"),
        str(inner.pgdata), inner.system_user or "", f'-h "" -k {socket}', str(inner.log),
    ]  # fmt: skip


def options(server: PostgresServer, database: str) -> list[str]:
    return [f"--database={part}" for part in command(server, database)]


@pytest.mark.parametrize(("action", "at"), CASES, ids=[f"{action}-{at}" for action, at in CASES])
async def test_the_job_is_done_though_the_database_was_lost(
    play: Stage,
    fresh: Callable[[str], str],
    postgres_server: PostgresServer,
    tmp_path: Path,
    action: str,
    at: str,
):
    """The database is lost exactly there: one card, one answer, nothing acknowledged that was not kept."""
    await lose(play, fresh("postgres"), postgres_server, tmp_path, action=action, at=at)


async def lose(
    play: Stage,
    database: str,
    server: PostgresServer,
    tmp_path: Path,
    *,
    action: str,
    at: str,
    journey: str = "answered",
) -> None:
    """A journey with one loss of the database."""
    hits, when = tmp_path / "hits", tmp_path / "when"
    name, _, nth = at.partition(":")
    once = ["--failpoint", f"{name}:{action}:{nth}", "--hits", str(hits), "--when", str(when)]
    service = play.service(database, once=[*once, *options(server, database)])
    mark, token = scene.Mark(play), scene.new_token()
    if name.startswith(AT_START):
        when.touch()
    await service.start()
    try:
        await play.ready(service)
        when.touch()
        await JOURNEYS[journey].play(play, token)
        await world.until(lambda: _lost(hits, name), what="the loss", within=30)  # another thread may be faster
        await scene.settled(play, database)
    finally:
        await service.end()
    assert f"!{action} {name}" in hits.read_text()
    assert service.deaths == 0, scene.report(service)
    await judge(JOURNEYS[journey], mark, token, database)


async def _lost(hits: Path, name: str) -> bool:
    return f"!done {name}" in hits.read_text()
