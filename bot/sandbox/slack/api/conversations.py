"""conversations.*: looking at, opening and joining conversations, and reading them back."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.slack import event
from bot.sandbox.slack.api.method import FAMILY, Answer, Method, demand, page, visible
from bot.sandbox.slack.argument import Args
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.refusal import Refusal
from bot.sandbox.slack.shape import channel_public, message_public
from bot.sandbox.slack.workspace import Channel, Message

TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


async def info(slack: Slack, args: Args) -> Answer:
    channel = visible(slack, args, "read")
    shown = channel_public(channel, slack.workspace)
    if args.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


async def listing(slack: Slack, args: Args) -> Answer:
    wanted = [name.strip() for name in args.text("types", "public_channel").split(",")]
    if any(name not in TYPES for name in wanted):
        raise Refusal("invalid_types")
    for name in wanted:
        demand(slack, f"{FAMILY.get(TYPES[name], 'mpim')}:read")
    kinds, bot = {TYPES[name] for name in wanted}, slack.config.bot_user_id
    rows = [
        {**channel_public(found, slack.workspace), "num_members": len(found.members)}
        for found in slack.workspace.channels.values()
        if found.kind in kinds
        and (found.kind == "channel" or bot in found.members)
        and not (found.is_archived and args.flag("exclude_archived"))
    ]
    shown, cursor = page(rows, args)
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


async def members(slack: Slack, args: Args) -> Answer:
    channel = visible(slack, args, "read")
    shown, cursor = page(sorted(channel.members), args)
    return {"members": shown, "response_metadata": {"next_cursor": cursor}}


def _readable(slack: Slack, args: Args) -> Channel:
    channel = visible(slack, args, "history")
    if slack.config.bot_user_id not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _window(args: Args, found: list[Message]) -> list[Message]:
    for name in ("oldest", "latest"):
        if name in args and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", args.text(name)):
            raise Refusal(f"invalid_ts_{name}")
    oldest, latest = float(args.text("oldest", "0")), float(args.text("latest", "0")) or float("inf")
    edge = args.flag("inclusive")
    return [
        message
        for message in found
        if oldest < float(message.ts) < latest or (edge and float(message.ts) in (oldest, latest))
    ]


def _shown(slack: Slack, channel: Channel, message: Message, args: Args) -> dict[str, Any]:
    shown = message_public(message, channel, slack.config)
    if "metadata" in shown and not args.flag("include_all_metadata"):
        shown["metadata"] = {"event_type": shown["metadata"]["event_type"]}
    return shown


async def history(slack: Slack, args: Args) -> Answer:
    channel = _readable(slack, args)
    found = _window(args, channel.top_level())
    shown, cursor = page(found[::-1], args)
    answer: Answer = {
        "messages": [_shown(slack, channel, message, args) for message in shown],
        "has_more": bool(cursor),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


async def replies(slack: Slack, args: Args) -> Answer:
    channel = _readable(slack, args)
    first = channel.messages.get(args.needed("ts"))
    if first is None:
        raise Refusal("thread_not_found")
    parent = channel.messages.get(first.thread_ts) if first.is_reply else first
    thread = [parent, *channel.replies(parent.ts)] if parent else [first]
    shown, cursor = page([thread[0], *_window(args, thread[1:])], args, default=1000)
    answer: Answer = {
        "messages": [_shown(slack, channel, message, args) for message in shown],
        "has_more": bool(cursor),
    }
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


async def opened(slack: Slack, args: Args) -> Answer:
    demand(slack, "im:write")
    users = [name for name in args.text("users").split(",") if name]
    if "channel" in args and not users:
        found = slack.workspace.channels.get(args.text("channel"))
        if found is None or found.kind != "im":
            raise Refusal("channel_not_found")
        users = [found.user]
    if len(users) != 1:
        raise Refusal("users_list_not_supplied" if not users else "method_not_supported_for_channel_type")
    person = slack.workspace.people.get(users[0])
    if person is None or person.is_stranger:
        raise Refusal("user_not_found")
    if person.deleted:
        raise Refusal("user_disabled")
    if person.is_bot:
        raise Refusal("cannot_dm_bot")
    had = "D" + person.id[1:] in slack.workspace.channels
    channel = slack.workspace.direct(person.id)
    slack.changed()
    shown = channel_public(channel, slack.workspace) if args.flag("return_im") else {"id": channel.id}
    return ({"no_op": True, "already_open": True} if had else {}) | {"channel": shown}


async def join(slack: Slack, args: Args) -> Answer:
    demand(slack, "channels:join")
    channel, bot = slack.workspace.channels.get(args.needed("channel")), slack.config.bot_user_id
    if channel is None:
        raise Refusal("channel_not_found")
    if channel.kind != "channel":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refusal("is_archived")
    extra = {"warning": "already_in_channel"} if bot in channel.members else {}
    if not extra:
        channel.members.add(bot)
        slack.changed()
        event.told_membership(slack, channel, bot, joined=True)
        slack.stream.tell("channels")
    return {"channel": channel_public(channel, slack.workspace), **extra}


METHODS = (
    Method("conversations.info", info, 3, READ, checked=False),
    Method("conversations.list", listing, 2, READ, checked=False),
    Method("conversations.members", members, 4, READ, checked=False),
    Method("conversations.history", history, 3, HISTORY, checked=False),
    Method("conversations.replies", replies, 3, HISTORY, checked=False),
    Method("conversations.open", opened, 3, ("im:write",)),
    Method("conversations.join", join, 3, ("channels:join",)),
)
