"""Which events the app hears of, and what they look like."""

from __future__ import annotations

import pytest

from bot.sandbox.slack import Manifest

EVERYTHING = """message.channels message.groups message.im app_mention channel_archive channel_rename channel_deleted
    member_joined_channel member_left_channel channel_left group_left user_change"""


def told(running) -> list[dict]:
    return [row["payload"]["event"] for row in running.slack.journal.rows(kind="delivery") if row["attempt"] == 0]


@pytest.fixture
def manifest():
    return Manifest(scopes=frozenset({"channels:history", "channels:read"}), events=frozenset(EVERYTHING.split()))


async def test_no_subscription_no_event(start, visit):
    """What the manifest does not subscribe to is not delivered."""
    running = await start(manifest=Manifest(scopes=frozenset({"channels:history"})))
    await visit(running).post("C0NURSING", "hello")
    assert told(running) == []


async def test_no_scope_no_event(start, visit, manifest):
    """A subscription without its scope stays silent."""
    running = await start(manifest=manifest, scopes=frozenset({"channels:read"}))
    await visit(running).post("C0NURSING", "hello")
    assert told(running) == []


async def test_no_membership_no_event(start, visit, manifest):
    """The bot hears nothing of channels it is not in."""
    running = await start(manifest=manifest)
    await visit(running).post("C0PUBLIC", "hello")
    assert told(running) == []


async def test_a_message_carries_what_slack_sends(slack, alice):
    """A person's message has client_msg_id, blocks, team and channel type; a mention is a second event."""
    ts = await alice.post("C0NURSING", "<@U0PORTAL> a < b")
    message, mention = told(slack)
    assert message["text"] == "<@U0PORTAL> a &lt; b"
    assert (message["ts"], message["event_ts"], message["channel_type"]) == (ts, ts, "channel")
    assert message["client_msg_id"]
    assert message["blocks"][0]["type"] == "rich_text"
    assert mention["type"] == "app_mention"


async def test_direct_messages_and_broadcasts(slack, alice):
    """A direct message is message.im; a reply shown in the channel is thread_broadcast."""
    await alice.post("D0ALICE", "hi")
    parent = await alice.post("C0NURSING", "one")
    await alice.act("post", channel="C0NURSING", text="two", thread_ts=parent, broadcast=True)
    kinds = [(event["channel_type"], event.get("subtype")) for event in told(slack)]
    assert kinds == [("im", None), ("channel", None), ("channel", "thread_broadcast")]


async def test_changes_and_deletions_are_hidden_subtypes(slack, call, alice):
    """chat.update and deletions tell the message as it was."""
    ts = await call.post()
    await call("chat.update", channel="C0NURSING", ts=ts, text="new")
    await alice.act("admin", do="delete_message", channel="C0NURSING", ts=ts)
    _, changed, deleted = told(slack)
    assert (changed["subtype"], changed["previous_message"]["text"], changed["message"]["text"]) == (
        "message_changed",
        "hello",
        "new",
    )
    assert (deleted["subtype"], deleted["deleted_ts"], deleted["hidden"]) == ("message_deleted", ts, True)


@pytest.mark.parametrize(
    ("deed", "event"),
    [
        ({"do": "archive", "channel": "C0NURSING"}, {"type": "channel_archive", "channel": "C0NURSING"}),
        ({"do": "delete_channel", "channel": "C0NURSING"}, {"type": "channel_deleted"}),
        ({"do": "invite_bot", "channel": "C0PUBLIC"}, {"type": "member_joined_channel", "user": "U0PORTAL"}),
        ({"do": "leave", "channel": "C0NURSING", "user": "U0LEE"}, {"type": "member_left_channel", "user": "U0LEE"}),
        ({"do": "deactivate_user", "user": "U0LEE"}, {"type": "user_change"}),
        ({"do": "make_guest", "user": "U0LEE"}, {"type": "user_change"}),
        ({"do": "uninstall"}, {"type": "app_uninstalled"}),
        ({"do": "revoke_token"}, {"type": "tokens_revoked"}),
        ({"do": "rename", "channel": "C0NURSING", "name": "care"}, {"type": "channel_rename"}),
    ],
)
async def test_what_owners_do_is_told(slack, alice, deed, event):
    """Archiving, inviting, deactivating and the like are events with Slack's fields."""
    await alice.act("admin", **deed)
    assert any(event.items() <= found.items() for found in told(slack))


async def test_a_kicked_bot_hears_that_it_left_and_then_nothing(slack, alice):
    """channel_left is the last the bot hears of a channel, group_left of a private one."""
    await alice.act("admin", do="kick_bot", channel="C0NURSING")
    await alice.act("admin", do="kick_bot", channel="C0PRIVATE")
    await alice.post("C0NURSING", "finally alone")
    assert [event["type"] for event in told(slack)] == [
        "member_left_channel",
        "channel_left",
        "member_left_channel",
        "group_left",
    ]


async def test_a_duplicated_event_has_one_id(slack, alice):
    """The fault duplicate_event delivers the same event_id twice."""
    await alice.act("faults", faults=[{"kind": "duplicate_event", "method": "event"}])
    await alice.post("C0NURSING", "hello")
    await alice.look("state")
    rows = [row for row in slack.slack.journal.rows(kind="delivery") if row["attempt"] == 0]
    assert len(rows) == 2
    assert len({row["payload"]["event_id"] for row in rows}) == 1
