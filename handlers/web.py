"""The HTTP routes: portals, Slack in HTTP mode, health, metrics, the contract."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.portals import openapi
from handlers.portal import LIMIT, PortalDoor, PortalRoutes
from handlers.problem import problem, problems

Ready = Callable[[], Awaitable[str]]

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def build(*, door: PortalDoor, slack: AsyncApp | None, ready: Ready, metrics: Callable[[], bytes]) -> web.Application:
    """All routes. `slack` only in HTTP mode; `ready` gives a reason why not, or an empty string."""
    app = web.Application(middlewares=[problems], client_max_size=LIMIT)
    portal = PortalRoutes(door)
    document = openapi.document()

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_: web.Request) -> web.Response:
        reason = await ready()
        return problem(503, reason, retry_after=5) if reason else web.json_response({"status": "ready"})

    async def metrics_page(_: web.Request) -> web.Response:
        return web.Response(body=metrics(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def contract(_: web.Request) -> web.Response:
        return web.json_response(document)

    app.router.add_post("/portal/{portal_id}/events", portal.events)
    app.router.add_get("/portal/{portal_id}/messages/{message_id}", portal.message)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics_page)
    app.router.add_get("/openapi.json", contract)
    if slack is not None:
        app.router.add_post("/slack/events", _slack(slack))
    return app


def _slack(app: AsyncApp) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def from_slack(request: web.Request) -> web.StreamResponse:
        # slack_sdk's verifier raises on a garbage timestamp, and Bolt would answer 500 (research, finding 12)
        if not _TIMESTAMP.fullmatch(request.headers.get("X-Slack-Request-Timestamp", "")) or not _SIGNATURE.fullmatch(
            request.headers.get("X-Slack-Signature", "")
        ):
            return problem(401, "This does not carry Slack's signature.")
        try:
            asked = await to_bolt_request(request)
        except UnicodeDecodeError:
            return problem(400, "The body is not text.")
        return await to_aiohttp_response(await app.async_dispatch(asked))

    return from_slack
