"""Bolt's real AsyncApp behind signed HTTP."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.http_mode import signature

BUTTON = {"type": "button", "action_id": "reply", "text": {"type": "plain_text", "text": "Reply"}, "value": "m_1"}
SELECT = {"type": "external_select", "action_id": "who", "min_query_length": 0}
CARD = [{"type": "actions", "block_id": "card", "elements": [BUTTON, SELECT]}]


@contextlib.asynccontextmanager
async def listening(answer):
    """Any handler at /slack/events; its address."""
    app = web.Application()
    app.router.add_post("/slack/events", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@pytest.fixture
async def pair(start):
    """A stand-in that posts to a Bolt app, and the app."""
    running = await start(deliver="http", bot_url="http://127.0.0.1:9/slack/events")
    config = running.slack.config
    client = AsyncWebClient(token=config.bot_token, base_url=running.api_url, retry_handlers=[])
    app = AsyncApp(client=client, signing_secret=config.signing_secret, process_before_response=True)
    app.seen = []

    async def answer(request):
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    async with listening(answer) as url:
        running.slack.courier.post.bot_url = url
        yield running, app


async def test_everything_arrives_signed(pair, caller, visit):
    """Events, presses, options and commands pass Bolt's signature check and are answered."""
    running, app = pair
    alice, call = visit(running), caller(running)

    @app.event("message")
    async def heard(event):
        app.seen.append(("message", event["text"]))

    @app.action("reply")
    async def press(ack, body):
        await ack()
        app.seen.append(("press", body["user"]["id"]))

    @app.options("who")
    async def offer(ack):
        await ack(options=[{"text": {"type": "plain_text", "text": "Lee"}, "value": "lee"}])

    @app.command("/portal")
    async def portal(ack, command):
        await ack({"response_type": "in_channel", "text": f"done {command['text']}"})

    await alice.post("C0NURSING", "hello")
    ts = await call.post(blocks=CARD)
    assert (await alice.press("reply", channel="C0NURSING", ts=ts))["acked"]
    where = {"channel": "C0NURSING", "ts": ts, "block_id": "card", "action_id": "who"}
    assert (await alice.act("options", query="", **where))["options"][0]["value"] == "lee"
    assert (await alice.command("C0NURSING", "/portal now"))["answer"]["text"] == "done now"
    assert ("message", "hello") in app.seen
    assert ("press", "U0ALICE") in app.seen
    assert [message["text"] for message in await alice.messages("C0NURSING")][-1] == "done now"


async def test_the_address_is_verified(pair, visit):
    """url_verification is answered by Bolt with the challenge."""
    running, _ = pair
    assert (await visit(running).act("admin", do="challenge"))["verified"] is True


async def test_a_wrong_signature_is_refused_by_the_app(pair, session):
    """What is signed with another secret gets 401 from Bolt: the stand-in's own signatures are what makes it pass."""
    running, _ = pair
    body = b'{"type":"event_callback"}'
    headers = {"Content-Type": "application/json", "X-Slack-Request-Timestamp": "1795529520"}
    headers["X-Slack-Signature"] = signature("other", "1795529520", body)
    async with session.post(running.slack.courier.post.bot_url, data=body, headers=headers) as response:
        assert response.status == 401


async def test_retries_are_numbered_with_a_reason(start, visit):
    """An event answered 500 comes again with X-Slack-Retry-Num and -Reason until it is taken."""
    seen = []

    async def answer(request):
        seen.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        return web.Response(status=500 if len(seen) < 3 else 200)

    async with listening(answer) as url:
        running = await start(deliver="http", bot_url=url)
        await visit(running).post("C0NURSING", "hello")
        for _ in range(100):
            if len(running.slack.journal.rows(kind="ack")) == 3:
                break
            await visit(running).look("state")
            await asyncio.sleep(0.01)
    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error")]


@pytest.mark.parametrize("status", [404, 500, 302])
async def test_a_press_answered_otherwise_than_200_is_a_triangle(start, caller, visit, status):
    """Anything but 200 warns the person."""

    async def answer(request):
        return web.Response(status=status)

    async with listening(answer) as url:
        running = await start(deliver="http", bot_url=url)
        ts = await caller(running).post(blocks=CARD)
        result = await visit(running).press("reply", channel="C0NURSING", ts=ts)
    assert result["acked"] is False
    assert running.slack.journal.rows(kind="triangle")


async def test_no_retry_is_obeyed(start, visit):
    """X-Slack-No-Retry: 1 on an error ends the retries."""

    async def answer(request):
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    async with listening(answer) as url:
        running = await start(deliver="http", bot_url=url)
        await visit(running).post("C0NURSING", "hello")
        await asyncio.sleep(0.4)
    assert len(running.slack.journal.rows(kind="delivery")) == 1


async def test_socket_mode_is_off_then(pair, session):
    """With HTTP delivery apps.connections.open is refused."""
    running, _ = pair
    headers = {"Authorization": f"Bearer {running.slack.config.app_token}"}
    async with session.post(f"{running.api_url}apps.connections.open", headers=headers) as response:
        assert (await response.json())["ok"] is False
