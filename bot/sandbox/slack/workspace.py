"""The workspace's own facts: people, conversations, messages and user groups, in Slack's public shapes."""

from __future__ import annotations

import itertools
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.sandbox.slack.config import ChannelConfig, GroupConfig, PersonConfig, SlackConfig

CREATED = 1_700_000_000


class Clock:
    """Message timestamps: seconds with six decimals, never twice the same."""

    def __init__(self) -> None:
        self._last = 0

    def ts(self) -> str:
        self._last = max(time.time_ns() // 1000, self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


@dataclass(slots=True)
class Person:
    """A member of the workspace, a guest, a stranger of a shared channel, or the bot itself."""

    id: str
    name: str
    real_name: str
    team_id: str
    tz: str = "America/New_York"
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    is_stranger: bool = False
    deleted: bool = False

    @classmethod
    def of(cls, row: PersonConfig, team_id: str) -> Person:
        return cls(**{**asdict(row), "real_name": row.real_name or row.name, "team_id": row.team_id or team_id})

    def public(self) -> dict[str, Any]:
        shown = {
            **asdict(self),
            "color": "4bbe2e",
            "is_owner": False,
            "is_primary_owner": False,
            "is_app_user": False,
            "tz_label": "",
            "tz_offset": 0,
            "updated": CREATED,
            "who_can_share_contact_card": "EVERYONE",
            "profile": {
                "real_name": self.real_name,
                "real_name_normalized": self.real_name,
                "display_name": self.name,
                "display_name_normalized": self.name,
                "team": self.team_id,
            },
        }
        if not self.is_stranger:
            del shown["is_stranger"]
        if self.deleted:  # Slack leaves most flags out for deactivated people
            for flag in ("is_admin", "is_restricted", "is_ultra_restricted", "is_owner", "is_primary_owner", "tz"):
                del shown[flag]
        return shown


@dataclass(slots=True)
class Message:
    """One message of a conversation, or one only `only_for` sees."""

    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    bot_id: str = ""
    thread_ts: str = ""
    subtype: str = ""
    metadata: dict[str, Any] | None = None
    edited: dict[str, str] | None = None
    only_for: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass(slots=True)
class Channel:
    """A public or private channel, or a direct message with the app (`kind` is channel, group or im)."""

    id: str
    name: str
    kind: str = "channel"
    members: set[str] = field(default_factory=set)
    is_archived: bool = False
    is_ext_shared: bool = False
    user: str = ""
    topic: str = ""
    purpose: str = ""
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    whispers: dict[str, Message] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)
    is_read_only: bool = False

    @classmethod
    def of(cls, row: ChannelConfig, bot: str) -> Channel:
        members = set(row.members) | ({bot} if row.bot_is_member else set())
        kind = "group" if row.is_private else "channel"
        return cls(
            row.id,
            row.name,
            kind,
            members,
            row.is_archived,
            row.is_ext_shared,
            "",
            row.topic,
            row.purpose,
            is_read_only=row.is_read_only,
        )

    def add(self, message: Message) -> None:
        if message.only_for:
            self.whispers[message.ts] = message
            return
        self.messages[message.ts] = message
        if message.is_reply:
            self.threads.setdefault(message.thread_ts, []).append(message.ts)

    def remove(self, ts: str) -> None:
        message = self.messages.pop(ts)
        if message.is_reply and ts in self.threads.get(message.thread_ts, []):
            self.threads[message.thread_ts].remove(ts)

    def top_level(self) -> list[Message]:
        broadcast = "thread_broadcast"
        return [found for found in self.messages.values() if not found.is_reply or found.subtype == broadcast]

    def replies(self, ts: str) -> list[Message]:
        return [self.messages[reply] for reply in self.threads.get(ts, ()) if reply in self.messages]


@dataclass(slots=True)
class Group:
    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    enabled: bool = True

    @classmethod
    def of(cls, row: GroupConfig) -> Group:
        return cls(row.id, row.handle, row.name or row.handle, list(row.users))

    def public(self, team_id: str, *, with_users: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": self.id,
            "team_id": team_id,
            "is_usergroup": True,
            "is_subteam": True,
            "name": self.name,
            "description": "",
            "handle": self.handle,
            "is_external": False,
            "date_create": CREATED,
            "date_update": CREATED,
            "date_delete": 0 if self.enabled else CREATED,
            "auto_type": None,
            "created_by": "USLACKBOT",
            "user_count": len(self.users),
        }
        return {**shown, "users": list(self.users)} if with_users else shown


class Workspace:
    """Everything the team has, by id."""

    def __init__(self, config: SlackConfig) -> None:
        self.team_id = config.team_id
        self.bot_user_id = config.bot_user_id
        self.people = {row.id: Person.of(row, config.team_id) for row in config.people}
        name = config.app.name
        self.people[config.bot_user_id] = Person(config.bot_user_id, name.lower(), name, config.team_id, is_bot=True)
        self.channels = {row.id: Channel.of(row, config.bot_user_id) for row in config.channels}
        self.groups = {row.id: Group.of(row) for row in config.groups}
        self.clock = Clock()
        self._serial = itertools.count(1)

    def serial(self, prefix: str) -> str:
        """A new id in Slack's manner: the kind's letter, then capitals and digits."""
        number = next(self._serial) + int(time.time() * 1000) * 1000
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        word = ""
        while number:
            number, rest = divmod(number, 36)
            word = digits[rest] + word
        return prefix + word.rjust(10, "0")

    def direct(self, user: str) -> Channel:
        """The direct message between the app and this person, opened when it is not there yet."""
        found = self.channels.get("D" + user[1:])
        if found is None:
            found = Channel("D" + user[1:], "", "im", {user, self.bot_user_id}, user=user)
            self.channels[found.id] = found
        return found

    def outsiders(self, channel: Channel) -> list[str]:
        return [user for user in channel.members if user in self.people and self.people[user].team_id != self.team_id]
