"""The stand-in as its own process, and what it leaves behind."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

import aiohttp
import pytest

from bot.sandbox.slack import ConfigFault, SlackConfig, serve

MANIFEST = """
display_information: {name: Portal Desk}
features:
  app_home: {home_tab_enabled: true, messages_tab_enabled: true}
  bot_user: {display_name: Portal Desk}
  slash_commands: [{command: /portal, description: x}]
oauth_config: {scopes: {bot: [chat:write, users:read]}}
settings:
  event_subscriptions: {bot_events: [app_home_opened]}
  interactivity: {is_enabled: true}
"""
CONFIG = """
manifest: app.yml
users: [{id: U0ALICE, name: alice, real_name: Alice Moreno}]
channels: [{id: C0NURSING, name: nursing, members: [U0ALICE]}]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "app.yml").write_text(MANIFEST)
    (tmp_path / "slack.yml").write_text(CONFIG)
    return tmp_path


async def begin(folder, *more):
    command = [sys.executable, "-m", "bot.sandbox", "slack", "--config", str(folder / "slack.yml"), "--limits", "off"]
    files = ["--journal", str(folder / "journal.jsonl"), "--state", str(folder / "state.json")]
    process = await asyncio.create_subprocess_exec(*command, *files, *more, stdout=asyncio.subprocess.PIPE)
    line = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
    return process, line["api"]


async def post(session, api, text):
    headers = {"Authorization": "Bearer xoxb-sandbox-bot"}
    body = {"channel": "C0NURSING", "text": text, "metadata": {"event_type": "d", "event_payload": {"id": text}}}
    async with session.post(f"{api}chat.postMessage", json=body, headers=headers) as response:
        return await response.json()


async def test_the_journal_survives_a_kill(folder, session):
    """After kill -9 the journal has a whole line for every post that was answered."""
    process, api = await begin(folder)
    for number in range(20):
        assert (await post(session, api, f"n{number}"))["ok"]
    process.kill()
    await process.wait()
    rows = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    posts = [row for row in rows if row["kind"] == "api" and row["applied"]]
    assert [row["args"]["metadata"]["event_payload"]["id"] for row in posts] == [f"n{number}" for number in range(20)]


async def test_the_workspace_is_there_again_after_a_restart(folder, session):
    """With --state messages survive a clean end and a new start."""
    process, api = await begin(folder)
    ts = (await post(session, api, "remember"))["ts"]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    process, api = await begin(folder)
    human = api.replace("/api/", "/_human/messages")
    async with session.get(human, params={"as": "U0ALICE", "channel": "C0NURSING"}) as response:
        found = (await response.json())["messages"]
    process.terminate()
    await process.wait()
    assert [message["ts"] for message in found] == [ts]


async def test_a_wrong_configuration_is_one_sentence(folder):
    """Unknown names in the configuration end the process with status 2 and words."""
    (folder / "slack.yml").write_text("chanels: []")
    command = [sys.executable, "-m", "bot.sandbox", "slack", "--config", str(folder / "slack.yml")]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"unknown chanels" in said


async def test_only_loopback(folder):
    """Other interfaces are refused, and so is a missing manifest."""
    with pytest.raises(ConfigFault, match="loopback"):
        await serve(SlackConfig(host="0.0.0.0"))
    with pytest.raises(ConfigFault, match="no manifest"):
        await serve(SlackConfig(manifest=folder / "none.yml"))


async def test_the_manifest_decides(folder):
    """Scopes, events, commands and tabs come from the manifest."""
    app = SlackConfig.read(folder / "slack.yml").ready().app
    assert app.scopes == {"chat:write", "users:read"}
    assert (app.events, app.commands, app.home_tab) == ({"app_home_opened"}, ("/portal",), True)


async def test_aiohttp_is_the_only_server(start):
    """The stand-in answers unknown paths with 404, not with an error."""
    running = await start()
    async with aiohttp.ClientSession() as session, session.get(running.url) as response:
        assert response.status == 404
