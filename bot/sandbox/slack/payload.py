"""Interaction payloads and slash commands, field by field as Slack sends them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.modal import Window
from bot.sandbox.slack.shape import message_public
from bot.sandbox.slack.workspace import Channel, Message

ROOM_NAMES = {"group": "privategroup", "im": "directmessage"}


def _frame(slack: Slack, kind: str, user: str) -> dict[str, Any]:
    person, config = slack.workspace.people.get(user), slack.config
    name = person.name if person else user.lower()
    team = person.team_id if person else config.team_id
    return {
        "type": kind,
        "team": {"id": config.team_id, "domain": config.team_domain},
        "user": {"id": user, "username": name, "name": name, "team_id": team},
        "api_app_id": config.app_id,
        "token": config.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def room_name(channel: Channel) -> str:
    return ROOM_NAMES.get(channel.kind, channel.name)


def response_url(slack: Slack, user: str, channel: Channel, ts: str = "") -> str:
    return f"{slack.url}/actions/{slack.config.team_id}/{slack.tickets.response_url(user, channel.id, ts)}"


def message_place(slack: Slack, channel: Channel, message: Message) -> dict[str, Any]:
    """Where an action happened: a message; an ephemeral one is not told along."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(message.only_for),
    }
    if message.is_reply:
        container["thread_ts"] = message.thread_ts
    place: dict[str, Any] = {"container": container, "channel": {"id": channel.id, "name": room_name(channel)}}
    if not message.only_for:
        place["message"] = message_public(message, channel, slack.config)
        place["message"].pop("metadata", None)
    return place


def view_place(slack: Slack, window: Window) -> dict[str, Any]:
    return {"container": {"type": "view", "view_id": window.id}, "view": window.public(slack.config)}


def block_actions(slack: Slack, user: str, place: dict[str, Any], action: dict[str, Any]) -> dict[str, Any]:
    view_id = place["container"].get("view_id", "")
    return {
        **_frame(slack, "block_actions", user),
        **place,
        "trigger_id": slack.tickets.trigger(user, view_id),
        "actions": [{**action, "action_ts": slack.workspace.clock.ts()}],
    }


def view_submission(slack: Slack, window: Window) -> dict[str, Any]:
    return {
        **_frame(slack, "view_submission", window.user),
        "trigger_id": slack.tickets.trigger(window.user, window.id),
        "view": window.public(slack.config),
        "response_urls": [],
    }


def view_closed(slack: Slack, window: Window, *, cleared: bool) -> dict[str, Any]:
    """Values of input blocks are not told."""
    view = window.public(slack.config)
    inputs = {block["block_id"] for block in window.view["blocks"] if block["type"] == "input"}
    kept = {name: values for name, values in window.state.items() if name not in inputs}
    view["state"] = {"values": kept}
    return {**_frame(slack, "view_closed", window.user), "view": view, "is_cleared": cleared}


def block_suggestion(
    slack: Slack, user: str, place: dict[str, Any], ids: tuple[str, str], query: str
) -> dict[str, Any]:
    block_id, action_id = ids
    asked = {"action_id": action_id, "block_id": block_id, "value": query}
    return {**_frame(slack, "block_suggestion", user), **place, **asked}


def slash_command(slack: Slack, user: str, channel: Channel, command: str, text: str) -> dict[str, Any]:
    config = slack.config
    return {
        "token": config.verification_token,
        "team_id": config.team_id,
        "team_domain": config.team_domain,
        "channel_id": channel.id,
        "channel_name": room_name(channel),
        "user_id": user,
        "user_name": slack.workspace.people[user].name,
        "command": command,
        "text": text,
        "api_app_id": config.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(slack, user, channel),
        "trigger_id": slack.tickets.trigger(user),
    }
