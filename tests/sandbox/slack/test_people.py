"""The human side: what people can see and do, and what they cannot."""

from __future__ import annotations

import asyncio
import json

import pytest

from bot.sandbox.slack import Manifest
from bot.sandbox.slack.refusal import Impossible

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "m_1"}
RADIO = {
    "type": "radio_buttons",
    "action_id": "kind",
    "options": [{"text": {"type": "plain_text", "text": word}, "value": word} for word in ("one", "two")],
}
CARD = [{"type": "actions", "block_id": "card", "elements": [BUTTON, RADIO]}]


def payloads(running, kind: str) -> list[dict]:
    return [row["payload"] for row in running.slack.journal.rows(kind="delivery") if row["payload"].get("type") == kind]


async def test_the_sidebar_shows_what_a_person_may_see(slack, call, alice, visit):
    """Private channels are there for members, unread counts for what others wrote since the last look."""
    await call.post()
    state = await alice.look("state")
    rooms = {room["id"]: room for room in state["channels"]}
    assert state["me"]["real_name"] == "Alice Moreno"
    assert set(rooms) == {"C0NURSING", "C0PUBLIC", "C0SECRET", "C0OLD", "D0ALICE"}
    assert (rooms["C0NURSING"]["unread"], rooms["D0ALICE"]["is_im"]) == (1, True)
    await alice.messages("C0NURSING")
    assert {room["id"]: room["unread"] for room in (await alice.look("state"))["channels"]}["C0NURSING"] == 0
    with pytest.raises(Impossible, match="cannot see"):
        await visit(slack, "U0LEE").messages("C0SECRET")


@pytest.mark.parametrize(
    "body",
    [
        {"action_id": "stop", "block_id": "card"},
        {"action_id": "go", "block_id": "elsewhere"},
        {"action_id": "kind", "block_id": "card", "selected_option": "three"},
        {"action_id": "go", "ts": "1.000001"},
        {"action_id": "go", "channel": "C0NOWHERE"},
        {"action_id": "go", "as": "U0NOBODY"},
        {"action_id": "go", "as": "U0GONE"},
    ],
)
async def test_only_what_is_there_can_be_pressed(slack, call, alice, body):
    """No such element, option, message, channel or person: words, and nothing is delivered."""
    ts = await call.post(blocks=CARD)
    with pytest.raises(Impossible):
        await alice.act("press", **{"channel": "C0NURSING", "ts": ts, **body})
    assert payloads(slack, "block_actions") == []


async def test_a_forged_press_goes_out_as_given(slack, call, alice):
    """With `forged` raw fields are sent as they are, for tests of hostile clients."""
    ts = await call.post(blocks=CARD)
    where = {"channel": "C0NURSING", "ts": ts, "forged": True}
    await alice.act("press", **where, block_id="x", action_id="approve", value="m_999", **{"as": "U0GONE"})
    payload = payloads(slack, "block_actions")[0]
    assert payload["actions"][0]["value"] == "m_999"
    assert payload["user"]["id"] == "U0GONE"


async def test_choices_are_told_with_the_state(slack, call, alice):
    """A choice is told with its option as posted, action_ts, and the message's whole state."""
    ts = await call.post(blocks=CARD)
    await alice.press("kind", channel="C0NURSING", ts=ts, selected_option="two")
    payload = payloads(slack, "block_actions")[0]
    action = payload["actions"][0]
    assert action["selected_option"] == {"text": {"type": "plain_text", "text": "two", "emoji": True}, "value": "two"}
    assert (action["type"], action["block_id"]) == ("radio_buttons", "card")
    assert action["action_ts"]
    assert payload["state"]["values"]["card"]["kind"]["selected_option"]["value"] == "two"
    assert (payload["channel"], payload["team"]["id"]) == ({"id": "C0NURSING", "name": "nursing"}, "T0CLINIC")


async def test_nobody_connected_is_a_warning_at_once(slack, call, alice):
    """With no connection the person is warned and the triangle is in the journal."""
    result = await alice.press("go", channel="C0NURSING", ts=await call.post(blocks=CARD))
    assert (result["acked"], result["warning"]) == (False, "We had some trouble connecting. Try again?")
    assert slack.slack.journal.rows(kind="triangle")[0]["why"] == "no_connection"


async def test_a_response_url_works_five_times(slack, call, alice, session):
    """Answers go to the presser alone by default, can replace and delete, and are counted."""
    ts = await call.post(blocks=CARD)
    await alice.press("go", channel="C0NURSING", ts=ts)
    url = payloads(slack, "block_actions")[0]["response_url"]
    bodies = [
        {"text": "only you"},
        {"text": "all", "response_type": "in_channel"},
        {"text": "instead", "replace_original": True},
        {"blocks": [{"type": "nope"}]},
        {"delete_original": True},
        {"text": "sixth"},
    ]
    statuses = []
    for body in bodies:
        async with session.post(url, json=body) as response:
            statuses.append(response.status)
    assert statuses == [200, 200, 200, 400, 200, 404]
    assert [(one["text"], one["ephemeral"]) for one in await alice.messages("C0NURSING")] == [
        ("only you", True),
        ("all", False),
    ]


async def test_writing_has_its_limits(slack, alice, visit):
    """Nobody writes in archived channels, where they are not a member, or as somebody deactivated."""
    for user, channel in [("U0ALICE", "C0OLD"), ("U0LEE", "C0PUBLIC"), ("U0GONE", "C0NURSING"), ("U0LEE", "C0SECRET")]:
        with pytest.raises(Impossible):
            await visit(slack, user).post(channel, "x")
    with pytest.raises(Impossible, match="not a valid command"):
        await alice.command("C0NURSING", "/weather")


async def test_the_stream_tells_what_changed(slack, call, session):
    """A watching page hears of messages in its person's channels, and not of others'."""
    async with session.get(f"{slack.human_url}stream", params={"as": "U0ALICE"}) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert await response.content.readuntil(b"\n\n") == b": watching\n\n"
        await call("chat.postMessage", channel="C0PRIVATE", text="not for Alice")
        ts = await call.post()
        async with asyncio.timeout(2):
            line = await response.content.readuntil(b"\n\n")
    news = json.loads(line.removeprefix(b"data: "))
    assert (news["what"], news["channel"], news["ts"]) == ("message", "C0NURSING", ts)


@pytest.mark.parametrize("headers", [{"Host": "slack.example.org"}, {"Origin": "https://evil.example.org"}])
async def test_other_sites_cannot_reach_in(slack, session, headers):
    """A foreign Host or Origin is refused, so that a page in the browser cannot act for anybody."""
    async with session.get(f"{slack.human_url}state", headers=headers) as response:
        assert response.status == 403


async def test_pages_on_loopback_may(slack, session):
    """A page on another loopback port gets CORS headers."""
    async with session.get(f"{slack.human_url}state", headers={"Origin": "http://127.0.0.1:8400"}) as response:
        assert response.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:8400"


async def test_ten_connections_and_no_more(slack, session):
    """The eleventh socket is told too_many_websockets; a ticket works once."""
    headers = {"Authorization": f"Bearer {slack.slack.config.app_token}"}
    sockets = []
    for _ in range(11):
        async with session.post(f"{slack.api_url}apps.connections.open", headers=headers) as response:
            url = (await response.json())["url"]
        sockets.append(await session.ws_connect(url))
    frames = [await socket.receive_json() for socket in sockets]
    assert [frame["type"] for frame in frames] == ["hello"] * 10 + ["disconnect"]
    assert frames[0]["connection_info"]["app_id"] == "A0PORTAL"
    with pytest.raises(Exception, match="403"):
        await session.ws_connect(url)
    for socket in sockets:
        await socket.close()


async def test_the_manifest_can_forbid_messages_to_the_app(start, visit):
    """With a read-only Messages tab nobody can write to the app directly."""
    running = await start(manifest=Manifest(messages_tab=True, messages_read_only=True))
    with pytest.raises(Impossible, match="turned off"):
        await visit(running).post("D0ALICE", "hello?")


async def test_a_command_can_have_its_names_escaped(start, visit):
    """With should_escape people and channels come as ids, everything else escaped."""
    scopes, names = frozenset({"commands"}), ("/portal",)
    running = await start(manifest=Manifest(scopes=scopes, commands=names, escaping=frozenset(names)))
    await visit(running).command("C0NURSING", "/portal map #nursing @dlee a<b @nobody")
    payload = running.slack.journal.rows(kind="delivery")[0]["payload"]
    assert payload["text"] == "map <#C0NURSING|nursing> <@U0LEE|dlee> a&lt;b @nobody"
