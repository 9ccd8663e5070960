"""Bolt's real AsyncApp over Socket Mode against the stand-in."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.slack.conftest import IMPATIENT

BUTTON = {"type": "button", "action_id": "reply", "text": {"type": "plain_text", "text": "Reply"}, "value": "m_1"}
CARD = [{"type": "actions", "block_id": "card", "elements": [BUTTON]}]


def modal(block_id: str = "words", **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "reply",
        "title": {"type": "plain_text", "text": "Reply to family"},
        "submit": {"type": "plain_text", "text": "Send"},
        "private_metadata": "w_1",
        "blocks": [
            {
                "type": "input",
                "block_id": block_id,
                "label": {"type": "plain_text", "text": "Reply"},
                "element": {"type": "plain_text_input", "action_id": "words"},
            }
        ],
        **more,
    }


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


async def test_a_press_opens_a_window_and_its_submission_closes_it(slack, call, alice):
    """A button's press, a window's opening and its submission work with an unmodified Bolt app."""
    app = bolt(slack)

    @app.action("reply")
    async def press(ack, body, client):
        await ack()
        app.seen.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.view("reply")
    async def send(ack, view):
        await ack()
        app.seen.append(view)

    async with connected(slack, app):
        ts = await call.post(blocks=CARD)
        result = await alice.press("reply", channel="C0NURSING", ts=ts)
        assert result["acked"] is True
        await wait(lambda: slack.slack.windows.stack("U0ALICE"))
        assert await alice.submit(words="Come at 3:40") == {
            "acked": True,
            "ms": pytest.approx(0, abs=1000),
            "closed": True,
        }
    body, view = app.seen
    assert body["actions"][0]["value"] == "m_1"
    assert body["message"]["ts"] == ts
    assert body["response_url"].startswith(slack.url)
    assert body["container"] == {"type": "message", "message_ts": ts, "channel_id": "C0NURSING", "is_ephemeral": False}
    assert view["state"]["values"] == {"words": {"words": {"type": "plain_text_input", "value": "Come at 3:40"}}}
    assert await alice.views() == []


async def test_errors_stand_under_their_fields(slack, call, alice):
    """`response_action: errors` keeps the window with words under the field, and the next submission clears them."""
    app, answers = bolt(slack), [{"words": "Too long"}, None]

    @app.action("reply")
    async def press(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.view("reply")
    async def send(ack):
        errors = answers.pop(0)
        await (ack(response_action="errors", errors=errors) if errors else ack())

    async with connected(slack, app):
        await alice.press("reply", channel="C0NURSING", ts=await call.post(blocks=CARD))
        await wait(lambda: slack.slack.windows.stack("U0ALICE"))
        assert (await alice.submit(words="x"))["errors"] == {"words": "Too long"}
        assert (await alice.top())["errors"] == {"words": "Too long"}
        assert (await alice.submit(words="y"))["closed"] is True


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"no_such_block": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "dance"},
        "thank you",
    ],
)
async def test_an_answer_slack_cannot_use_is_trouble_for_the_person(slack, call, alice, answer):
    """Answers to a submission are judged as strictly as Slack does: the window stays and the person is warned."""
    app = bolt(slack)

    @app.action("reply")
    async def press(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.view("reply")
    async def send(ack, body):
        from slack_bolt import BoltResponse

        body["ack"] = True
        ack.response = BoltResponse(status=200, body=answer)
        return ack.response

    async with connected(slack, app):
        await alice.press("reply", channel="C0NURSING", ts=await call.post(blocks=CARD))
        await wait(lambda: slack.slack.windows.stack("U0ALICE"))
        result = await alice.submit(words="x")
    assert "warning" in result
    assert len(await alice.views()) == 1
    assert kinds(slack, "triangle")


async def test_update_and_push_answers_change_the_stack(slack, call, alice):
    """A submission may redraw its window or lay another on it, and Cancel uncovers the one below."""
    app = bolt(slack)
    steps = [("update", modal("other")), ("push", modal("more", notify_on_close=True))]

    @app.action("reply")
    async def press(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.view("reply")
    async def send(ack):
        action, view = steps.pop(0)
        await ack(response_action=action, view=view)

    @app.view_closed("reply")
    async def closed(ack, body):
        await ack()
        app.seen.append(body)

    async with connected(slack, app):
        await alice.press("reply", channel="C0NURSING", ts=await call.post(blocks=CARD))
        await wait(lambda: slack.slack.windows.stack("U0ALICE"))
        first = (await alice.top())["id"]
        assert (await alice.submit(words="x"))["updated"] == first
        pushed = (await alice.submit(other="x"))["pushed"]
        assert [view["id"] for view in await alice.views()] == [first, pushed]
        assert (await alice.top())["previous_view_id"] == first
        assert (await alice.act("close", view_id=pushed))["told"] is True
    assert app.seen[0]["is_cleared"] is False
    assert app.seen[0]["view"]["state"]["values"] == {}
    assert [view["id"] for view in await alice.views()] == [first]


async def test_an_unacknowledged_press_is_a_triangle_and_is_not_repeated(start, caller, visit):
    """Interactions that no listener takes warn the person after the ack time and are delivered once."""
    slack = await start(timing=IMPATIENT)
    app = bolt(slack)
    async with connected(slack, app):
        ts = await caller(slack).post(blocks=CARD)
        result = await visit(slack).press("reply", channel="C0NURSING", ts=ts)
        await asyncio.sleep(0.3)
    assert result["acked"] is False
    assert "warning" in result
    assert [row["what"] for row in kinds(slack, "delivery")].count("interactive") == 1
    assert kinds(slack, "triangle")[0]["why"] == "timeout"


async def test_events_reach_the_app_and_its_own_are_ignored_by_bolt(slack, call, alice):
    """Messages, threads and Home visits become events with Slack's envelope."""
    app = bolt(slack)

    @app.event("message")
    async def heard(body):
        app.seen.append(body)

    @app.event("app_home_opened")
    async def visited(event, client):
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]})

    async with connected(slack, app):
        parent = await call.post()
        await alice.post("C0NURSING", "is <@U0LEE> in & well?", parent)
        await alice.act("open_home")
        await wait(lambda: len(app.seen) == 1 and "U0ALICE" in slack.slack.windows.homes)
    body = app.seen[0]
    assert body["event"]["thread_ts"] == parent
    assert body["event"]["text"] == "is <@U0LEE> in &amp; well?"
    assert body["event"]["channel_type"] == "channel"
    assert body["event_id"].startswith("Ev")
    assert (await alice.home())["type"] == "home"


async def test_an_event_nobody_takes_is_retried_with_its_id(start, visit):
    """Unacknowledged events come again with the same event_id, a number and a reason; then Slack gives up."""
    running = await start()
    alice = visit(running)
    await alice.post("C0NURSING", "hello")
    await wait(lambda: len(kinds(running, "delivery")) == 4)
    rows = kinds(running, "delivery")
    assert len({row["payload"]["event_id"] for row in rows}) == 1
    assert [row["attempt"] for row in rows] == [0, 1, 2, 3]


async def test_a_command_answers_only_its_writer(slack, alice):
    """A slash command's ack may carry a message that only the person sees."""
    app = bolt(slack)

    @app.command("/portal")
    async def portal(ack, command):
        app.seen.append(command)
        await ack(f"help for {command['text']}")

    async with connected(slack, app):
        result = await alice.command("C0PUBLIC", "/portal help")
    assert result["answer"]["text"] == "help for help"
    assert app.seen[0]["channel_id"] == "C0PUBLIC"
    assert app.seen[0]["user_id"] == "U0ALICE"
    assert [message["ephemeral"] for message in await alice.messages("C0PUBLIC")] == [True]


async def test_options_are_asked_for_and_only_offered_ones_can_be_chosen(slack, call, alice):
    """An external select shows what the app answers, from the least number of letters on, and nothing else can be picked."""
    app = bolt(slack)
    select = {"type": "external_select", "action_id": "who", "min_query_length": 2}
    blocks = [{"type": "actions", "block_id": "pick", "elements": [select]}]

    @app.options("who")
    async def offer(ack, body):
        option = {"text": {"type": "plain_text", "text": body["value"]}, "value": f"v-{body['value']}"}
        await ack(options=[option])

    @app.action("who")
    async def chosen(ack, body):
        app.seen.append(body)
        await ack()

    async with connected(slack, app):
        where = {"channel": "C0NURSING", "ts": await call.post(blocks=blocks), "block_id": "pick", "action_id": "who"}
        assert await alice.act("options", query="l", **where) == {"options": [], "asked": False}
        offered = await alice.act("options", query="lee", **where)
        assert offered["options"][0]["value"] == "v-lee"
        assert (await alice.act("press", selected_option={"value": "v-lee"}, **where))["acked"]
        with pytest.raises(Exception, match="not among the options"):
            await alice.act("press", selected_option={"value": "v-eve"}, **where)
    assert app.seen[0]["state"]["values"]["pick"]["who"]["selected_option"]["value"] == "v-lee"
