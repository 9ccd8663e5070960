"""Events of the Events API: told to the app only if it subscribed, has the scope, and is a member where it matters."""

from __future__ import annotations

import time
from typing import Any

from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.shape import message_public
from bot.sandbox.slack.workspace import Channel, Message

SCOPES: dict[str, tuple[str, ...]] = {
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "app_mention": ("app_mentions:read",),
    "channel_archive": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_left": ("channels:read",),
    "channel_shared": ("channels:read", "groups:read"),
    "channel_unshared": ("channels:read", "groups:read"),
    "group_archive": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_left": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "user_change": ("users:read",),
    "team_join": ("users:read",),
    "subteam_updated": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "message_metadata_posted": ("metadata.message:read",),
}
KINDS = {"channel": "channels", "group": "groups", "im": "im"}
TYPES = {"channel": "channel", "group": "group", "im": "im"}


def tell(slack: Slack, name: str, event: dict[str, Any], *, shared: bool = False) -> bool:
    """Send the event off if the app may have it; true when it went."""
    needed = SCOPES.get(name, ())
    if name not in slack.config.app.events or (needed and not slack.scopes.intersection(needed)):
        return False
    config = slack.config
    grant = {
        "enterprise_id": None,
        "team_id": config.team_id,
        "user_id": config.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    slack.courier.announce(
        {
            "token": config.verification_token,
            "team_id": config.team_id,
            "context_team_id": config.team_id,
            "context_enterprise_id": None,
            "api_app_id": config.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": slack.workspace.serial("Ev"),
            "event_time": int(time.time()),
            "authorizations": [grant],
            "is_ext_shared_channel": shared,
            "event_context": slack.workspace.serial("4-"),
        }
    )
    return True


def told_message(slack: Slack, channel: Channel, message: Message) -> None:
    """A new message: the app hears of it where it is a member."""
    event = {**message_public(message, channel, slack.config), **_place(channel), "event_ts": message.ts}
    event.pop("metadata", None)
    _tell_message(slack, channel, event)
    mentioned = f"<@{slack.config.bot_user_id}>" in message.text and not message.bot_id
    if mentioned and slack.config.bot_user_id in channel.members and channel.kind != "im":
        tell(slack, "app_mention", {**event, "type": "app_mention"}, shared=channel.is_ext_shared)


def told_change(slack: Slack, channel: Channel, message: Message, before: dict[str, Any]) -> None:
    """A message reads otherwise than before."""
    ts = slack.workspace.clock.ts()
    after = message_public(message, channel, slack.config)
    event = {"type": "message", "subtype": "message_changed", "message": after, "previous_message": before}
    _tell_message(slack, channel, {**event, **_place(channel), "hidden": True, "ts": ts, "event_ts": ts})


def told_deletion(slack: Slack, channel: Channel, before: dict[str, Any]) -> None:
    """A message is gone."""
    ts = slack.workspace.clock.ts()
    event = {"type": "message", "subtype": "message_deleted", "previous_message": before, "deleted_ts": before["ts"]}
    _tell_message(slack, channel, {**event, **_place(channel), "hidden": True, "ts": ts, "event_ts": ts})


def told_channel(slack: Slack, channel: Channel, what: str, /, **more: Any) -> None:
    """archive, unarchive, deleted, rename or left, under the name its kind of conversation has."""
    if channel.kind == "im" or (what != "left" and channel.kind == "group" and not _member(slack, channel)):
        return
    name = f"{channel.kind}_{what}"
    event = {"type": name, "channel": channel.id, "event_ts": slack.workspace.clock.ts(), **more}
    tell(slack, name, event, shared=channel.is_ext_shared)


def told_membership(slack: Slack, channel: Channel, user: str, *, joined: bool, inviter: str = "") -> None:
    """Somebody came or went; the app hears of it in conversations it is in, and of its own coming."""
    if not _member(slack, channel):
        return
    name = "member_joined_channel" if joined else "member_left_channel"
    event = {
        "type": name,
        "user": user,
        "channel": channel.id,
        "channel_type": {"channel": "C", "group": "G"}.get(channel.kind, "D"),
        "team": slack.config.team_id,
        "event_ts": slack.workspace.clock.ts(),
    }
    tell(slack, name, event | ({"inviter": inviter} if inviter else {}), shared=channel.is_ext_shared)


def told_person(slack: Slack, user: str, name: str = "user_change") -> None:
    shown = slack.workspace.people[user].public()
    tell(
        slack, name, {"type": name, "user": shown, "cache_ts": int(time.time()), "event_ts": slack.workspace.clock.ts()}
    )


def _member(slack: Slack, channel: Channel) -> bool:
    return slack.config.bot_user_id in channel.members


def _place(channel: Channel) -> dict[str, str]:
    return {"channel": channel.id, "channel_type": TYPES[channel.kind]}


def _tell_message(slack: Slack, channel: Channel, event: dict[str, Any]) -> None:
    if _member(slack, channel):
        tell(slack, f"message.{KINDS[channel.kind]}", event, shared=channel.is_ext_shared)
