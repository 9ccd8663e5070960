"""The environment becomes frozen Settings, or every fault at once."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Literal, TypeVar, cast

from dotenv.parser import parse_stream

from bot.settings import shape
from bot.settings.fault import Fault, SettingsWrong, Wrong
from bot.settings.value import DEFAULTS, NEEDS, PortalSettings, Replies, Settings

T = TypeVar("T")

_PORTAL = re.compile(r"PORTALDESK_PORTAL_([A-Z0-9_]{1,40})_(URL|SECRETS|REPLIES)")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def read(env: Mapping[str, str], *, needs: Collection[str] = NEEDS, faults: Sequence[Fault] = ()) -> Settings:
    """The settings of an environment; empty values count as not given.

    `needs` are the parts that the command uses: slack, portals, database, keys, http, practice. What is missing or
    wrong in a part that is not needed becomes a warning and is left out, so that a backup does not fail for a
    misspelt token. `faults` are told together with those found here. Raises SettingsWrong.
    """
    if not set(needs) <= NEEDS:
        raise ValueError(f"needs are among {sorted(NEEDS)}")
    reading = _Reading(env, frozenset(needs), faults)
    private = reading.value("", "PORTALDESK_ALLOW_PRIVATE_NETWORK", shape.switch) or False
    database_url = reading.value("database", "PORTALDESK_DATABASE_URL", shape.database_url)
    settings = Settings(
        slack_bot_token=reading.value("slack", "SLACK_BOT_TOKEN", shape.bot_token),
        slack_app_token=reading.value("slack", "SLACK_APP_TOKEN", shape.app_token),
        slack_signing_secret=reading.value("slack", "SLACK_SIGNING_SECRET", shape.signing_secret),
        slack_api_url=reading.value("slack", "SLACK_API_URL", shape.api_url) or "",
        database_url=database_url or "",
        http=reading.value("http", "PORTALDESK_HTTP", shape.address) or ("127.0.0.1", 8300),
        practice=reading.value("practice", "PORTALDESK_PRACTICE", shape.file),
        portals=_portals(reading, private=private),
        keys=reading.value("keys", "PORTALDESK_KEYS", shape.keys),
        allow_private_network=private,
        log=cast("Literal['json', 'text']", reading.value("", "PORTALDESK_LOG", _known("json", "text")) or "json"),
        log_level=reading.value("", "PORTALDESK_LOG_LEVEL", _known(*_LEVELS)) or "INFO",
    )
    _require(reading, settings)
    _warn(reading, settings)
    if reading.faults:
        raise SettingsWrong(reading.faults)
    return replace(settings, warnings=tuple(reading.warnings))


def load(*, needs: Collection[str] = NEEDS, folder: Path | None = None) -> Settings:
    """The settings of this process: its environment over `.env` in `folder` (the present one). Raises SettingsWrong."""
    written, faults = dotenv(folder or Path.cwd())
    return read({**written, **os.environ}, needs=needs, faults=faults)


def dotenv(folder: Path) -> tuple[dict[str, str], list[Fault]]:
    """What `.env` says, and the lines that cannot be read. Nothing is substituted: a $ in a secret stays a $."""
    try:
        text = (folder / ".env").read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError):
        return {}, [Fault(variable=".env", what_is_wrong="The file cannot be read.", what_would_be_right="UTF-8 text.")]
    values: dict[str, str] = {}
    faults = []
    for line in parse_stream(StringIO(text)):
        if line.error:
            right = "NAME=value, one to a line; a value with spaces or # in quotes."
            where = f".env, line {line.original.line}"
            faults.append(Fault(variable=where, what_is_wrong="The line cannot be read.", what_would_be_right=right))
        elif line.key is not None and line.value is not None:
            values[line.key] = line.value
    return values, faults


class _Reading:
    """One pass over an environment."""

    def __init__(self, env: Mapping[str, str], needs: frozenset[str], faults: Sequence[Fault]) -> None:
        self.env = env
        self.needs = needs
        self.faults = list(faults)
        self.warnings: list[Fault] = []

    @property
    def portal_ids(self) -> list[str]:
        """The ids that stand in names of variables with a value."""
        matches = (_PORTAL.fullmatch(name) for name, value in self.env.items() if value.strip())
        return sorted({match[1] for match in matches if match})

    def raw(self, name: str) -> str:
        """A value as given, trimmed, else the default; empty when there is neither."""
        default = DEFAULTS.get(_PORTAL.sub(r"PORTALDESK_PORTAL_<ID>_\2", name))
        return self.env.get(name, "").strip() or default or ""

    def value(self, part: str, name: str, parse: Callable[[str], T]) -> T | None:
        """A value in its shape; None when it is not given or wrong."""
        text = self.raw(name)
        if not text:
            return None
        try:
            return parse(text)
        except Wrong as wrong:
            self.fault(part, name, wrong.wrong, wrong.right)
            return None

    def fault(self, part: str, name: str, wrong: str, right: str) -> None:
        """Remember what is wrong: a fault if the part is needed (or ""), else a warning."""
        fault = Fault(variable=name, what_is_wrong=wrong, what_would_be_right=right)
        (self.faults if not part or part in self.needs else self.warnings).append(fault)

    def missing(self, part: str, name: str, right: str) -> None:
        """Remember what is not given but needed; what is not needed may be missing."""
        if part not in self.needs or self.raw(name):
            return
        others = [other for other in self.env if other.startswith(("SLACK_", "PORTALDESK_")) and other not in DEFAULTS]
        near = difflib.get_close_matches(name, others, n=1, cutoff=0.75)
        self.fault(part, name, "It is not set.", f"{right} Is {near[0]} meant for it?" if near else right)


def _known(*words: str) -> Callable[[str], str]:
    return partial(shape.choice, known=words)


def _portals(reading: _Reading, *, private: bool) -> tuple[PortalSettings, ...]:
    """The portals by id, complete ones only; the rest is told."""
    found = []
    for portal_id in reading.portal_ids:
        start = f"PORTALDESK_PORTAL_{portal_id}_"
        url = reading.value("portals", f"{start}URL", partial(shape.portal_url, private=private))
        secrets = reading.value("portals", f"{start}SECRETS", shape.secrets)
        mode = reading.value("portals", f"{start}REPLIES", _known("idempotent", "lookup", "neither"))
        reading.missing("portals", f"{start}URL", "Where the portal takes replies, such as https://portal.example.org.")
        reading.missing("portals", f"{start}SECRETS", "whsec_..., the same as at the portal.")
        if url is not None and secrets is not None and mode is not None:
            replies = cast("Replies", mode)
            found.append(PortalSettings(id=portal_id.lower(), url=url, secrets=secrets, mode=replies))
    if not reading.portal_ids and "portals" in reading.needs:
        right = "At least one portal: PORTALDESK_PORTAL_MAIN_URL and PORTALDESK_PORTAL_MAIN_SECRETS."
        reading.fault("portals", "PORTALDESK_PORTAL_<ID>_URL", "No portal is set.", right)
    return tuple(found)


def _require(reading: _Reading, settings: Settings) -> None:
    """What must be there for the parts that are needed."""
    reading.missing("slack", "SLACK_BOT_TOKEN", "xoxb-...: your app's page at api.slack.com, OAuth & Permissions.")
    if not reading.raw("SLACK_APP_TOKEN") and not reading.raw("SLACK_SIGNING_SECRET"):
        right = "SLACK_APP_TOKEN (xapp-..., Socket Mode), or SLACK_SIGNING_SECRET if Slack posts to us."
        reading.missing("slack", "SLACK_APP_TOKEN", right)
    if settings.database_url and settings.database == "postgresql":
        right = "With PostgreSQL there is no key file beside the database: portaldesk keys new makes a key."
        reading.missing("keys", "PORTALDESK_KEYS", right)


def _warn(reading: _Reading, settings: Settings) -> None:
    """What is allowed but probably not meant."""

    def warn(name: str, wrong: str, right: str) -> None:
        reading.warnings.append(Fault(variable=name, what_is_wrong=wrong, what_would_be_right=right))

    known = [name for name in DEFAULTS if "<ID>" not in name]
    parts = ("URL", "SECRETS", "REPLIES")
    known += [f"PORTALDESK_PORTAL_{portal_id}_{part}" for portal_id in reading.portal_ids for part in parts]
    for name in sorted(reading.env):
        if name.upper().startswith("PORTALDESK_") and name not in known and not _PORTAL.fullmatch(name):
            near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.6)
            right = f"Did you mean {near[0]}?" if near else "docs/settings.md lists all settings."
            warn(name, "It is not a setting, and does nothing.", right)
    if settings.slack_app_token and settings.slack_signing_secret:
        warn("SLACK_SIGNING_SECRET", "It is not used beside SLACK_APP_TOKEN (Socket Mode).", "Keep one of the two.")
    if settings.slack_api_url.startswith("http://") and not settings.allow_private_network:
        warn("SLACK_API_URL", "It is not https: the token travels in clear.", "Use https, except on your own machine.")
    owner: dict[bytes, str] = {}
    for portal in settings.portals:
        for secret in portal.secrets:
            if owner.setdefault(secret, portal.id) != portal.id:
                name = f"PORTALDESK_PORTAL_{portal.id.upper()}_SECRETS"
                wrong = f"It shares a secret with {owner[secret]}: each could speak as the other."
                warn(name, wrong, "Give each portal its own.")
