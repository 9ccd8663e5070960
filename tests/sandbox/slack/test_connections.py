"""Socket Mode's connections: disconnects, drops, several processes, and deliveries that go wrong."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Manifest

BUTTON = {"type": "button", "action_id": "reply", "text": {"type": "plain_text", "text": "Reply"}, "value": "m_1"}
CARD = [{"type": "actions", "block_id": "card", "elements": [BUTTON]}]


def bolt(running) -> AsyncApp:
    config = running.slack.config
    client = AsyncWebClient(token=config.bot_token, base_url=running.api_url, retry_handlers=[])
    app = AsyncApp(client=client, signing_secret=config.signing_secret, process_before_response=True)
    app.seen = []
    return app


@contextlib.asynccontextmanager
async def connected(running, app: AsyncApp):
    handler = AsyncSocketModeHandler(app, running.slack.config.app_token, ping_interval=0.2)
    await handler.connect_async()
    await wait(lambda: running.slack.courier.connected)
    try:
        yield handler
    finally:
        await handler.close_async()


async def wait(condition, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


def kinds(running, kind: str) -> list[dict[str, Any]]:
    return running.slack.journal.rows(kind=kind)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_client_comes_back_after_a_disconnect(slack, alice, reason):
    """Disconnect frames make the SDK open a new connection, and deliveries go on."""
    app = bolt(slack)

    @app.event("message")
    async def heard(body):
        app.seen.append(body)

    async with connected(slack, app):
        assert (await alice.act("admin", do="disconnect_socket", reason=reason))["asked"] == 1
        await wait(lambda: len([row for row in kinds(slack, "socket") if row["what"] == "open"]) == 2)
        await alice.post("C0NURSING", "still there?")
        await wait(lambda: app.seen)


async def test_dropped_sockets_are_reopened(slack, alice):
    """A connection that breaks without a word is replaced by the SDK, and a lost event is delivered again."""
    app = bolt(slack)

    @app.event("message")
    async def heard(body):
        app.seen.append(body)

    async with connected(slack, app):
        assert (await alice.act("admin", do="drop_sockets"))["dropped"] == 1
        await wait(lambda: slack.slack.courier.connected)
        await alice.post("C0NURSING", "again")
        await wait(lambda: app.seen)


async def test_each_payload_goes_to_one_of_the_connections(slack, alice):
    """Two processes share the deliveries; none gets a payload the other had."""
    first, second = bolt(slack), bolt(slack)

    def listen(app: AsyncApp) -> None:
        @app.event("message")
        async def heard(body):
            app.seen.append(body["event"]["text"])

    listen(first)
    listen(second)
    async with connected(slack, first), connected(slack, second):
        await wait(lambda: slack.slack.courier.connected == 2)
        for number in range(12):
            await alice.post("C0NURSING", f"n{number}")
        await wait(lambda: len(first.seen) + len(second.seen) == 12)
    assert first.seen
    assert second.seen
    assert not set(first.seen) & set(second.seen)


async def listener(running):
    """An app that keeps what it hears and presses that reach it."""
    app = bolt(running)

    @app.event("message")
    async def heard(body):
        app.seen.append(body["event_id"])

    @app.action("reply")
    async def press(ack):
        await ack()
        app.seen.append("press")

    return app


async def test_a_lost_ack_is_a_retry_of_the_same_event(slack, alice):
    """lost_ack: the app heard the event, Slack did not hear the ack, and sends it again."""
    app = await listener(slack)
    async with connected(slack, app):
        await alice.act("faults", faults=[{"kind": "lost_ack", "method": "event", "times": 1}])
        await alice.post("C0NURSING", "hello")
        await wait(lambda: len(app.seen) == 2)
    assert len(set(app.seen)) == 1


async def test_a_lost_ack_of_a_press_is_a_triangle_though_it_worked(slack, call, alice):
    """lost_ack on an interaction: the person is warned, the app acted all the same."""
    app = await listener(slack)
    async with connected(slack, app):
        await alice.act("faults", faults=[{"kind": "lost_ack", "method": "interaction", "times": 1}])
        result = await alice.press("reply", channel="C0NURSING", ts=await call.post(blocks=CARD))
    assert (result["acked"], app.seen[-1]) == (False, "press")


async def test_a_late_event_is_overtaken(slack, alice):
    """late_event: the first message is heard after the second."""
    app = bolt(slack)

    @app.event("message")
    async def heard(event):
        app.seen.append(event["text"])

    async with connected(slack, app):
        await alice.act("faults", faults=[{"kind": "late_event", "method": "event", "times": 1, "seconds": 0.2}])
        await alice.post("C0NURSING", "first")
        await alice.post("C0NURSING", "second")
        await wait(lambda: len(app.seen) == 2)
    assert app.seen == ["second", "first"]


async def test_sockets_dropped_under_an_event(slack, alice):
    """socket_drop: the connection goes instead of the event, which comes on the next one."""
    app = await listener(slack)
    async with connected(slack, app):
        await alice.act("faults", faults=[{"kind": "socket_drop", "method": "event", "times": 1}])
        await alice.post("C0NURSING", "hello")
        await wait(lambda: slack.slack.journal.rows(kind="ack"))
    assert slack.slack.journal.rows(kind="ack")[0]["why"] == "no_connection"


async def test_an_app_without_interactivity_gets_no_presses(start, caller, visit):
    """With interactivity off in the manifest a press is a warning and nothing is delivered."""
    running = await start(manifest=Manifest(scopes=frozenset({"chat:write"})))
    ts = await caller(running).post(blocks=CARD)
    assert (await visit(running).press("reply", channel="C0NURSING", ts=ts))["acked"] is False
    assert kinds(running, "triangle")[0]["why"] == "interactivity_disabled"
    assert not kinds(running, "delivery")
