"""The HTTP routes: portals, Slack in HTTP mode, health, metrics, the contract."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.portals import openapi
from bot.slack.shape import is_slacks
from handlers.hall import LIMIT, Hall, Visit, full
from handlers.portal import PortalDoor, PortalRoutes
from handlers.problem import problem, problems

Ready = Callable[[], Awaitable[str]]

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def watched(*, ready: Ready, metrics: Callable[[], bytes]) -> web.Application:
    """What every part of the service answers: its health. `ready` gives a reason why not, or an empty string."""
    app = web.Application(middlewares=[problems], client_max_size=LIMIT)

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_: web.Request) -> web.Response:
        reason = await ready()
        return problem(503, reason, retry_after=5) if reason else web.json_response({"status": "ready"})

    async def metrics_page(_: web.Request) -> web.Response:
        return web.Response(body=metrics(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics_page)
    return app


def open_doors(app: web.Application, *, door: PortalDoor, slack: tuple[AsyncApp, str] | None) -> None:
    """What portals and Slack call. `slack`: Bolt's app and the signing secret, in HTTP mode only."""
    portal = PortalRoutes(door)
    document = openapi.document()

    async def contract(_: web.Request) -> web.Response:
        return web.json_response(document)

    app.router.add_post("/portal/{portal_id}/events", portal.events)
    app.router.add_get("/portal/{portal_id}/messages/{message_id}", portal.message)
    app.router.add_get("/openapi.json", contract)
    if slack is not None:
        app.router.add_post("/slack/events", _slack(*slack))


def _slack(app: AsyncApp, secret: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    verifier = SignatureVerifier(secret)
    hall = Hall()

    async def from_slack(request: web.Request) -> web.StreamResponse:
        with hall.visit() as visit:
            return await inside(request, visit) if visit else full()

    async def inside(request: web.Request, visit: Visit) -> web.StreamResponse:
        raw = await visit.body(request)
        if isinstance(raw, web.Response):
            return raw
        if _looks_at_tls(raw):
            return web.Response()
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        # slack_sdk's verifier raises on a garbage timestamp and on bytes that are no text (research, finding 12)
        if not _TIMESTAMP.fullmatch(stamp) or not _SIGNATURE.fullmatch(signature):
            return problem(401, "This does not carry Slack's signature.")
        if not _is_text(raw) or not verifier.is_valid(raw, stamp, signature):
            return problem(401, "Slack's signature does not hold.")
        told = _told(raw, request.content_type)
        if told is None:
            return problem(400, "This is signed, but it is nothing that Slack sends.")
        # As Socket Mode brings it: read and verified. Bolt would look for the word "payload" in a command's text.
        asked = AsyncBoltRequest(body=told, headers=dict(request.headers), mode="socket_mode")
        return await to_aiohttp_response(await app.async_dispatch(asked))

    return from_slack


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _looks_at_tls(raw: bytes) -> bool:
    """Slack looks at our certificate from time to time: unsigned, and it wants nothing but a 200."""
    return len(raw) < 1_000 and dict(parse_qsl(raw.decode("latin-1"))).get("ssl_check") == "1"


def _told(raw: bytes, content_type: str) -> dict[str, Any] | None:
    """What Slack tells, in a shape that what comes behind can rely on; None when it is nothing that Slack sends."""
    try:
        if content_type == "application/json":
            told = json.loads(raw)
        else:
            told = dict(parse_qsl(raw.decode(), keep_blank_values=True, errors="strict"))
            if "payload" in told:
                told = json.loads(told["payload"])
            elif "command" not in told:
                return None
    except (ValueError, RecursionError):
        return None
    return told if is_slacks(told) else None
