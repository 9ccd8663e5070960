"""The Web API's refusals and shapes, one by one."""

from __future__ import annotations

import asyncio

import pytest

from bot.sandbox.slack import ChannelConfig, SlackConfig
from bot.sandbox.slack.config import Timing

METADATA = {"event_type": "portaldesk", "event_payload": {"delivery": "d-1"}}


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-somebody-else", "auth.test", "invalid_auth"),
        (SlackConfig().app_token, "chat.postMessage", "not_allowed_token_type"),
        (SlackConfig().bot_token, "apps.connections.open", "not_allowed_token_type"),
        (SlackConfig().bot_token, "chat.postMassage", "unknown_method"),
    ],
)
async def test_a_token_is_judged_first(call, token, method, error):
    """A missing, foreign or wrong kind of token, and a method nobody knows, are refused with Slack's codes."""
    answer = await call(method, token=token)
    assert (answer["ok"], answer["error"], call.status) == (False, error, 200)


async def test_the_token_works_by_header_and_by_form(slack, session):
    """A token may come as a bearer header or as a form field."""
    async with session.post(f"{slack.api_url}auth.test", data={"token": slack.slack.config.bot_token}) as response:
        answer = await response.json()
        assert response.headers["X-OAuth-Scopes"].startswith("app_mentions:read,")
    assert answer["user_id"] == "U0PORTAL"
    assert answer["bot_id"] == "B0PORTAL"


async def test_a_revoked_token_stays_refused_until_it_is_restored(call, alice):
    """token_revoked and account_inactive come for every method while the token is off."""
    await alice.act("admin", do="revoke_token")
    assert (await call("auth.test"))["error"] == "token_revoked"
    await alice.act("admin", do="revoke_token", error="account_inactive")
    assert (await call("users.info", user="U0LEE"))["error"] == "account_inactive"
    await alice.act("admin", do="restore_token")
    assert (await call("auth.test"))["ok"]


async def test_a_missing_scope_is_named(start, caller):
    """missing_scope says what is needed and what the app has."""
    call = caller(await start(scopes=frozenset({"users:read", "channels:read"})))
    answer = await call("chat.postMessage", channel="C0NURSING", text="x")
    assert answer == {
        "ok": False,
        "error": "missing_scope",
        "needed": "chat:write",
        "provided": "channels:read,users:read",
    }
    assert (await call("conversations.history", channel="C0NURSING"))["needed"] == "channels:history"
    assert (await call("conversations.history", channel="C0PRIVATE"))["needed"] == "groups:history"
    assert (await call("conversations.list", types="private_channel"))["needed"] == "groups:read"
    assert (await call("conversations.info", channel="C0PRIVATE"))["needed"] == "groups:read"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("C0SECRET", "channel_not_found"),
        ("C0PUBLIC", "not_in_channel"),
        ("C0OLD", "is_archived"),
        ("U0GONE", "channel_not_found"),
        ("U0PORTAL", "cannot_dm_bot"),
        ("", "invalid_arguments"),
    ],
)
async def test_where_a_message_cannot_go(call, channel, error):
    """Posting is refused where the bot is not, cannot see, or nobody may write."""
    assert (await call("chat.postMessage", channel=channel, text="x"))["error"] == error


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({}, "no_text"),
        ({"text": "  "}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"blocks": "not json"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "alert", "text": {"type": "plain_text", "text": "x"}}]}, "invalid_blocks"),
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": "nope"}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_payload": {}}}, "invalid_metadata_schema"),
        ({"text": "x", "metadata": {**METADATA, "more": 1}}, "invalid_metadata_schema"),
        ({"text": "x", "metadata": {"event_type": "a", "event_payload": {"x": "y" * 9000}}}, "metadata_too_large"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "x", "username": "Dr. Evil"}, "missing_scope"),
    ],
)
async def test_what_a_message_cannot_be(call, args, error):
    """Content that Slack refuses is refused with Slack's code, and nothing is posted."""
    assert (await call("chat.postMessage", channel="C0NURSING", **args))["error"] == error
    assert (await call("conversations.history", channel="C0NURSING"))["messages"] == []


async def test_refused_blocks_point_at_the_fault(call):
    """invalid_blocks carries a JSON pointer per fault."""
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    answer = await call("chat.postMessage", channel="C0NURSING", text="x", blocks=blocks)
    expected = "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert answer["response_metadata"]["messages"] == [expected]


async def test_a_post_comes_back_as_slack_shows_it(call):
    """The answer has channel, ts and the message with bot ids, block ids and metadata."""
    blocks = [{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}}]}]
    answer = await call("chat.postMessage", channel="#nursing", text="x", blocks=blocks, metadata=METADATA)
    message = answer["message"]
    assert answer["channel"] == "C0NURSING"
    assert (message["user"], message["bot_id"], message["app_id"]) == ("U0PORTAL", "B0PORTAL", "A0PORTAL")
    assert message["blocks"][0]["block_id"]
    assert message["blocks"][0]["elements"][0]["action_id"]
    assert message["metadata"] == METADATA


async def test_metadata_is_read_back_only_when_asked_for(call):
    """Recovery after a lost answer: history with include_all_metadata finds the delivery id."""
    first = await call.post(metadata=METADATA)
    await call.post()
    full = await call("conversations.history", channel="C0NURSING", include_all_metadata=True, oldest="0")
    plain = await call("conversations.history", channel="C0NURSING")
    assert [message["ts"] for message in full["messages"]][1] == first
    assert full["messages"][1]["metadata"] == METADATA
    assert plain["messages"][1]["metadata"] == {"event_type": "portaldesk"}


async def test_history_has_windows_and_pages(call):
    """History is newest first, keeps to oldest, latest and inclusive, and goes on by cursor."""
    stamps = [await call.post(text=f"n{number}") for number in range(5)]
    page = await call("conversations.history", channel="C0NURSING", limit=2)
    assert [message["ts"] for message in page["messages"]] == stamps[:2:-1]
    assert page["has_more"] is True
    cursor = page["response_metadata"]["next_cursor"]
    rest = await call("conversations.history", channel="C0NURSING", limit=3, cursor=cursor)
    assert [message["ts"] for message in rest["messages"]] == stamps[2::-1]
    one = await call("conversations.history", channel="C0NURSING", latest=stamps[2], inclusive=True, limit=1)
    assert [message["ts"] for message in one["messages"]] == [stamps[2]]
    assert (await call("conversations.history", channel="C0NURSING", cursor="x"))["error"] == "invalid_cursor"
    assert (await call("conversations.history", channel="C0NURSING", limit=1001))["error"] == "invalid_limit"
    assert (await call("conversations.history", channel="C0PUBLIC"))["error"] == "not_in_channel"


async def test_threads_have_replies_and_counts(call):
    """Replies live under their parent; a broadcast also stands in the channel."""
    parent = await call.post()
    reply = await call.post(thread_ts=parent)
    shown = await call.post(thread_ts=parent, reply_broadcast=True)
    found = await call("conversations.replies", channel="C0NURSING", ts=parent)
    assert [message["ts"] for message in found["messages"]] == [parent, reply, shown]
    assert found["messages"][0]["reply_count"] == 2
    history = await call("conversations.history", channel="C0NURSING")
    assert [message["ts"] for message in history["messages"]] == [shown, parent]
    assert (await call("chat.postMessage", channel="C0NURSING", text="x", thread_ts=reply))["error"] == (
        "cannot_reply_to_message"
    )
    assert (await call("conversations.replies", channel="C0NURSING", ts="1.1"))["error"] == "thread_not_found"


async def test_only_own_messages_change(call, alice):
    """chat.update and chat.delete refuse other people's messages, missing ones, and long texts."""
    theirs, own = await alice.post("C0NURSING", "mine"), await call.post(metadata=METADATA)
    where = {"channel": "C0NURSING"}
    assert (await call("chat.update", **where, ts=theirs, text="x"))["error"] == "cant_update_message"
    assert (await call("chat.delete", **where, ts=theirs))["error"] == "cant_delete_message"
    assert (await call("chat.update", **where, ts="1.1", text="x"))["error"] == "message_not_found"
    assert (await call("chat.update", **where, ts=own, text="x" * 4001))["error"] == "msg_too_long"
    assert (await call("chat.update", **where, ts=own, text="new"))["message"]["metadata"] == METADATA
    assert "metadata" not in (await call("chat.update", **where, ts=own, text="new", metadata={}))["message"]
    await alice.act("admin", do="archive", channel="C0NURSING")
    assert (await call("chat.update", **where, ts=own, text="x"))["error"] == "is_archived"
    await alice.act("admin", do="unarchive", channel="C0NURSING")
    assert (await call("chat.delete", **where, ts=own))["ok"]
    assert (await call("chat.getPermalink", **where, message_ts=own))["error"] == "message_not_found"


async def test_a_workspace_may_close_edits(start, caller):
    """Older than the workspace's settings allow, a message is not changed; it may still be taken away."""
    call = caller(await start(timing=Timing(edits=0.0)))
    ts = await call.post()
    assert (await call("chat.update", channel="C0NURSING", ts=ts, text="x"))["error"] == "edit_window_closed"
    assert (await call("chat.delete", channel="C0NURSING", ts=ts))["ok"]


async def test_text_without_blocks_removes_the_blocks(call):
    """chat.update with text alone drops the blocks, as Slack does."""
    ts = await call.post(blocks=[{"type": "divider"}])
    answer = await call("chat.update", channel="C0NURSING", ts=ts, text="bare")
    assert "blocks" not in answer["message"]
    assert answer["message"]["edited"]


async def test_whispers_reach_only_members(call, alice, visit, slack):
    """chat.postEphemeral needs somebody in the channel, and only they see it; it cannot be updated."""
    where = {"channel": "C0NURSING", "text": "psst"}
    assert (await call("chat.postEphemeral", **where, user="U0GUEST"))["error"] == "user_not_in_channel"
    assert (await call("chat.postEphemeral", **where, user="U0GONE"))["error"] == "user_not_in_channel"
    ts = (await call("chat.postEphemeral", **where, user="U0ALICE"))["message_ts"]
    assert [message["text"] for message in await alice.messages("C0NURSING")] == ["psst"]
    assert await visit(slack, "U0LEE").messages("C0NURSING") == []
    assert (await call("chat.update", channel="C0NURSING", ts=ts, text="x"))["error"] == "message_not_found"
    assert (await call("conversations.history", channel="C0NURSING"))["messages"] == []


async def test_conversations_are_listed_by_kind_and_membership(call):
    """Private channels the bot is not in are invisible; archived ones can be left out; pages go by cursor."""
    both = await call("conversations.list", types="public_channel,private_channel")
    assert [found["id"] for found in both["channels"]] == ["C0NURSING", "C0PUBLIC", "C0PRIVATE", "C0OLD"]
    some = await call("conversations.list", exclude_archived="true", limit=1)
    assert [found["id"] for found in some["channels"]] == ["C0NURSING"]
    more = await call("conversations.list", exclude_archived="true", cursor=some["response_metadata"]["next_cursor"])
    assert [found["is_member"] for found in more["channels"]] == [False]
    assert (await call("conversations.info", channel="C0SECRET"))["error"] == "channel_not_found"
    assert (await call("conversations.members", channel="C0PRIVATE"))["members"] == ["U0LEE", "U0PORTAL"]
    assert (await call("conversations.list", types="rooms"))["error"] == "invalid_types"


async def test_joining_and_direct_messages(call):
    """The bot joins public channels only, and opens direct messages with people who can have one."""
    assert (await call("conversations.join", channel="C0SECRET"))["error"] == "method_not_supported_for_channel_type"
    assert (await call("conversations.join", channel="C0OLD"))["error"] == "is_archived"
    assert (await call("conversations.join", channel="C0PUBLIC"))["channel"]["is_member"] is True
    assert (await call("conversations.open", users="U0GONE"))["error"] == "user_disabled"
    direct = (await call("conversations.open", users="U0LEE"))["channel"]["id"]
    assert (await call("chat.postMessage", channel="U0LEE", text="x"))["channel"] == direct
    assert (await call("conversations.open", users="U0NOBODY"))["error"] == "user_not_found"


async def test_people_and_groups(call, alice):
    """Guests, deactivated people and group members are told as Slack tells them."""
    await alice.act("admin", do="set_group", group="S0DOCS", users=["U0LEE"])
    assert (await call("users.info", user="U0GUEST"))["user"]["is_restricted"] is True
    assert (await call("users.info", user="U0GONE"))["user"]["deleted"] is True
    assert "is_admin" not in (await call("users.info", user="U0GONE"))["user"]
    assert (await call("users.info", user="U0X"))["error"] == "user_not_found"
    assert (await call("usergroups.users.list", usergroup="S0DOCS"))["users"] == ["U0LEE"]
    assert (await call("usergroups.users.list", usergroup="S0X"))["error"] == "no_such_subteam"
    assert (await call("usergroups.list", include_users="true"))["usergroups"][0]["users"] == ["U0LEE"]
    first = await call("users.list", limit=2)
    assert len((await call("users.list", cursor=first["response_metadata"]["next_cursor"]))["members"]) == 4


async def test_posting_is_limited_to_a_message_a_second_per_channel(start, caller):
    """The second message within a second gets 429 with Retry-After; other channels and later seconds are free."""
    rooms = tuple(ChannelConfig(name, name.lower(), members=("U0ALICE",)) for name in ("C0A", "C0B"))
    call = caller(await start(limits=True, channels=rooms))
    sent = (call("chat.postMessage", channel=channel, text="x") for channel in ("C0A", "C0A", "C0B"))
    answers = await asyncio.gather(*sent)
    assert [answer["error"] for answer in answers if not answer["ok"]] == ["ratelimited"]
    assert answers[2]["ok"]
    await asyncio.sleep(1.0)
    await call.post("C0A")


async def test_a_limited_call_is_told_when_to_come_back(start, caller):
    """429 and Retry-After, in whole seconds."""
    call = caller(await start(limits=True))
    async with asyncio.timeout(60):
        while call.status != 429:
            answer = await call("chat.postMessage", channel="C0NURSING", text="x")
    assert (answer["error"], call.headers["Retry-After"]) == ("ratelimited", "1")


async def test_each_method_has_its_tier(start, caller):
    """A tier 2 method refuses the twenty-first call of a minute and says when to come back."""
    call = caller(await start(limits=True))
    for _ in range(20):
        assert (await call("users.list"))["ok"]
    await call("users.list")
    assert call.status == 429
    assert 50 <= int(call.headers["Retry-After"]) <= 60
    assert (await call("users.info", user="U0LEE"))["ok"]


async def test_bodies_of_other_kinds_are_refused(slack, session):
    """JSON that is not an object, broken JSON and unknown content types get Slack's codes; a charset is asked for."""
    headers = {"Authorization": f"Bearer {slack.slack.config.bot_token}"}
    for data, kind, error in [
        ("[]", "application/json", "json_not_object"),
        ("{", "application/json", "invalid_json"),
        ("<x/>", "text/xml", "invalid_post_type"),
    ]:
        sent = {**headers, "Content-Type": kind}
        async with session.post(f"{slack.api_url}api.test", data=data, headers=sent) as response:
            assert (await response.json())["error"] == error
    sent = {**headers, "Content-Type": "application/json"}
    async with session.post(f"{slack.api_url}auth.test", data="{}", headers=sent) as response:
        assert (await response.json())["warning"] == "missing_charset"


async def test_blocks_can_be_validated_without_a_token(call):
    """blocks.validate needs no token and points at each fault."""
    assert (await call("blocks.validate", token="", blocks=[{"type": "divider"}]))["ok"]
    answer = await call("blocks.validate", token="", blocks=[{"type": "nope"}])
    assert answer["errors"][0]["pointer"] == "/blocks/0"
    assert (await call("blocks.validate", token=""))["error"] == "invalid_arguments"
