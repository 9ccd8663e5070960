"""Writing: messages, slash commands, and a look at the app's Home tab."""

from __future__ import annotations

import re
import uuid
from typing import Any

from bot.sandbox.slack import event
from bot.sandbox.slack.api.chat import whisper
from bot.sandbox.slack.blockkit import faults
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.human.place import Body, person, room
from bot.sandbox.slack.human.press import UNUSABLE, outcome, triangle
from bot.sandbox.slack.modal import normalised
from bot.sandbox.slack.parcel import Parcel
from bot.sandbox.slack.payload import slash_command
from bot.sandbox.slack.refusal import Impossible
from bot.sandbox.slack.shape import plain_fallback
from bot.sandbox.slack.workspace import Channel, Message

MENTION = re.compile(r"(<[@#!][^<>]+>)")


def escaped(text: str) -> str:
    """What Slack stores of typed text: `&`, `<`, `>` escaped, mentions as they are."""
    parts = MENTION.split(text)
    for index in range(0, len(parts), 2):
        parts[index] = parts[index].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(parts)


async def post(slack: Slack, body: Body) -> dict[str, Any]:
    user = person(slack, body)
    channel = room(slack, body, user.id)
    text = str(body.get("text", ""))
    if not text.strip():
        raise Impossible("an empty message cannot be sent", 400)
    if channel.is_archived:
        raise Impossible(f"#{channel.name} is archived", 403)
    if channel.kind == "im" and (slack.config.app.messages_read_only or not slack.config.app.messages_tab):
        raise Impossible("sending messages to this app has been turned off", 403)
    if user.id not in channel.members and channel.kind != "im":
        raise Impossible(f"{user.real_name} is not in #{channel.name}", 403)
    thread_ts = str(body.get("thread_ts") or "")
    if thread_ts and thread_ts not in channel.messages:
        raise Impossible(f"there is no message {thread_ts} to answer")
    message = Message(slack.workspace.clock.ts(), user.id, escaped(text), thread_ts=thread_ts)
    message.extra = {"client_msg_id": str(uuid.uuid4())}
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    message.blocks = normalised([{"type": "rich_text", "elements": [section]}])
    if body.get("broadcast") and thread_ts:
        message.subtype = "thread_broadcast"
    channel.add(message)
    slack.changed()
    slack.journal.write("human", what="post", user=user.id, channel=channel.id, ts=message.ts)
    slack.stream.tell("message", slack.audience(channel), channel=channel.id, ts=message.ts, thread_ts=thread_ts)
    event.told_message(slack, channel, message)
    return {"ts": message.ts}


async def command(slack: Slack, body: Body) -> dict[str, Any]:
    """`/portal words`, typed where the person is; not in threads, which Slack does not allow."""
    user = person(slack, body)
    channel = room(slack, body, user.id)
    name, _, text = str(body.get("text", "")).strip().partition(" ")
    if body.get("thread_ts"):
        raise Impossible(f"{name} is not supported in threads. Sorry!", 400)
    if name not in slack.config.app.commands and not body.get("forged"):
        raise Impossible(f"{name} is not a valid command")
    if "commands" not in slack.scopes:
        raise Impossible(f"{name} is not installed: the app lacks the scope commands")
    text = _linked(slack, text) if name in slack.config.app.escaping else text
    payload = slash_command(slack, user.id, channel, name, text.strip())
    slack.journal.write("human", what="command", user=user.id, channel=channel.id, text=f"{name} {text}".strip())
    ack = await slack.courier.interact(Parcel("slash_commands", payload, wants_answer=True))
    result = outcome(slack, user.id, ack, what="command", command=name)
    if not ack.good:
        reason = "operation_timeout" if ack.why == "timeout" else "dispatch_failed"
        return {**result, "warning": f'{name} failed with the error "{reason}"'}
    return {**result, **_answer(slack, user.id, channel, ack.body)}


def _linked(slack: Slack, text: str) -> str:
    """@names and #rooms as `<@U1|name>` and `<#C1|name>`, for commands with should_escape; unknown ones stay."""
    people = {person.name: person.id for person in slack.workspace.people.values()}
    rooms = {room.name: room.id for room in slack.workspace.channels.values() if room.name}

    def link(found: re.Match[str]) -> str:
        sign, name = found.groups()
        known = people if sign == "@" else rooms
        return f"<{sign}{known[name]}|{name}>" if name in known else found[0]

    return re.sub(r"(?<![<\w])([@#])([\w.-]+)", link, escaped(text))


def _answer(slack: Slack, user: str, channel: Channel, answer: Any) -> dict[str, Any]:
    """The message an ack may carry: plain text, or a message as JSON."""
    if answer in (None, "", {}):
        return {}
    told = answer if isinstance(answer, dict) else {"text": str(answer)}
    blocks = told.get("blocks") or []
    if not (told.get("text") or blocks) or (blocks and faults(blocks, "message")):
        return {"warning": triangle(slack, user, UNUSABLE, what="command", answer=answer)}
    return {"answer": {"ts": place_answer(slack, user, channel, told), **told}}


def place_answer(slack: Slack, user: str, channel: Channel, told: Body) -> str:
    """A message answered to a command or a response URL, seen by one or by all; its timestamp."""
    blocks = normalised(list(told.get("blocks") or []))
    text, thread_ts = str(told.get("text") or plain_fallback(blocks)), str(told.get("thread_ts") or "")
    if told.get("response_type") != "in_channel":
        return whisper(slack, channel, user, (text, blocks), thread_ts)
    config = slack.config
    message = Message(slack.workspace.clock.ts(), config.bot_user_id, text, blocks, config.bot_id, thread_ts)
    channel.add(message)
    slack.changed()
    slack.stream.tell("message", slack.audience(channel), channel=channel.id, ts=message.ts, thread_ts=thread_ts)
    event.told_message(slack, channel, message)
    return message.ts


async def open_home(slack: Slack, body: Body) -> dict[str, Any]:
    """Enter the app's Home tab (or, with `tab`, its messages); told to the app every time."""
    user = person(slack, body)
    tab = str(body.get("tab", "home"))
    if tab == "home" and not slack.config.app.home_tab:
        raise Impossible("the app has no Home tab")
    direct = slack.workspace.direct(user.id)
    ts = slack.workspace.clock.ts()
    told: dict[str, Any] = {"type": "app_home_opened", "user": user.id, "channel": direct.id, "tab": tab}
    home = slack.windows.homes.get(user.id)
    if home is not None and tab == "home":
        told["view"] = home.public(slack.config)
    slack.journal.write("human", what="open_home", user=user.id, tab=tab)
    return {"told": event.tell(slack, "app_home_opened", {**told, "event_ts": ts})}
