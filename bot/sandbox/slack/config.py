"""What the stand-in workspace is made of: tokens, team, people, channels, the app's manifest, times and limits."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml

T = TypeVar("T")


class ConfigFault(ValueError):  # noqa: N818
    """The configuration cannot be used; the words say why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts of an app manifest (schema v2) that decide what Slack lets an app do."""

    scopes: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    commands: tuple[str, ...] = ()
    home_tab: bool = False
    escaping: frozenset[str] = frozenset()
    messages_tab: bool = False
    messages_read_only: bool = False
    interactive: bool = False
    name: str = "Portal Desk"

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Manifest:
        features, settings = document.get("features") or {}, document.get("settings") or {}
        home = features.get("app_home") or {}
        scopes = (document.get("oauth_config") or {}).get("scopes") or {}
        display = document.get("display_information") or {}
        bot_user = features.get("bot_user") or {}
        return cls(
            scopes=frozenset(scopes.get("bot") or ()),
            events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ()),
            commands=tuple(entry["command"] for entry in features.get("slash_commands") or ()),
            home_tab=bool(home.get("home_tab_enabled")),
            escaping=frozenset(
                entry["command"] for entry in features.get("slash_commands") or () if entry.get("should_escape")
            ),
            messages_tab=bool(home.get("messages_tab_enabled")),
            messages_read_only=bool(home.get("messages_tab_read_only_enabled")),
            interactive=bool((settings.get("interactivity") or {}).get("is_enabled")),
            name=str(bot_user.get("display_name") or display.get("name") or "Portal Desk"),
        )

    @classmethod
    def read(cls, path: Path) -> Manifest:
        return cls.parse(_document(path))


@dataclass(frozen=True, slots=True)
class PersonConfig:
    id: str
    name: str
    real_name: str = ""
    team_id: str = ""
    tz: str = "America/New_York"
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    is_stranger: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    id: str
    name: str
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    is_read_only: bool = False
    bot_is_member: bool = True
    members: tuple[str, ...] = ()
    topic: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class GroupConfig:
    id: str
    handle: str
    name: str = ""
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """Slack's patience in seconds: acks, trigger ids, response URLs, and the pauses before an event is retried.

    `edits`: how old a message may be changed, by the workspace's settings.
    """

    ack: float = 3.0
    trigger: float = 3.0
    response_url: float = 1800.0
    retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    warning: float = 10.0
    edits: float = math.inf


STAFF = (
    PersonConfig("U0ALICE", "alice", "Alice Moreno"),
    PersonConfig("U0LEE", "dlee", "Dr. Dana Lee"),
    PersonConfig("U0ADMIN", "pat", "Pat Quinn", is_admin=True),
)
ROOMS = (ChannelConfig("C0NURSING", "nursing", members=("U0ALICE", "U0LEE", "U0ADMIN")),)


@dataclass(frozen=True, slots=True)
class SlackConfig:
    """One workspace with one app installed; everything has a default, so that a test names only what it is about."""

    team_id: str = "T0CLINIC"
    team_name: str = "Bright Kids Pediatrics"
    team_domain: str = "brightkids"
    app_id: str = "A0PORTAL"
    bot_id: str = "B0PORTAL"
    bot_user_id: str = "U0PORTAL"
    bot_token: str = "xoxb-sandbox-bot"  # noqa: S105 - a stand-in's token opens nothing
    app_token: str = "xapp-1-A0PORTAL-sandbox"  # noqa: S105
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105
    verification_token: str = "sandbox-verification"  # noqa: S105
    people: tuple[PersonConfig, ...] = STAFF
    channels: tuple[ChannelConfig, ...] = ROOMS
    groups: tuple[GroupConfig, ...] = ()
    manifest: Manifest | Path = Path("manifest.yml")
    scopes: frozenset[str] | None = None
    host: str = "127.0.0.1"
    port: int = 0
    deliver: Literal["socket", "http"] = "socket"
    bot_url: str = ""
    limits: bool = True
    tiers: Mapping[int, int] = field(default_factory=lambda: {1: 10, 2: 20, 3: 50, 4: 100})
    timing: Timing = Timing()
    journal: Path | None = None
    state: Path | None = None
    faults: tuple[Mapping[str, Any], ...] = ()
    seed: int = 1

    @classmethod
    def read(cls, path: Path) -> SlackConfig:
        """A configuration file, YAML or JSON; its relative paths are relative to it.

        Raises:
            ConfigFault: a name that means nothing, or a value of the wrong shape.
        """
        return cls.parse(_document(path), beside=path.parent)

    @classmethod
    def parse(cls, document: Mapping[str, Any], *, beside: Path = Path()) -> SlackConfig:
        given = dict(document)
        given["people"] = _rows(PersonConfig, given.pop("users", None) or given.pop("people", None), STAFF)
        given["channels"] = _rows(ChannelConfig, given.pop("channels", None), ROOMS)
        given["groups"] = _rows(GroupConfig, given.pop("groups", None) or given.pop("user_groups", None), ())
        if "timing" in given:
            given["timing"] = _row(Timing, given["timing"])
        if given.get("scopes") is not None:
            given["scopes"] = frozenset(given["scopes"])
        given["manifest"] = _manifest(given.get("manifest", "manifest.yml"), beside)
        for name in ("journal", "state"):
            given[name] = beside / given[name] if given.get(name) else None
        return _row(cls, given)

    def ready(self) -> SlackConfig:
        """The same with the manifest read, or a fault in words when something cannot be."""
        if not ip_address(self.host).is_loopback:
            raise ConfigFault(f"the stand-in Slack answers on loopback only, not on {self.host}")
        if self.deliver == "http" and not self.bot_url:
            raise ConfigFault("delivery over HTTP needs the bot's address (bot_url)")
        if isinstance(self.manifest, Manifest):
            return self
        if not self.manifest.is_file():
            raise ConfigFault(f"there is no manifest at {self.manifest}; name one with `manifest` in the configuration")
        return replace(self, manifest=Manifest.read(self.manifest))

    @property
    def app(self) -> Manifest:
        if isinstance(self.manifest, Path):
            raise ConfigFault("the manifest has not been read yet; call ready()")
        return self.manifest


def _manifest(given: Any, beside: Path) -> Manifest | Path:
    if isinstance(given, Mapping):
        return Manifest.parse(given)
    path = Path(given)
    return beside / path if (beside / path).is_file() else path


def _document(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    found = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    if not isinstance(found, dict):
        raise ConfigFault(f"{path} does not hold a mapping")
    return found


def _rows(kind: type[T], given: Any, default: tuple[T, ...]) -> tuple[T, ...]:
    return default if given is None else tuple(_row(kind, row) for row in given)


def _row(kind: type[T], given: Any) -> T:
    if not isinstance(given, Mapping):
        raise ConfigFault(f"{kind.__name__}: expected a mapping, got {type(given).__name__}")
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(given) - known:
        raise ConfigFault(
            f"{kind.__name__}: unknown {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}"
        )
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise ConfigFault(f"{kind.__name__}: {error}") from error
