"""A Slack that is away fills no log: the first failure is told, then one line a minute with how many there were."""

from __future__ import annotations

import asyncio
import io
import json

import aiohttp
import pytest

from bot import log
from bot.connection import Connection, Seldom, slack_app, web_client
from bot.sandbox.slack.parcel import Parcel
from bot.settings import Settings
from bot.slack.members import Workspace
from tests.journeys.conftest import blank_sqlite, database, desk, open_desk
from tests.ports import free_port
from tests.postgres import empty_postgres_url, postgres_server, postgres_url
from tests.world import World, message

__all__ = ["blank_sqlite", "database", "desk", "empty_postgres_url", "open_desk", "postgres_server", "postgres_url"]


def test_the_first_is_said_and_then_one_a_minute():
    """Failing each second for three minutes: four lines, and the counts add up to all that were told so far."""
    seldom = Seldom(every=60)
    said = [(second, count) for second in range(181) if (count := seldom.failed(1_000.0 + second))]
    assert said == [(0, 1), (60, 60), (120, 60), (180, 60)]


async def test_a_slack_that_is_away_is_logged_once_within_a_minute():
    """Nobody listens at Slack's address: it is tried again and again, and told once."""
    stream = io.StringIO()
    undo = log.set_up(form="json", stream=stream)
    settings = Settings(
        slack_bot_token="xoxb-sandbox-bot",
        slack_app_token="xapp-1-A0PORTAL-sandbox",
        slack_api_url=f"http://127.0.0.1:{free_port()}/api/",
    )
    dead: list[str] = []
    try:
        async with aiohttp.ClientSession() as session:
            app = slack_app(web_client(settings, session), settings, Workspace())
            connection = Connection(app, settings, on_dead=dead.append, dead_after=2.5)
            await connection.open()
            async with asyncio.timeout(30):
                while not dead:
                    await asyncio.sleep(0.05)
            await connection.close()
    finally:
        undo()
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    (line,) = [line for line in told if line["event"] == "socket.not-open"]
    assert (line["level"], line["count"]) == ("warning", 1)


@pytest.mark.parametrize(
    "misshapen",
    [
        Parcel("interactive", {"type": "view_submission", "view": None}),
        Parcel("interactive", {"type": "view_closed", "view": {"callback_id": "reply"}}),
        Parcel("interactive", {"type": "block_actions", "actions": []}),
        Parcel("events_api", {"type": "event_callback", "event": None}),
    ],
    ids=lambda parcel: str(parcel.payload["type"]),
)
async def test_what_has_no_shape_is_acknowledged_and_dropped(desk: World, misshapen: Parcel):
    """Through the socket there is no status to refuse it with; unacknowledged it would come again, or show a triangle."""
    ack = await desk.slack.slack.courier.interact(misshapen)
    assert ack.good
    await desk.write(message())
    assert (await desk.reply(await desk.card("Ear drops and swimming"), "Stop the drops.")).get("closed")
