"""The control API under /_control/: what the page, the tests and the checkers use to play families and to look on."""

import asyncio
import json
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from aiohttp import web

from bot.sandbox.portal.config import Mode, Receipts, Settings
from bot.sandbox.portal.courier import Courier, Parcel
from bot.sandbox.portal.fault import FaultPlan
from bot.sandbox.portal.journal import Journal
from bot.sandbox.portal.memory import JSON, Memory
from bot.sandbox.portal.office import Office

HEARTBEAT_SECONDS = 15
Act = Callable[[JSON], Awaitable[Any]]


class Control:
    """The routes, each a few lines over the office, the courier and the memory."""

    def __init__(
        self, *, settings: Settings, memory: Memory, journal: Journal, office: Office, courier: Courier
    ) -> None:
        """`replan` is called when the faults change."""
        self._settings = settings
        self._memory = memory
        self._journal = journal
        self._office = office
        self._courier = courier
        self.replan: Callable[[FaultPlan], None] = lambda _: None

    def routes(self) -> list[web.RouteDef]:
        """All of /_control/."""
        acts: dict[str, Act] = {
            "events": self._event,
            "messages": self._message,
            "update": self._update,
            "read": self._read,
            "withdraw": self._withdraw,
            "handled": self._handled,
            "close": self._close,
            "status": self._status,
            "ping": self._ping,
            "families": self._families,
            "settings": self._change_settings,
            "faults": self._change_faults,
        }
        looks: dict[str, Callable[[web.Request], Any]] = {
            "health": lambda _: {"ok": True, "bot": self._courier.url},
            "families": lambda _: self._memory.families,
            "threads": self._threads,
            "messages": lambda _: list(self._memory.messages.values()),
            "replies": lambda _: self._memory.replies,
            "decisions": lambda _: self._memory.decisions,
            "events": lambda _: list(self._memory.events.values()),
            "settings": lambda _: self._settings.as_json(),
            "faults": lambda _: self._courier.plan.as_json(),
            "journal": lambda request: self._journal.lines[int(request.query.get("after", "0")) :],
        }
        return [
            *(web.post(f"/_control/{name}", _doing(act)) for name, act in acts.items()),
            *(web.get(f"/_control/{name}", _looking(look)) for name, look in looks.items()),
            web.get("/_control/stream", self._stream),
        ]

    async def _event(self, wish: JSON) -> JSON:
        """Sends any event; `raw_body` (or `raw_base64`), `headers`, `secret`, `id` override the usual."""
        event_id = wish.get("id") or "evt_" + uuid4().hex
        event: JSON = {name: wish[name] for name in ("type", "timestamp", "data") if name in wish}
        raw = wish.get("raw_body", json.dumps(event, ensure_ascii=False)).encode("utf-8", "surrogatepass")
        if "raw_base64" in wish:
            raw = b64decode(wish["raw_base64"])
        if wish.get("record", True):
            self._office.remember(event)
        data = event.get("data")
        parcel = Parcel(
            event_id=event_id,
            body=raw,
            kind=str(event.get("type")),
            thread_id=data.get("thread_id") if isinstance(data, dict) else None,
            headers=wish.get("headers", {}),
            secret=wish.get("secret"),
            retry=wish.get("retry", True),
        )
        self._courier.post(parcel)
        return await self._told(parcel, wish)

    async def _told(self, parcel: Parcel, wish: JSON) -> JSON:
        if wish.get("wait"):
            event = await self._courier.settled(parcel.event_id)
            return {name: event[name] for name in ("event_id", "outcome", "status", "attempts")}
        return {"event_id": parcel.event_id}

    async def _message(self, wish: JSON) -> JSON:
        return self._office.write(wish)

    async def _update(self, wish: JSON) -> JSON:
        return {"event_id": self._office.update(wish["message_id"], wish["changes"]).event_id}

    async def _read(self, wish: JSON) -> JSON:
        return {"reply_ids": self._office.read(wish["thread_id"])}

    async def _withdraw(self, wish: JSON) -> JSON:
        return {"event_id": self._office.withdraw(wish["message_id"], wish.get("reason")).event_id}

    async def _handled(self, wish: JSON) -> JSON:
        return {"event_id": self._office.handle(wish["message_id"], wish["by"], wish.get("reason")).event_id}

    async def _close(self, wish: JSON) -> JSON:
        return {"event_id": self._office.close(wish["thread_id"]).event_id}

    async def _status(self, wish: JSON) -> JSON:
        return {"event_id": self._office.status(wish["reply_id"], wish["status"], wish.get("reason")).event_id}

    async def _ping(self, wish: JSON) -> JSON:
        return await self._told(self._office.say("portal.ping"), wish)

    async def _families(self, wish: JSON) -> JSON:
        self._memory.record("families", families=wish)
        return wish

    async def _change_settings(self, wish: JSON) -> JSON:
        if "mode" in wish:
            self._settings.mode = Mode(wish["mode"])
        if "receipts" in wish:
            self._settings.receipts = Receipts(wish["receipts"])
        self._settings.off = wish.get("off", self._settings.off)
        self._settings.strict = wish.get("strict", self._settings.strict)
        return self._settings.as_json()

    async def _change_faults(self, wish: JSON) -> JSON:
        plan = FaultPlan.from_json(wish)
        self.replan(plan)
        return plan.as_json()

    def _threads(self, request: web.Request) -> list[JSON]:
        account = request.query.get("account")
        one = request.query.get("thread_id")
        return [
            thread
            for thread in self._memory.threads.values()
            if (account is None or thread["account"] == account) and (one is None or thread["thread_id"] == one)
        ]

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one `{what, thread_id}` per change."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        changes: asyncio.Queue[JSON] = asyncio.Queue()
        self._memory.listeners.add(changes)
        try:
            await response.prepare(request)
            while True:
                try:
                    change = await asyncio.wait_for(changes.get(), HEARTBEAT_SECONDS)
                    await response.write(f"data: {json.dumps(change)}\n\n".encode())
                except TimeoutError:
                    await response.write(b": still here\n\n")
        except ConnectionError:
            return response
        finally:
            self._memory.listeners.discard(changes)


def _doing(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return web.json_response({"error": "send application/json"}, status=415)
        try:
            return web.json_response(await act(await request.json()))
        except (KeyError, ValueError, TypeError, StopIteration, AttributeError) as fault:
            return web.json_response({"error": f"{type(fault).__name__}: {fault}"}, status=400)

    return handle


def _looking(look: Callable[[web.Request], Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        return web.json_response(look(request))

    return handle
