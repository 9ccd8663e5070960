"""The drill: a backup while the service works, the database lost, the backup put back (SAFETY I24)."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

import storage
from bot import settings
from bot.cli.db import put_back
from storage import chain, verify
from tests.journeys.conftest import OpenDesk
from tests.postgres import PostgresServer, postgres_tools
from tests.world import World, message, serving, words

THIRD = {
    "type": "portal.message.created",
    "timestamp": "2026-11-22T19:04:11Z",
    "data": {
        "schema": 1, "message_id": "m-third", "thread_id": "t-third", "kind": "general", "subject": "Third",
        "body": {"format": "plain", "text": "Third."}, "department": "NURSE",
        "sender": {"portal_user_id": "pu-9", "name": "Ana Ruiz", "relationship": "parent", "proxy_verified": True},
        "patient": {"id": "p-9", "name": "Leo Ruiz", "birth_date": "2019-01-02"},
    },
}  # fmt: skip


__all__ = ["postgres_tools"]


async def again(desk: World, backup: Path, request: pytest.FixtureRequest) -> None:
    """The service is lost; the backup takes the database's place, or with PostgreSQL fills a new one."""
    await desk.service.stop()
    if desk.database.startswith("postgresql"):
        server: PostgresServer = request.getfixturevalue("postgres_server")
        desk.environment["PORTALDESK_DATABASE_URL"] = server.fresh(schema=False)
    found = settings.read(desk.environment)
    _, parked = await asyncio.to_thread(put_back, found, backup, replace=found.database == "sqlite", by="cli:test")
    assert parked.answers == 1
    desk.service = serving(desk.environment, desk.clock)
    await desk.service.start()


async def test_nothing_that_was_sent_is_sent_again_by_itself(
    open_desk: OpenDesk, postgres_tools: None, tmp_path: Path, request: pytest.FixtureRequest
):
    """What left since the backup stays sent once; what was on its way waits for a person; the gap comes in again."""
    desk = await open_desk(portal={"receipts": "none"})
    await desk.write(message(n="1"))
    await desk.reply(await desk.card("No. 1"), "Answer before the backup.")
    await desk.replies(1)
    await desk.write(message(n="2", body={"format": "plain", "text": "Second question."}))
    second = await desk.card("Second question")
    await desk.trouble(rate=1, kinds=["error_503_before"])
    await desk.reply(second, "Answer in between.")
    await desk.card("Sending")
    await desk.quiet()
    backup = tmp_path / "backup"
    storage.backup(desk.database, backup)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    await desk.trouble(rate=0)
    await desk.later(hours=1)
    await desk.replies(2)
    assert (await desk.event(THIRD, "evt_third"))[0] == 202
    await desk.card("Third.")
    await again(desk, backup, request)
    await desk.card("Unclear")
    for _ in range(3):
        await desk.later(hours=2)
        await desk.quiet()
    said = [reply["body"]["text"] for reply in desk.shown()]
    assert said == ["Answer before the backup.", "Answer in between."]
    card = await desk.card("Unclear")
    assert "restored from a backup" in words(card)
    assert (await desk.event(THIRD, "evt_third"))[0] == 202
    await desk.quiet()
    assert await desk.rows("SELECT COUNT(*) FROM conversations") == [(3,)]
    await desk.press(card, "Mark delivered")
    await desk.card("elivered to the portal")
    assert (await desk.read(chain.walk)).breaks == ()
    assert await desk.read(verify) == []
    assert len(desk.shown()) == 2


async def test_a_backup_is_never_written_over_anything(open_desk: OpenDesk, postgres_tools: None, tmp_path: Path):
    """A name that is taken, a folder that is not there, a file that is no backup: a sentence each, nothing changed."""
    desk = await open_desk()
    taken = tmp_path / "taken"
    taken.write_text("mine")
    for target in (taken, tmp_path / "nowhere" / "backup"):
        with pytest.raises(storage.BackupRefused):
            storage.backup(desk.database, target)
    assert taken.read_text() == "mine"
    await desk.service.stop()
    for replace in (False, True):
        with pytest.raises(storage.BackupRefused):
            storage.restore(desk.database, taken, replace=replace, ready=print)
    desk.service = serving(desk.environment, desk.clock)
    await desk.service.start()
    await desk.write(message())
    await desk.card("Ear drops and swimming")
    assert not list(tmp_path.glob("*.part"))
