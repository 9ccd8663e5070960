"""How conversations and messages look in Slack's answers and payloads."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.slack.workspace import CREATED, Channel, Message, Workspace


def channel_public(channel: Channel, workspace: Workspace) -> dict[str, Any]:
    """A conversation object as `conversations.info` gives it."""
    if channel.kind == "im":
        return {
            "id": channel.id,
            "created": CREATED,
            "is_archived": channel.is_archived,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": workspace.team_id,
            "user": channel.user,
            "is_user_deleted": workspace.people[channel.user].deleted,
            "is_open": True,
            "priority": 0,
        }
    shared = channel.is_ext_shared
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.kind == "group",
        "created": CREATED,
        "updated": CREATED * 1000,
        "creator": "USLACKBOT",
        "is_archived": channel.is_archived,
        "is_general": False,
        "unlinked": 0,
        "is_shared": shared,
        "is_org_shared": False,
        "is_ext_shared": shared,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "shared_team_ids": [workspace.team_id],
        "parent_conversation": None,
        "context_team_id": workspace.team_id,
        "is_member": workspace.bot_user_id in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
        "previous_names": [],
    }


def message_public(message: Message, channel: Channel, config: SlackConfig) -> dict[str, Any]:
    """A message object with all it has, metadata included; thread counts where it started a thread."""
    shown: dict[str, Any] = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
    if message.subtype:
        shown["subtype"] = message.subtype
    if message.bot_id:
        shown |= {"bot_id": message.bot_id, "app_id": config.app_id, "bot_profile": bot_profile(config)}
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.edited:
        shown["edited"] = message.edited
    if message.metadata:
        shown["metadata"] = message.metadata
    shown |= {"team": config.team_id, **message.extra}
    if message.is_reply:
        parent = channel.messages.get(message.thread_ts)
        shown |= {"thread_ts": message.thread_ts} | ({"parent_user_id": parent.user} if parent else {})
    elif replies := channel.replies(message.ts):
        users = list(dict.fromkeys(reply.user for reply in replies))
        shown |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts,
            "reply_users": users[:5],
            "is_locked": False,
            "subscribed": False,
        }
    return shown


def bot_profile(config: SlackConfig) -> dict[str, Any]:
    return {
        "id": config.bot_id,
        "app_id": config.app_id,
        "user_id": config.bot_user_id,
        "name": config.app.name,
        "icons": {},
        "deleted": False,
        "updated": CREATED,
        "team_id": config.team_id,
    }


def plain_fallback(blocks: list[dict[str, Any]]) -> str:
    """The text Slack makes of blocks when a message brings none of its own."""
    words: list[str] = []

    def gather(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                words.append(node["text"])
            for key, value in node.items():
                if key not in ("options", "option_groups", "confirm"):
                    gather(value)
        elif isinstance(node, list):
            for value in node:
                gather(value)

    gather(blocks)
    return " ".join(words)[:4000]
