"""What the settings are: their names, their defaults, and the frozen values they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.settings.fault import Fault
from bot.settings.shape import sqlite_path

Replies = Literal["idempotent", "lookup", "neither"]
NEEDS = frozenset({"slack", "portals", "database", "keys", "http", "practice"})

DEFAULTS: Mapping[str, str | None] = {
    "SLACK_BOT_TOKEN": None,
    "SLACK_APP_TOKEN": None,
    "SLACK_SIGNING_SECRET": None,
    "SLACK_API_URL": "https://slack.com/api/",
    "PORTALDESK_DATABASE_URL": "sqlite:///portaldesk.db",
    "PORTALDESK_HTTP": "127.0.0.1:8300",
    "PORTALDESK_PRACTICE": None,
    "PORTALDESK_PORTAL_<ID>_URL": None,
    "PORTALDESK_PORTAL_<ID>_SECRETS": None,
    "PORTALDESK_PORTAL_<ID>_REPLIES": "idempotent",
    "PORTALDESK_KEYS": None,
    "PORTALDESK_ALLOW_PRIVATE_NETWORK": "off",
    "PORTALDESK_LOG": "json",
    "PORTALDESK_LOG_LEVEL": "INFO",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSettings:
    """One portal. `id` in lower case, as in paths; `url` has no slash at its end; the first of `secrets` signs."""

    id: str
    url: str
    secrets: tuple[bytes, ...] = field(repr=False)
    mode: Replies = "idempotent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the environment says (CONTRACT, section 2). Its repr shows no secret.

    `slack_app_token` is None in HTTP mode. `http` is host and port. `keys` is as storage.crypto reads it, None where a
    key file beside the SQLite database holds them. No variable sets `slack_pace` (seconds between two posts in one
    channel) and `press_within` (seconds that a press may take); tests and benches do. `warnings`: what is probably not
    meant, and what is wrong but not needed now.
    """

    slack_bot_token: str | None = field(default=None, repr=False)
    slack_app_token: str | None = field(default=None, repr=False)
    slack_signing_secret: str | None = field(default=None, repr=False)
    slack_api_url: str = "https://slack.com/api/"
    database_url: str = field(default="sqlite:///portaldesk.db", repr=False)
    http: tuple[str, int] = ("127.0.0.1", 8300)
    practice: Path | None = None
    portals: tuple[PortalSettings, ...] = ()
    keys: str | None = field(default=None, repr=False)
    allow_private_network: bool = False
    log: Literal["json", "text"] = "json"
    log_level: str = "INFO"
    slack_pace: float = 1.0
    press_within: float = 2.5
    warnings: tuple[Fault, ...] = ()

    @property
    def portal_ids(self) -> tuple[str, ...]:
        """The ids of all portals."""
        return tuple(portal.id for portal in self.portals)

    @property
    def database(self) -> Literal["sqlite", "postgresql"]:
        """Which kind of database it is."""
        return "sqlite" if self.database_url.startswith("sqlite:") else "postgresql"

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, None with PostgreSQL."""
        return sqlite_path(self.database_url)
