"""The only module that calls Slack: one call, once, and every answer put into its class."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.poster import ANSWER_LIMIT, Poster
from bot.slack.seen import CARD_EVENT
from bot.slack.verdict import Called, Verdict

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
Ask = Callable[[Answer], Awaitable[Poster]]


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    """A poster at a Slack that answers as told."""
    async with aiohttp.ClientSession() as session:
        runners: list[web.AppRunner] = []

        async def ask(answer: Answer) -> Poster:
            app = web.Application()
            app.router.add_route("*", "/api/{method}", answer)
            runner = web.AppRunner(app)
            await runner.setup()
            runners.append(runner)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            return Poster(client(session, port), limit=timedelta(seconds=0.5))

        yield ask
        for runner in runners:
            await runner.cleanup()


def client(session: aiohttp.ClientSession, port: int) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-t", base_url=f"http://127.0.0.1:{port}/api/", session=session, retry_handlers=[])


@pytest.mark.parametrize(
    ("status", "raw", "verdict", "code"),
    [
        (200, b'{"ok": true, "ts": "1.2"}', Verdict.DONE, ""),
        (200, b'{"ok": false, "error": "ratelimited"}', Verdict.LIMITED, "ratelimited"),
        (429, b"", Verdict.LIMITED, "ratelimited"),
        (200, b'{"ok": false, "error": "is_archived"}', Verdict.CHANNEL, "is_archived"),
        (200, b'{"ok": false, "error": "token_revoked"}', Verdict.TOKEN, "token_revoked"),
        (200, b'{"ok": false, "error": "invalid_blocks"}', Verdict.CONTENT, "invalid_blocks"),
        (200, b'{"ok": false, "error": "message_not_found"}', Verdict.GONE, "message_not_found"),
        (
            200,
            b'{"ok": false, "error": "restricted_action_read_only_channel"}',
            Verdict.CHANNEL,
            "restricted_action_read_only_channel",
        ),
        (200, b'{"ok": false, "error": "no_permission"}', Verdict.CHANNEL, "no_permission"),
        (200, b'{"ok": false, "error": "org_login_required"}', Verdict.TOKEN, "org_login_required"),
        (200, b'{"ok": false, "error": "message_limit_exceeded"}', Verdict.REFUSED, "message_limit_exceeded"),
        (200, b'{"ok": false, "error": "fatal_error"}', Verdict.UNSURE, "fatal_error"),
        (200, b'{"ok": false}', Verdict.UNSURE, "http_200"),
        (200, b"<html>maintenance</html>", Verdict.UNSURE, "http_200"),
        (200, b"[" * 100_000, Verdict.UNSURE, "http_200"),
        (200, b'"\xff"', Verdict.UNSURE, "http_200"),
        (200, b"", Verdict.UNSURE, "http_200"),
        (500, b'{"ok": true}', Verdict.UNSURE, "http_500"),
        (503, b'{"ok": false, "error": "invalid_blocks"}', Verdict.UNSURE, "invalid_blocks"),
    ],
)
async def test_every_answer_has_a_class(ask: Ask, status: int, raw: bytes, verdict: Verdict, code: str):
    """Whatever Slack or something before it answers is done, refused for a reason, or may have been done."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, body=raw, content_type="application/json")

    called = await (await ask(answer)).call("chat.postMessage", channel="C1")
    assert (called.verdict, called.code) == (verdict, code)


async def test_an_answer_without_an_end_is_not_read_to_its_end(ask: Ask):
    """Whatever stands in Slack's place cannot fill the memory: what it did is in doubt."""
    sent = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        endless = web.StreamResponse()
        await endless.prepare(request)
        while sent < 8 * ANSWER_LIMIT:
            await endless.write(bytes(1024 * 1024))
            sent += 1024 * 1024
        return endless

    poster = await ask(answer)
    poster._more["timeout"] = aiohttp.ClientTimeout(total=60)  # its length ends it, not the time
    called = await poster.call("conversations.history", read=True)
    assert (called.verdict, called.code) == (Verdict.UNSURE, "too_long")
    assert sent < 3 * ANSWER_LIMIT


async def test_a_limit_is_obeyed_as_told(ask: Ask):
    """Retry-After is how long to wait, for an hour at most; one that is no number counts as a second."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": request.match_info["method"]})

    slack = await ask(answer)
    assert [(await slack.call(told)).wait for told in ("30", "soon", "9" * 40)] == [30.0, 1.0, 3600.0]


async def test_a_message_leaves_as_slack_wants_it(ask: Ask):
    """JSON in UTF-8 with our token, the key in the metadata; half of a character is no reason to fail."""
    seen: list[tuple[str, str, dict]] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append((request.headers["Authorization"], request.content_type, json.loads(await request.read())))
        return web.json_response({"ok": True, "ts": "1.2"})

    called = await (await ask(answer)).post("C1", {"text": "Zoë \ud83d"}, key="k1")
    assert called == Called(verdict=Verdict.DONE, data={"ok": True, "ts": "1.2"})
    authorization, kind, body = seen[0]
    assert (authorization, kind) == ("Bearer xoxb-t", "application/json")
    assert body["text"] == "Zoë \ud83d"
    assert body["metadata"]["event_payload"] == {"key": "k1"}
    assert "thread_ts" not in body


async def test_reading_asks_with_get(ask: Ask):
    """A look back asks in the address, page by page, until our key is found."""
    asked: list[dict[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        assert request.method == "GET"
        asked.append(dict(request.query))
        ours = {"ts": "5.0", "metadata": {"event_type": CARD_EVENT, "event_payload": {"key": "k1"}}}
        more = {"messages": [{"ts": "9.0"}], "response_metadata": {"next_cursor": "n="}}
        return web.json_response({"ok": True} | ({"messages": [ours]} if "cursor" in request.query else more))

    found = await (await ask(answer)).find("C1", key="k1", since=4.5)
    assert found.data == {"ts": "5.0"}
    assert [page.get("cursor") for page in asked] == [None, "n="]
    assert asked[0]["oldest"] == "4.500000"


async def test_a_page_that_fails_is_asked_for_again(ask: Ask):
    """A look back over many pages goes on from the page that Slack stumbled over; one that never comes ends it."""
    asked: list[str] = []
    failing = 3

    async def answer(request: web.Request) -> web.Response:
        page = request.query.get("cursor", "0")
        asked.append(page)
        if asked.count(page) <= failing:
            return web.json_response({"ok": False, "error": "internal_error"})
        ours = (
            [{"ts": "5.0", "metadata": {"event_type": CARD_EVENT, "event_payload": {"key": "k1"}}}]
            if page == "2"
            else []
        )
        return web.json_response(
            {"ok": True, "messages": ours, "response_metadata": {"next_cursor": str(int(page) + 1)}}
        )

    found = await (await ask(answer)).find("C1", key="k1", since=4.5)
    assert found.data == {"ts": "5.0"}
    assert asked == ["0"] * 4 + ["1"] * 4 + ["2"] * 4
    failing = 99
    assert (await (await ask(answer)).find("C1", key="k1", since=4.5)).verdict is Verdict.UNSURE
    assert asked[12:] == ["0"] * 5


async def test_a_look_goes_on_where_the_one_before_ended(ask: Ask):
    """Slack goes away in the middle of a long channel: the next look reads what is left, and what came meanwhile."""
    asked: list[dict[str, str]] = []
    channel = [
        {"ts": f"{n}.000000", "metadata": {"event_type": CARD_EVENT, "event_payload": {"key": f"k{n}"}}}
        for n in range(1000, 1100)
    ]
    most = 3

    async def answer(request: web.Request) -> web.Response:
        query = request.query
        asked.append(dict(query))
        if len(asked) > most:
            return web.json_response({"ok": False, "error": "ratelimited"})
        since, until = float(query["oldest"]), float(query.get("latest", 9e9))
        there = [m for m in reversed(channel) if since <= float(str(m["ts"])) <= until]
        start = int(query.get("cursor", 0))
        more = {"response_metadata": {"next_cursor": str(start + 20)}} if start + 20 < len(there) else {}
        return web.json_response({"ok": True, "messages": there[start : start + 20], **more})

    poster = await ask(answer)
    assert (await poster.find("C1", key="k1001", since=1000)).verdict is Verdict.LIMITED
    channel.append({"ts": "1100.000000", "metadata": {"event_type": CARD_EVENT, "event_payload": {"key": "k1100"}}})
    most = 99
    asked.clear()
    assert (await poster.find("C1", key="k1001", since=1000)).data == {"ts": "1001.000000"}
    assert [(page["oldest"], page.get("latest")) for page in asked] == [
        ("1089.000000", None),
        ("1000.000000", "1040.000000"),
        ("1000.000000", "1040.000000"),
    ]
    asked.clear()
    assert (await poster.find("C1", key="k1100", since=1000)).data == {"ts": "1100.000000"}
    assert asked == []
    for _ in range(2):  # the first one reads the end that nobody needed so far
        assert (await poster.find("C1", key="none", since=1000)).data == {}
    assert [page["oldest"] for page in asked] == ["1090.000000", "1000.000000", "1090.000000"]


async def test_what_was_taken_away_is_not_found(ask: Ask):
    """A card that people or we took away is looked for anew, not told from what was read before."""
    there = [{"ts": "5.0", "metadata": {"event_type": CARD_EVENT, "event_payload": {"key": "k1"}}}]

    async def answer(request: web.Request) -> web.Response:
        match request.match_info["method"]:
            case "chat.delete":
                there.clear()
            case "chat.update":
                return web.json_response({"ok": False, "error": "message_not_found"})
        return web.json_response({"ok": True, "messages": there})

    poster = await ask(answer)
    assert (await poster.find("C1", key="k1", since=1)).data == {"ts": "5.0"}
    await poster.delete("C1", "5.0")
    assert (await poster.find("C1", key="k1", since=1)).data == {}
    there.append({"ts": "6.0", "metadata": {"event_type": CARD_EVENT, "event_payload": {"key": "k1"}}})
    assert (await poster.find("C1", key="k1", since=1)).data == {"ts": "6.0"}
    there.clear()
    await poster.update("C1", "6.0", {})
    assert (await poster.find("C1", key="k1", since=1)).data == {}


async def test_what_another_app_wrote_is_not_ours(ask: Ask):
    """Any app may copy our metadata into a message of its own, or put in what it likes."""
    ours = {"event_type": CARD_EVENT, "event_payload": {"key": "k1"}}
    there = [
        {"ts": "9.0", "bot_id": "B0OTHER", "metadata": ours},
        {"ts": "8.0", "bot_id": "B0OURS", "metadata": ours | {"event_type": "other"}},
        {"ts": "7.0", "bot_id": "B0OURS", "metadata": ours | {"event_payload": {"key": "k1" * 40_000}}},
    ]

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"ok": True, "messages": there})

    poster = await ask(answer)
    poster.bot_id = "B0OURS"
    assert (await poster.find("C1", key="k1", since=1)).data == {}
    assert (await poster.find("C1", key="k1" * 40_000, since=1)).data == {}
    assert await poster.standing("C1", since=1) == {}
    there.append({"ts": "10.0", "bot_id": "B0OURS", "metadata": ours})
    assert (await poster.find("C1", key="k1", since=1)).data == {"ts": "10.0"}


async def test_a_refused_connection_is_unsent_and_a_lost_answer_unsure(ask: Ask):
    """Only when no byte can have left may it be sent again without a look; silence and a cut line are doubt."""

    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async def silent(_: web.Request) -> web.Response:
        await asyncio.sleep(2)
        return web.Response()

    async with aiohttp.ClientSession() as session:
        nobody = await Poster(client(session, 1)).call("chat.postMessage")
    assert (nobody.verdict, nobody.code) == (Verdict.UNSENT, "unreachable")
    assert (await (await ask(cut)).call("chat.postMessage")).verdict is Verdict.UNSURE
    late = await (await ask(silent)).call("chat.postMessage")
    assert (late.verdict, late.code) == (Verdict.UNSURE, "timeout")
