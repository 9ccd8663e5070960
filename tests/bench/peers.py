"""Small, fast stand-ins for Slack and the portal: they answer, note the time, and tell what they saw."""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from collections import defaultdict

import uvloop
from aiohttp import web

MARK = re.compile(rb"bench-(\d+)-")
ANSWER = 0.060  # seconds that the limited Slack takes to answer, and its jitter
JITTER = 0.020


class Peers:
    """Slack and portal on one port. `limited`: one post a second and channel, strict, with whole-second Retry-After."""

    def __init__(self) -> None:
        self.reset({})

    def reset(self, wish: dict) -> None:
        """Forget everything."""
        self.limited = bool(wish.get("limited"))
        self.posts: dict[str, list[int]] = defaultdict(list)
        self.values: dict[str, str] = {}
        self.views: dict[str, tuple[int, str]] = {}
        self.homes: list[int] = []
        self.replies: dict[str, list[int]] = defaultdict(list)
        self.refused = 0
        self.count = 0
        self.last: dict[str, float] = defaultdict(float)

    async def api(self, request: web.Request) -> web.Response:
        """The Web API, as far as a bot needs it."""
        method = request.match_info["method"]
        raw = await request.read()
        if method == "chat.postMessage":
            return await self.post(raw, request)
        if method == "views.open":
            told = json.loads(raw) if raw[:1] == b"{" else dict(await request.post())
            view = told["view"] if isinstance(told["view"], dict) else json.loads(told["view"])
            self.views[told["trigger_id"]] = (time.monotonic_ns(), view.get("private_metadata", ""))
            return web.json_response({"ok": True, "view": {"id": "V1", "hash": "1"}})
        if method == "views.publish":
            self.homes.append(time.monotonic_ns())
        known = {
            "auth.test": {"team_id": "T0CLINIC", "user_id": "U0BOT", "bot_id": "B0BOT", "user": "bot", "team": "x"},
            "users.info": {"user": {"id": request.query.get("user"), "team_id": "T0CLINIC"}},
            "conversations.info": {"channel": {"id": request.query.get("channel"), "is_member": True}},
            "chat.update": {"ts": "1.0", "channel": "C"},
            "conversations.open": {"channel": {"id": "D1"}},
        }
        return web.json_response({"ok": True, **known.get(method, {})})

    async def post(self, raw: bytes, request: web.Request) -> web.Response:
        """One message; the time is when it came in."""
        now = time.monotonic_ns()
        body = json.loads(raw) if raw[:1] == b"{" else dict(await request.post())
        channel = body["channel"]
        if self.limited:
            if now / 1e9 - self.last[channel] < 1.0:
                self.refused += 1
                return web.json_response(
                    {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"}
                )
            self.last[channel] = now / 1e9
            await asyncio.sleep(ANSWER + random.random() * JITTER)
        found = MARK.search(raw)
        self.count += 1
        if found:
            mark = found[1].decode()
            self.posts[mark].append(now)
            value = re.search(rb'"value":\s*\\?"(c_\w+)', raw)
            if value:
                self.values[mark] = value[1].decode()
        return web.json_response({"ok": True, "ts": f"{now / 1e9:.6f}", "channel": channel, "message": {}})

    async def replies_in(self, request: web.Request) -> web.Response:
        """`POST /v1/replies`."""
        now = time.monotonic_ns()
        raw = await request.read()
        reply = json.loads(raw)
        found = MARK.search(raw)
        self.replies[found[1].decode() if found else reply["reply_id"]].append(now)
        return web.json_response({"reply_id": reply["reply_id"], "portal_message_id": "p1", "status": "accepted"})

    async def seen(self, _: web.Request) -> web.Response:
        """Everything, for the harness."""
        return web.json_response(
            {
                "posts": self.posts,
                "values": self.values,
                "views": self.views,
                "homes": self.homes,
                "replies": self.replies,
                "refused": self.refused,
                "count": self.count,
            }
        )

    async def counted(self, _: web.Request) -> web.Response:
        """Only how many posts."""
        counts = {"views": len(self.views), "homes": len(self.homes), "replies": len(self.replies)}
        return web.json_response(counts | {"count": self.count, "refused": self.refused})

    async def restart(self, request: web.Request) -> web.Response:
        """Forget everything, and take new orders."""
        self.reset(await request.json())
        return web.json_response({})


def application() -> web.Application:
    """The routes."""
    peers = Peers()
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_route("*", "/api/{method}", peers.api)
    app.router.add_post("/v1/replies", peers.replies_in)
    app.router.add_get("/seen", peers.seen)
    app.router.add_get("/count", peers.counted)
    app.router.add_post("/reset", peers.restart)
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
