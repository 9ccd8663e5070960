"""The workspace between two starts: one JSON file, written whole and renamed into place."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.modal import Window
from bot.sandbox.slack.workspace import Channel, Group, Message, Person

PAUSE = 0.3


def save(slack: Slack, path: Path) -> None:
    """Write the snapshot; whoever reads sees the old one or the new one, never half."""
    spaces = slack.workspace
    document = {
        "version": 1,
        "people": [asdict(person) for person in spaces.people.values()],
        "groups": [asdict(group) for group in spaces.groups.values()],
        "channels": [_channel(channel) for channel in spaces.channels.values()],
        "homes": [{"user": user, "id": home.id, "view": home.view} for user, home in slack.windows.homes.items()],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def load(slack: Slack, path: Path) -> None:
    """Put back what was saved; what the configuration added since stays."""
    if not path.is_file():
        return
    document = json.loads(path.read_text(encoding="utf-8"))
    spaces = slack.workspace
    for row in document["people"]:
        spaces.people[row["id"]] = Person(**row)
    for row in document["groups"]:
        spaces.groups[row["id"]] = Group(**row)
    for row in document["channels"]:
        spaces.channels[row["id"]] = _restored(row)
    for row in document["homes"]:
        home = Window(row["id"], row["user"], row["id"], None, row["view"])
        home.show(row["view"])
        slack.windows.homes[row["user"]] = slack.windows.by_id[row["id"]] = home


async def keep(slack: Slack, path: Path) -> None:
    """Save a moment after each change, for as long as the stand-in runs."""
    saved = slack.changes
    while True:
        await asyncio.sleep(PAUSE)
        if slack.changes != saved:
            saved = slack.changes
            save(slack, path)


def _channel(channel: Channel) -> dict[str, Any]:
    row = asdict(channel)
    row["members"] = sorted(channel.members)
    row["messages"] = list(row["messages"].values())
    del row["threads"], row["whispers"]
    return row


def _restored(row: dict[str, Any]) -> Channel:
    messages = [Message(**message) for message in row.pop("messages")]
    channel = Channel(**{**row, "members": set(row["members"])})
    for message in messages:
        channel.add(message)
    return channel
