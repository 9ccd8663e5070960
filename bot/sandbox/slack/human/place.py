"""Where a person's hand is: the message, window or Home tab a request of `/_human/` speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.field import State, merged
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.modal import Window
from bot.sandbox.slack.payload import message_place, view_place
from bot.sandbox.slack.refusal import Impossible
from bot.sandbox.slack.workspace import Channel, Message, Person

Body = Mapping[str, Any]


def person(slack: Slack, body: Body) -> Person:
    """The person of `as`, who must be able to sign in."""
    found = slack.workspace.people.get(str(body.get("as", "")))
    if found is None:
        raise Impossible(f"there is no person {body.get('as')!r}")
    if found.deleted and not body.get("forged"):
        raise Impossible(f"{found.real_name} is deactivated and cannot sign in", 403)
    return found


def room(slack: Slack, body: Body, user: str) -> Channel:
    """The conversation of `channel`, as far as this person can see it."""
    name = str(body.get("channel", ""))
    found = slack.workspace.channels.get(name)
    if name == "D" + user[1:]:
        found = slack.workspace.direct(user)
    if found is None:
        raise Impossible(f"there is no channel {name!r}")
    if found.kind != "channel" and user not in found.members and not body.get("forged"):
        raise Impossible(f"{user} cannot see {name}", 403)
    return found


def window(slack: Slack, body: Body, user: str) -> Window:
    """The window of `view_id` (or the Home tab with `home`), open before this person."""
    if body.get("home"):
        home = slack.windows.homes.get(user)
        if home is None:
            raise Impossible(f"{user} has no Home tab yet")
        return home
    found = slack.windows.by_id.get(str(body.get("view_id", "")))
    if found is None or found.user != user:
        raise Impossible(f"{user} has no window {body.get('view_id')!r}")
    if not found.is_open and not body.get("forged"):
        raise Impossible(f"window {found.id} is closed")
    return found


@dataclass(slots=True)
class Place:
    """Something with blocks, its state for one person, and how a payload describes it."""

    slack: Slack
    user: str
    window: Window | None = None
    channel: Channel | None = None
    message: Message | None = None

    @property
    def id(self) -> str:
        return (
            self.window.id if self.window else f"{self.channel and self.channel.id}/{self.message and self.message.ts}"
        )

    @property
    def blocks(self) -> list[dict[str, Any]]:
        if self.window:
            return list(self.window.view["blocks"])
        return self.message.blocks if self.message else []

    @property
    def state(self) -> State:
        if self.window:
            return self.window.state
        key = (self.user, self.channel.id if self.channel else "", self.message.ts if self.message else "")
        kept = merged(self.blocks, self.slack.choices.get(key, {}))
        self.slack.choices[key] = kept
        return kept

    def describe(self) -> dict[str, Any]:
        if self.window:
            return view_place(self.slack, self.window)
        assert self.channel is not None
        assert self.message is not None
        told = message_place(self.slack, self.channel, self.message)
        return {**told, "state": {"values": self.state}}


def place(slack: Slack, body: Body, user: str) -> Place:
    if body.get("home") or body.get("view_id"):
        return Place(slack, user, window=window(slack, body, user))
    channel = room(slack, body, user)
    ts = str(body.get("ts", ""))
    message = channel.messages.get(ts)
    whisper = channel.whispers.get(ts)
    if message is None and whisper is not None and (whisper.only_for == user or body.get("forged")):
        message = whisper
    if message is None:
        raise Impossible(f"there is no message {ts!r} in {channel.id}")
    return Place(slack, user, channel=channel, message=message)
