"""The part of `portaldesk check` that asks Slack and the portals."""

from __future__ import annotations

import hashlib
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import clock
from bot.cli.checked import Checked, failed, ok, warning
from bot.domain.place import TROUBLES
from bot.domain.practice import Practice
from bot.jobs.rounds import channel_ids
from bot.portals.base import Arrival, Mode, PortalConfig
from bot.portals.client import HttpPortal
from bot.portals.wire import open_session
from bot.settings import Settings
from bot.slack.poster import Poster
from bot.slack.verdict import channel_trouble, trouble_of

SCOPES = frozenset(
    {
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "users:read",
    }
)
SKEW = 30  # seconds that our clock may be away from theirs


async def look_at_slack(
    poster: Poster, client: AsyncWebClient, settings: Settings, practice: Practice | None, *, now: datetime
) -> list[Checked]:
    """Token, scopes, clock, Socket Mode, channels and people."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        code = str(error.response.get("error", "no answer")) if error.response else "no answer"
        return [failed("Slack token", code, "Copy the Bot User OAuth Token again (OAuth & Permissions).")]
    except Exception as error:  # noqa: BLE001 - whatever the network raised: the table goes on
        return [failed("Slack", type(error).__name__, f"Can this machine reach {settings.slack_api_url} ?")]
    rows = [ok("Slack token", f"{answer.get('user')} in {answer.get('team')}")]
    rows.append(_scopes(str(answer.headers.get("x-oauth-scopes") or answer.headers.get("X-OAuth-Scopes") or "")))
    rows += _skew("Slack", str(answer.headers.get("date") or answer.headers.get("Date") or ""), now)
    rows += [row async for row in _socket(client, settings)]
    if practice:
        rows += await _channels(poster, practice)
        rows += [row async for row in _people(poster, practice)]
    return rows


def _scopes(granted: str) -> Checked:
    have = {scope.strip() for scope in granted.split(",") if scope.strip()}
    if not have:
        return warning("Slack scopes", "Slack did not say", "Compare them with manifest.yml.")
    missing = sorted(SCOPES - have)
    if missing:
        return failed(
            "Slack scopes", f"missing: {', '.join(missing)}", "Update the app from manifest.yml and reinstall."
        )
    extra = sorted(have - SCOPES)
    if extra:
        return warning("Slack scopes", f"more than needed: {', '.join(extra)}", "Take them away: the less, the safer.")
    return ok("Slack scopes", f"{len(have)}, none missing")


def _skew(what: str, date: str, now: datetime) -> list[Checked]:
    try:
        theirs = parsedate_to_datetime(date).astimezone(UTC)
    except (TypeError, ValueError):
        return []
    seconds = abs((theirs - now).total_seconds())
    if seconds > SKEW:
        return [failed("clock", f"{seconds:.0f} s away from {what}'s", "Switch time synchronisation on (timedatectl).")]
    return [ok("clock", f"within {SKEW} s of {what}'s")]


async def _socket(client: AsyncWebClient, settings: Settings) -> AsyncIterator[Checked]:
    if settings.slack_app_token is None:
        yield ok("Slack, HTTP mode", "Slack must reach /slack/events over HTTPS", "Set it as the Request URL.")
        return
    try:
        await client.apps_connections_open(app_token=settings.slack_app_token)
    except SlackApiError as error:
        code = str(error.response.get("error", "no answer")) if error.response else "no answer"
        yield failed("Slack app token", code, "Make one with connections:write (Basic Information, App-Level Tokens).")
    except Exception as error:  # noqa: BLE001 - as above
        yield failed("Slack app token", type(error).__name__, "Try again; Slack did not answer.")
    else:
        yield ok("Slack app token", "Socket Mode opens")


async def _channels(poster: Poster, practice: Practice) -> list[Checked]:
    named = [d.channel for d in practice.departments] + ([practice.urgent_channel] if practice.urgent_channel else [])
    ids = await channel_ids(poster) if any(name.startswith("#") for name in named) else {}
    rows = []
    for name in dict.fromkeys(named):
        channel_id = (ids or {}).get(name.removeprefix("#")) if name.startswith("#") else name
        called = await poster.call("conversations.info", read=True, channel=channel_id) if channel_id else None
        if called is None:
            trouble = "not_found"
        else:
            trouble = channel_trouble(called.code) if (told := trouble_of(called)) is None else told
        what = f"channel {name}"
        rows.append(failed(what, trouble, f"It {TROUBLES[trouble]}.") if trouble else ok(what, "I am a member"))
    return rows


async def _people(poster: Poster, practice: Practice) -> AsyncIterator[Checked]:
    for person in practice.staff:
        called = await poster.call("users.info", read=True, user=person.slack)
        user = called.data.get("user") or {}
        if not called.done:
            yield failed(f"person {person.slack}", called.code, "Is the Slack id right? Profile, Copy member ID.")
        elif user.get("deleted") or user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_bot"):
            yield failed(f"person {person.slack}", "deactivated, guest or bot", "Only full members may act.")
        else:
            yield ok(f"person {person.slack}", "active member")


async def look_at_portals(settings: Settings, *, now: datetime) -> list[Checked]:
    """Whether each portal can be reached and takes our signature: asked about a reply that never was."""
    del now
    rows = []
    session = open_session(allow_private=settings.allow_private_network)
    try:
        for one in settings.portals:
            config = PortalConfig(id=one.id, url=one.url, secrets=one.secrets, mode=Mode.LOOKUP)  # asked in any case
            portal = HttpPortal(config, session, clock, chance=random.random)
            probe = "r_check" + hashlib.sha256(one.id.encode()).hexdigest()[:16]
            asked = await portal.look_up(probe)
            rows.append(_portal(f"portal {one.id}", asked.arrival, asked.code, one.mode))
    finally:
        await session.close()
    return rows


def _portal(what: str, arrival: Arrival, code: str, mode: str) -> Checked:
    if code == "unauthorized":
        return failed(
            what, "it refuses our signature (401)", "Compare PORTALDESK_PORTAL_..._SECRETS with the portal's."
        )
    if arrival is not Arrival.UNKNOWN:
        return ok(what, f"reached; it takes our signature; replies {mode}")
    if code.startswith("http_") and mode != "lookup":
        return ok(what, f"reached ({code.removeprefix('http_')}: it cannot be asked about replies, nor need it)")
    if code.startswith("http_"):
        return failed(what, f"GET /v1/replies answers {code.removeprefix('http_')}", "Then it is not `lookup`.")
    return failed(what, f"cannot be reached ({code})", "Check its URL, the network and the firewall.")
