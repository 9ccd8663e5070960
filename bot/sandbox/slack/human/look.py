"""Looking: what one person sees of the workspace, as JSON for the page and for tests."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.human.place import Body, Place, person, room
from bot.sandbox.slack.modal import Window
from bot.sandbox.slack.refusal import Impossible
from bot.sandbox.slack.workspace import Channel, Message


def state(slack: Slack, body: Body) -> dict[str, Any]:
    """Team, me, people and the conversations in the sidebar; without `as`, the people only."""
    config = slack.config
    people = [_person(slack, found.id) for found in slack.workspace.people.values()]
    shown: dict[str, Any] = {
        "team": {"id": config.team_id, "name": config.team_name, "domain": config.team_domain},
        "app": {
            "id": config.app_id,
            "name": config.app.name,
            "bot_user_id": config.bot_user_id,
            "commands": list(config.app.commands),
            "home": config.app.home_tab,
            "connections": slack.courier.connected,
        },
        "people": people,
        "groups": [
            {"id": group.id, "handle": group.handle, "name": group.name} for group in slack.workspace.groups.values()
        ],
    }
    if not body.get("as"):
        return shown
    me = person(slack, body)
    slack.workspace.direct(me.id)
    rooms = [_room(slack, found, me.id) for found in slack.workspace.channels.values() if _listed(found, me.id)]
    return {**shown, "me": _person(slack, me.id), "channels": rooms}


def messages(slack: Slack, body: Body) -> dict[str, Any]:
    """Top-level messages in order with what only `as` sees among them, the last `limit` of them if that is given.

    Looking marks them read unless `peek`.
    """
    me = person(slack, body)
    channel = room(slack, body, me.id)
    own = [found for found in channel.whispers.values() if found.only_for == me.id and not found.is_reply]
    found = sorted([*channel.top_level(), *own], key=lambda message: float(message.ts))
    limit = str(body.get("limit", ""))
    found = found[-int(limit) :] if limit.isdigit() and int(limit) else found
    if channel.messages and not body.get("peek"):
        channel.read[me.id] = next(reversed(channel.messages))
    return {
        "channel": _room(slack, channel, me.id),
        "messages": [_message(slack, channel, one, me.id) for one in found],
    }


def thread(slack: Slack, body: Body) -> dict[str, Any]:
    """A thread's parent and replies, whispers to `as` among them."""
    me = person(slack, body)
    channel = room(slack, body, me.id)
    ts = str(body.get("ts", ""))
    replies = channel.replies(ts)
    if ts not in channel.messages and not replies:
        raise Impossible(f"there is no thread {ts}")
    own = [one for one in channel.whispers.values() if one.only_for == me.id and one.thread_ts == ts]
    parent = [channel.messages[ts]] if ts in channel.messages else []
    found = [*parent, *sorted([*replies, *own], key=lambda message: float(message.ts))]
    return {"messages": [_message(slack, channel, one, me.id) for one in found]}


def views(slack: Slack, body: Body) -> dict[str, Any]:
    """The person's windows, the top one last."""
    me = person(slack, body)
    return {"views": [_window(slack, window) for window in slack.windows.stack(me.id)]}


def home(slack: Slack, body: Body) -> dict[str, Any]:
    me = person(slack, body)
    found = slack.windows.homes.get(me.id)
    return {"view": _window(slack, found) if found else None}


def _window(slack: Slack, window: Window) -> dict[str, Any]:
    return {**window.public(slack.config), "errors": window.errors}


def _person(slack: Slack, user: str) -> dict[str, Any]:
    found = slack.workspace.people[user]
    return {
        "id": found.id,
        "name": found.name,
        "real_name": found.real_name,
        "is_bot": found.is_bot,
        "is_admin": found.is_admin,
        "is_guest": found.is_restricted or found.is_ultra_restricted,
        "is_stranger": found.is_stranger,
        "tz": found.tz,
        "deleted": found.deleted,
    }


def _listed(channel: Channel, user: str) -> bool:
    if channel.kind == "im":
        return channel.user == user
    return user in channel.members or channel.kind == "channel"


def _room(slack: Slack, channel: Channel, user: str) -> dict[str, Any]:
    read = float(channel.read.get(user, "0"))
    unread = [one for one in channel.top_level() if float(one.ts) > read and one.user != user]
    shown = {
        "id": channel.id,
        "name": channel.name or slack.config.app.name,
        "is_private": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
        "is_member": user in channel.members,
        "bot_is_member": slack.config.bot_user_id in channel.members,
        "unread": len(unread) if user in channel.members else 0,
    }
    return {**shown, "user": slack.config.bot_user_id} if channel.kind == "im" else shown


def _message(slack: Slack, channel: Channel, message: Message, user: str) -> dict[str, Any]:
    author = slack.workspace.people.get(message.user)
    replies = channel.replies(message.ts)
    return {
        "ts": message.ts,
        "user": message.user,
        "name": author.real_name if author else message.user,
        "is_bot": bool(message.bot_id),
        "text": message.text,
        "blocks": message.blocks,
        "state": {"values": Place(slack, user, channel=channel, message=message).state} if message.bot_id else None,
        "metadata": message.metadata,
        "edited": message.edited,
        "subtype": message.subtype,
        "broadcast": message.subtype == "thread_broadcast",
        "thread_ts": message.thread_ts or None,
        "reply_count": len(replies),
        "latest_reply": replies[-1].ts if replies else None,
        "ephemeral": bool(message.only_for),
    }
