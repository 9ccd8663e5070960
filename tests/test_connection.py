"""A Slack that is away fills no log: the first failure is told, then one line a minute with how many there were."""

from __future__ import annotations

import asyncio
import io
import json

import aiohttp

from bot import log
from bot.connection import Connection, Seldom, slack_app, web_client
from bot.settings import Settings
from bot.slack.members import Workspace
from tests.ports import free_port


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
