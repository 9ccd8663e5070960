"""chat.*: posting, changing and deleting messages."""

from __future__ import annotations

import time
from typing import Any

from bot.sandbox.slack import event
from bot.sandbox.slack.api.method import Answer, Method, demand
from bot.sandbox.slack.argument import Args
from bot.sandbox.slack.blockkit import faults
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.modal import normalised
from bot.sandbox.slack.refusal import Refusal, missing
from bot.sandbox.slack.shape import message_public, plain_fallback
from bot.sandbox.slack.workspace import Channel, Message

LONGEST_POST, LONGEST_UPDATE, LARGEST_METADATA, MOST_ATTACHMENTS = 40_000, 4_000, 8_000, 100


Content = tuple[str, list[dict[str, Any]]]


def content(args: Args, longest: int) -> Content:
    """Text and checked blocks of a message that is to be posted or changed."""
    blocks, attachments = args.json("blocks", "invalid_blocks_format"), args.json("attachments")
    text, markdown = args.text("text"), args.text("markdown_text")
    if markdown and (text or blocks):
        raise Refusal("markdown_text_conflict")
    if blocks is not None and not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format", ["must be an array [json-pointer:/blocks]"])
    if attachments is not None and not isinstance(attachments, list):
        raise Refusal("invalid_attachments")
    if attachments and len(attachments) > MOST_ATTACHMENTS:
        raise Refusal("too_many_attachments")
    if not (text.strip() or markdown or blocks or attachments):
        raise Refusal("no_text")
    if len(text) > longest or len(markdown) > 12_000:
        raise Refusal("msg_too_long")
    if blocks and (found := faults(blocks, "message")):
        raise Refusal("invalid_blocks", found)
    shown = normalised(blocks or [])
    return text or markdown or plain_fallback(shown), shown


def metadata(args: Args) -> dict[str, Any] | None:
    given: dict[str, Any] | None = args.json("metadata", "invalid_metadata_format")
    if given is None or given == {}:
        return given
    if not isinstance(given, dict) or not isinstance(given.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    if set(given) - {"event_type", "event_payload", "entities"} or not given.get("event_type"):
        raise Refusal("invalid_metadata_schema")
    if not isinstance(given["event_type"], str):
        raise Refusal("invalid_metadata_schema")
    if len(str(given)) > LARGEST_METADATA:
        raise Refusal("metadata_too_large")
    return given


def target(slack: Slack, args: Args) -> Channel:
    """Where a message may go: a conversation by id or name, or a person's direct message with the app."""
    name = args.text("channel")
    if not name:
        raise missing("channel")
    bot, spaces = slack.config.bot_user_id, slack.workspace
    if name in spaces.people:
        person = spaces.people[name]
        if person.is_bot:
            raise Refusal("cannot_dm_bot")
        if person.deleted or person.is_stranger:
            raise Refusal("channel_not_found")
        if not slack.config.app.messages_tab:
            raise Refusal("messages_tab_disabled")
        return spaces.direct(name)
    named = [found for found in spaces.channels.values() if found.name and name in (found.name, "#" + found.name)]
    channel = spaces.channels.get(name) or (named[0] if named else None)
    if channel is None or (channel.kind != "channel" and bot not in channel.members):
        raise Refusal("channel_not_found")
    if channel.is_archived:
        raise Refusal("is_archived")
    if channel.kind == "im" and spaces.people[channel.user].deleted:
        raise Refusal("channel_not_found")
    if bot not in channel.members and "chat:write.public" not in slack.scopes:
        raise Refusal("not_in_channel")
    return _open_to(channel)


def _open_to(channel: Channel) -> Channel:
    """The channel, unless only some people may post in it."""
    if channel.is_read_only:
        raise Refusal("restricted_action_read_only_channel")
    return channel


def thread(channel: Channel, args: Args) -> str:
    ts = args.text("thread_ts")
    if not ts:
        return ""
    parent = channel.messages.get(ts)
    if parent is None:
        raise Refusal("thread_not_found")
    if parent.is_reply:
        raise Refusal("cannot_reply_to_message")
    return ts


async def post_message(slack: Slack, args: Args) -> Answer:
    if any(name in args for name in ("username", "icon_emoji", "icon_url")):
        demand(slack, "chat:write.customize")
    channel = target(slack, args)
    text, blocks = content(args, LONGEST_POST)
    data, ts = metadata(args), thread(channel, args)
    if wait := slack.limits.admit_post(channel.id):
        raise Refusal("ratelimited", status=429, retry_after=wait)
    config = slack.config
    message = Message(slack.workspace.clock.ts(), config.bot_user_id, text, blocks, config.bot_id, ts)
    message.metadata = data or None
    if ts and args.flag("reply_broadcast"):
        message.subtype = "thread_broadcast"
    channel.add(message)
    slack.changed()
    slack.stream.tell("message", slack.audience(channel), channel=channel.id, ts=message.ts, thread_ts=ts)
    event.told_message(slack, channel, message)
    return {"channel": channel.id, "ts": message.ts, "message": message_public(message, channel, config)}


def own_message(slack: Slack, args: Args, error: str) -> tuple[Channel, Message]:
    channel = slack.workspace.channels.get(args.needed("channel"))
    if channel is None or (slack.config.bot_user_id not in channel.members and channel.kind != "channel"):
        raise Refusal("channel_not_found")
    message = channel.messages.get(args.needed("ts"))
    if message is None:
        raise Refusal("message_not_found")
    if message.bot_id != slack.config.bot_id:
        raise Refusal(error)
    return channel, message


async def update(slack: Slack, args: Args) -> Answer:
    channel, message = own_message(slack, args, "cant_update_message")
    if channel.is_archived:
        raise Refusal("is_archived")
    if time.time() - float(message.ts) > slack.config.timing.edits:
        raise Refusal("edit_window_closed")
    text, blocks = content(args, LONGEST_UPDATE)
    data, before = metadata(args), message_public(message, channel, slack.config)
    message.text, message.blocks = text, blocks
    if data is not None:
        message.metadata = data or None
    if not blocks:
        message.edited = {"user": slack.config.bot_id, "ts": slack.workspace.clock.ts()}
    slack.changed()
    thread_ts = message.thread_ts
    slack.stream.tell("message", slack.audience(channel), channel=channel.id, ts=message.ts, thread_ts=thread_ts)
    event.told_change(slack, channel, message, before)
    shown = message_public(message, channel, slack.config)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": shown}


async def delete(slack: Slack, args: Args) -> Answer:
    channel, message = own_message(slack, args, "cant_delete_message")
    erase(slack, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def erase(slack: Slack, channel: Channel, message: Message) -> None:
    before = message_public(message, channel, slack.config)
    channel.remove(message.ts)
    slack.changed()
    slack.stream.tell("message", slack.audience(channel), channel=channel.id, ts=message.ts, deleted=True)
    event.told_deletion(slack, channel, before)


async def post_ephemeral(slack: Slack, args: Args) -> Answer:
    user, channel = args.needed("user"), target(slack, args)
    text, blocks = content(args, LONGEST_UPDATE)
    person = slack.workspace.people.get(user)
    if slack.config.bot_user_id not in channel.members:
        raise Refusal("not_in_channel")
    if person is None or person.deleted or user not in channel.members:
        raise Refusal("user_not_in_channel")
    return {"message_ts": whisper(slack, channel, user, (text, blocks), thread(channel, args))}


def whisper(slack: Slack, channel: Channel, user: str, told: Content, thread_ts: str = "") -> str:
    """A message only this person sees; its timestamp."""
    config = slack.config
    message = Message(slack.workspace.clock.ts(), config.bot_user_id, *told, config.bot_id, thread_ts)
    message.only_for = user
    channel.add(message)
    slack.stream.tell("ephemeral", [user], channel=channel.id, ts=message.ts, thread_ts=thread_ts)
    return message.ts


async def get_permalink(slack: Slack, args: Args) -> Answer:
    channel = slack.workspace.channels.get(args.needed("channel"))
    if channel is None or (channel.kind != "channel" and slack.config.bot_user_id not in channel.members):
        raise Refusal("channel_not_found")
    message = channel.messages.get(args.needed("message_ts"))
    if message is None:
        raise Refusal("message_not_found")
    link = f"https://{slack.config.team_domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    suffix = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    return {"channel": channel.id, "permalink": link + suffix}


METHODS = (
    Method("chat.postMessage", post_message, 0, ("chat:write",)),
    Method("chat.update", update, 3, ("chat:write",)),
    Method("chat.delete", delete, 3, ("chat:write",)),
    Method("chat.postEphemeral", post_ephemeral, 4, ("chat:write",)),
    Method("chat.getPermalink", get_permalink, 0),
)
