"""The human side, `/_human/`: what people see and do, as JSON for the web page and for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.slack.config import ConfigFault
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.human import form, look, press, word
from bot.sandbox.slack.human.admin import admin
from bot.sandbox.slack.human.place import Body
from bot.sandbox.slack.refusal import Impossible

HEARTBEAT = 15.0
Look = Callable[[Slack, Body], dict[str, Any]]
Act = Callable[[Slack, Body], Awaitable[dict[str, Any]]]


def journal(slack: Slack, body: Body) -> dict[str, Any]:
    """Rows after number `since`, of one `of` kind or all."""
    since = str(body.get("since") or "0")
    rows = slack.journal.rows(since=int(since) if since.isdigit() else 0, kind=str(body.get("of") or ""))
    return {"rows": rows}


async def faults(slack: Slack, body: Body) -> dict[str, Any]:
    """A new fault plan: `{"faults": [...], "seed": 1}`; an empty list ends all faults."""
    rows, seed = body.get("faults") or [], body.get("seed", 1)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not isinstance(seed, int):
        raise Impossible("faults is a list of objects, seed a whole number", 400)
    try:
        slack.plan.load(rows, seed)
    except ConfigFault as error:
        raise Impossible(str(error), 400) from error
    slack.journal.write("plan", faults=rows, seed=seed)
    return {"faults": len(slack.plan.lines)}


LOOKS: dict[str, Look] = {
    "state": look.state,
    "messages": look.messages,
    "thread": look.thread,
    "views": look.views,
    "home": look.home,
    "journal": journal,
}
ACTS: dict[str, Act] = {
    "press": press.press,
    "input": press.typed,
    "options": press.options,
    "submit": form.submit,
    "close": form.close,
    "command": word.command,
    "post": word.post,
    "open_home": word.open_home,
    "admin": admin,
    "faults": faults,
}


def install(app: web.Application, slack: Slack) -> None:
    async def looked(request: web.Request) -> web.StreamResponse:
        name = request.match_info["what"]
        if name == "stream":
            return await stream(request, slack)
        if name not in LOOKS:
            return _said({"error": f"there is nothing called {name} to look at"}, 404)
        try:
            return _said(LOOKS[name](slack, dict(request.query)))
        except Impossible as error:
            return _said({"error": error.words}, error.status)

    async def acted(request: web.Request) -> web.StreamResponse:
        name = request.match_info["what"]
        if name not in ACTS:
            return _said({"error": f"nobody can {name} here"}, 404)
        try:
            return _said(await ACTS[name](slack, await _body(request)))
        except Impossible as error:
            return _said({"error": error.words}, error.status)

    app.router.add_get("/_human/{what}", looked)
    app.router.add_post("/_human/{what}", acted)


async def _body(request: web.Request) -> Body:
    try:
        found = json.loads(await request.text() or "{}")
    except ValueError:
        raise Impossible("the body must be JSON", 400) from None
    if not isinstance(found, dict):
        raise Impossible("the body must be a JSON object", 400)
    return found


def _said(body: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(body), status=status, content_type="application/json")


async def stream(request: web.Request, slack: Slack) -> web.StreamResponse:
    """Server-sent events for one person, with a comment now and then so that proxies and pages see life."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    queue = slack.stream.watch(request.query.get("as", ""))
    try:
        await response.write(b": watching\n\n")
        while True:
            try:
                news = await asyncio.wait_for(queue.get(), HEARTBEAT)
            except TimeoutError:
                await response.write(b": alive\n\n")
                continue
            await response.write(f"data: {json.dumps(news)}\n\n".encode())
    except (ConnectionError, asyncio.CancelledError):
        return response
    finally:
        slack.stream.leave(queue)
