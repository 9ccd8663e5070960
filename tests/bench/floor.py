"""References: a bare webhook with one SQLite commit, and a bare Bolt app that acknowledges and does nothing."""

from __future__ import annotations

import sqlite3
import sys

import uvloop
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult


def floor_in(path: str) -> web.Application:
    """One request, one row, one commit (WAL, synchronous=FULL)."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, body BLOB)")

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO events (body) VALUES (?)", (body,))
        database.execute("COMMIT")
        return web.json_response({"status": "stored"}, status=202)

    app = web.Application()
    app.router.add_post("/portal/main/events", take)
    return app


def floor_ack(secret: str, slack: str) -> web.Application:
    """Bolt's AsyncApp as its documentation shows it: every press is acknowledged; a window opens after it."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0CLINIC", bot_token="xoxb-bench", bot_user_id="U0BOT")

    from slack_sdk.web.async_client import AsyncWebClient

    bolt = AsyncApp(signing_secret=secret, authorize=authorize, client=AsyncWebClient(base_url=f"{slack}/api/"))

    @bolt.action("card_reply")
    async def press(ack, body, client):
        await ack()
        view = {"type": "modal", "title": {"type": "plain_text", "text": "Reply"}, "blocks": []}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def from_slack(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    app = web.Application()
    app.router.add_post("/slack/events", from_slack)
    return app


if __name__ == "__main__":
    kind, port, first, *rest = sys.argv[1:]
    uvloop.install()
    made = floor_in(first) if kind == "in" else floor_ack(first, rest[0])
    web.run_app(made, host="127.0.0.1", port=int(port), access_log=None, print=None)
