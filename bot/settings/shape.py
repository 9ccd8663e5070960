"""The shapes of single values: each function gives the value as it is used, or raises Wrong."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import os
import re
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from bot.settings.fault import Wrong

_BOT_TOKEN = re.compile(r"(xoxe\.)?xoxb-[A-Za-z0-9-]+")
_APP_TOKEN = re.compile(r"xapp-[A-Za-z0-9-]+")
_SIGNING_SECRET = re.compile(r"[A-Za-z0-9_-]{16,128}")
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_OTHER_TOKENS = {
    "xoxp-": "a person's token",
    "xoxe-": "a refresh token",
    "xoxb-": "a bot token (SLACK_BOT_TOKEN)",
    "xapp-": "an app token (SLACK_APP_TOKEN)",
    "whsec_": "a portal's secret",
}
_ON = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}


def _looks_like(value: str) -> str:
    """What a token is instead, by its beginning; quotes around it are a frequent reason."""
    if value[0] in "\"'":
        return "It has quotation marks around it."
    kind = next((words for start, words in _OTHER_TOKENS.items() if value.startswith(start)), "")
    return f"It looks like {kind}." if kind else "It does not look like one."


def bot_token(value: str) -> str:
    """A bot token, also one that rotates (https://docs.slack.dev/authentication/tokens)."""
    if not _BOT_TOKEN.fullmatch(value):
        right = "It begins with xoxb-: your app's page at api.slack.com, OAuth & Permissions."
        raise Wrong(_looks_like(value), right)
    return value


def app_token(value: str) -> str:
    """An app-level token, for Socket Mode."""
    if not _APP_TOKEN.fullmatch(value):
        right = "It begins with xapp-: Basic Information, App-Level Tokens, with connections:write."
        raise Wrong(_looks_like(value), right)
    return value


def signing_secret(value: str) -> str:
    """The secret Slack signs its requests with."""
    if not _SIGNING_SECRET.fullmatch(value) or value.startswith(("xox", "xapp-")):
        raise Wrong(_looks_like(value), "32 letters and digits: Basic Information, App Credentials, Signing Secret.")
    return value


def api_url(value: str) -> str:
    """The Web API's base address, with a slash at its end."""
    _web_address(value, right="An address such as https://slack.com/api/.")
    return f"{value.rstrip('/')}/"


def _web_address(value: str, *, right: str) -> SplitResult:
    """An http(s) address without user, query or fragment."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Wrong("This is no address.", right) from None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\\]", value):
        raise Wrong("This is no http or https address.", right)
    if parts.username is not None or parts.password is not None:
        raise Wrong("The address holds a user or password.", "Take it out: signatures and tokens say who we are.")
    if parts.query or parts.fragment:
        raise Wrong("The address goes on with ? or #.", "End it before that.")
    return parts


def portal_url(value: str, *, private: bool) -> str:
    """Where a portal's replies go, without a slash at its end. `private`: loopback, private and http are allowed."""
    right = "An address such as https://portal.example.org/desk: /v1/replies is added to it."
    parts = _web_address(value, right=right)
    host = parts.hostname or ""
    allow = "For a trial on your own machine set PORTALDESK_ALLOW_PRIVATE_NETWORK=on."
    if not private and parts.scheme != "https":
        raise Wrong("The address is not https: families' words would travel in clear.", f"Use https. {allow}")
    if not private and _is_private(host):
        raise Wrong("The address is loopback or private.", f"Use the portal's public address. {allow}")
    return value.rstrip("/")


def _is_private(host: str) -> bool:
    """Whether the host is written as a loopback or private one. Names are looked up when something is sent.

    A host whose last label is a number is an IPv4 address in some notation (https://url.spec.whatwg.org,
    "ends in a number"): such as 2130706433, which is 127.0.0.1, are counted as private unless plainly written.
    """
    name = host.rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return re.fullmatch(r"\d+|0[xX][0-9A-Fa-f]*", name.rpartition(".")[2]) is not None


def database_url(value: str) -> str:
    """A database for SQLAlchemy: sqlite:///file or postgresql+psycopg://... Words never hold its password."""
    right = "sqlite:///portaldesk.db, or postgresql://user:password@host:5432/portaldesk."
    scheme, separator, rest = value.partition("://")
    if not separator:
        raise Wrong("This is no database address.", right)
    if scheme == "sqlite":
        if not rest.startswith("/") or rest in ("/", "/:memory:") or rest.endswith("/"):
            raise Wrong("No file is named.", "sqlite:///portaldesk.db (in this folder) or sqlite:////var/lib/desk.db.")
        if "?" in rest:
            raise Wrong("SQLite takes no options here.", "End the address with the file's name.")
        return value
    if scheme not in ("postgresql", "postgresql+psycopg"):
        guess = "Write postgresql://." if scheme == "postgres" else right
        raise Wrong(f'"{scheme[:30]}" is no database we know.', guess)
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        right = f"{right} Signs such as @ / : in a password are written %40 %2F %3A."
        raise Wrong("Host or port cannot be read.", right) from None
    if len(parts.path) < 2:
        raise Wrong("No database is named.", right)
    return f"postgresql+psycopg://{rest}"


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite address, None for another database."""
    return Path(unquote(url.removeprefix("sqlite:///"))) if url.startswith("sqlite:///") else None


def address(value: str) -> tuple[str, int]:
    """Host and port to listen at; [::1]:8300 for IPv6; port 0 is any free one."""
    right = "host:port, such as 127.0.0.1:8300, or 0.0.0.0:8300 to be reached from elsewhere."
    host, _, port = value.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise Wrong("This is no host:port.", right)
    try:
        fits = ipaddress.ip_address(host).version == 6 if bracketed else bool(_HOST.fullmatch(host))
    except ValueError:
        fits = False
    if not fits:
        raise Wrong("The host cannot be one.", right)
    return host, int(port)


def secrets(value: str) -> tuple[bytes, ...]:
    """A portal's keys, the first signs (Standard Webhooks 1.0: whsec_ and base64 of 24 to 64 bytes)."""
    right = "whsec_ and base64 of 24 to 64 bytes, several separated by commas."
    keys = []
    for place, entry in enumerate(filter(None, (part.strip() for part in value.split(","))), start=1):
        if not entry.startswith("whsec_"):
            raise Wrong(f"Secret {place} does not begin with whsec_.", right)
        key = _base64(entry.removeprefix("whsec_"))
        if key is None:
            raise Wrong(f"Secret {place} is not base64 after whsec_.", right)
        if not 24 <= len(key) <= 64:
            raise Wrong(f"Secret {place} has {len(key)} bytes.", right)
        if not any(key):  # copied from an example: whoever read that could sign
            raise Wrong(f"Secret {place} is all zeros.", "The secret that the portal has, made at random.")
        keys.append(key)
    if not keys:
        raise Wrong("There is no secret.", right)
    return tuple(dict.fromkeys(keys))


def keys(value: str) -> str:
    """Encryption keys as bot's storage reads them: keyid:base64 of 32 bytes, newest first, separated by commas."""
    right = "keyid:base64 of 32 bytes, newest first, separated by commas: portaldesk keys new makes one."
    seen = set()
    for place, entry in enumerate(filter(None, (part.strip() for part in value.split(","))), start=1):
        key_id, colon, encoded = entry.partition(":")
        if not colon or not _KEY_ID.fullmatch(key_id):
            raise Wrong(f"Key {place} has no id.", right)
        if len(_base64(encoded) or b"") != 32:
            raise Wrong(f"Key {place} is not base64 of 32 bytes.", right)
        if key_id in seen:
            raise Wrong(f"Key {place} has the id of an earlier one.", "Give each key its own id.")
        seen.add(key_id)
    if not seen:
        raise Wrong("There is no key.", right)
    return value


def _base64(text: str) -> bytes | None:
    """The bytes, None when it is not standard base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def choice(value: str, known: tuple[str, ...]) -> str:
    """One of a few words, whatever the case."""
    for word in known:
        if value.lower() == word.lower():
            return word
    raise Wrong(f'"{value[:40]}" is not known.', f"One of {', '.join(known)}.")


def switch(value: str) -> bool:
    """On or off."""
    if value.lower() not in _ON:
        raise Wrong(f'"{value[:40]}" is neither on nor off.', "Write on or off.")
    return _ON[value.lower()]


def file(value: str) -> Path:
    """A file that exists."""
    path = Path(os.path.expanduser(value))  # noqa: PTH111 - Path's own raises for a person who does not exist
    if not path.is_file():
        raise Wrong("There is no such file.", "The path of a practice file (docs/practice-file.md).")
    return path
