"""An answer before it is on the wire, and the ways in which it fails to get there."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox.portal.fault import Fault, FaultPlan

PAGE = b"<!doctype html><title>Sign in</title><h1>Please sign in to the network</h1>"


@dataclass(frozen=True)
class Answer:
    """Status, JSON and headers, and whether a family (or the portal's state) was changed by it."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    applied: bool = False
    replay: bool = False

    @classmethod
    def problem(cls, status: int, title: str, **more: Any) -> "Answer":
        """An `application/problem+json` answer (RFC 9457)."""
        return cls(status, {"type": "about:blank", "title": title, "status": status, **more})

    @property
    def raw(self) -> bytes:
        """The body's bytes."""
        return json.dumps(self.body, ensure_ascii=False).encode()

    def response(self) -> web.Response:
        """The answer as aiohttp sends it."""
        kind = "application/problem+json" if "title" in self.body else "application/json"
        return web.Response(status=self.status, body=self.raw, headers=self.headers, content_type=kind)


Apply = Callable[[], Answer]
Note = Callable[[Answer | None], None]
_INSTEAD = {
    Fault.ERROR_500_BEFORE: 500, Fault.ERROR_503_BEFORE: 503, Fault.TIMEOUT_408: 408,
    Fault.UNAUTHORIZED_401: 401, Fault.GONE_410: 410, Fault.TOO_MANY_429: 429, Fault.REDIRECT_307: 307,
}  # fmt: skip
_IN_SPITE = {
    Fault.ERROR_500_AFTER: 500, Fault.ERROR_502_AFTER: 502, Fault.ERROR_503_AFTER: 503, Fault.TIMEOUT_504_AFTER: 504,
}  # fmt: skip
_WRONG = Answer(200, {"ok": True, "message": "thank you"})


@dataclass
class Accident:
    """One request on its way to an answer, with the fault that befalls it."""

    request: web.Request
    plan: FaultPlan
    apply: Apply
    note: Note
    """Writes the journal's line; called before anything leaves."""
    refuse: Callable[[float], Awaitable[None]]
    later: Callable[[Awaitable[None]], None]

    async def happen(self, fault: Fault | None) -> web.StreamResponse:
        """Applies or not, writes the journal, answers or not, as the fault says."""
        if fault is None:
            return self._applied().response()
        if fault in _INSTEAD:
            self.note(None)
            return self._instead(_INSTEAD[fault])
        if fault in _IN_SPITE:
            self._applied()
            return Answer.problem(_IN_SPITE[fault], "simulated failure").response()
        return await self._break(fault)

    async def _break(self, fault: Fault) -> web.StreamResponse:
        match fault:
            case Fault.APPLY_THEN_RESET:
                self._applied()
            case Fault.APPLY_LATE:
                self.note(None)
                self.later(self._late())
            case Fault.HALF_ANSWER:
                return await self._half(self._applied())
            case Fault.SLOW_DRIP:
                return await self._drip(self._applied())
            case Fault.WRONG_BODY_AFTER:
                self._applied()
                return _WRONG.response()
            case Fault.WRONG_BODY_BEFORE:
                self.note(None)
                return _WRONG.response()
            case Fault.HTML_200:
                self.note(None)
                return web.Response(body=PAGE, content_type="text/html")
            case Fault.HANG:
                self.note(None)
                await asyncio.sleep(self.plan.delay_s)
            case Fault.REFUSE:
                self.note(None)
                self.later(self.refuse(self.plan.delay_s))
            case _:
                self.note(None)
        return reset(self.request)

    def _applied(self) -> Answer:
        answer = self.apply()
        self.note(answer)
        return answer

    async def _late(self) -> None:
        await asyncio.sleep(self.plan.delay_s)
        self._applied()

    def _instead(self, status: int) -> web.Response:
        answer = Answer.problem(status, "simulated failure")
        response = answer.response()
        if status == 429:
            response.headers["Retry-After"] = str(self.plan.retry_after_s)
        if status == 307:
            response.headers["Location"] = "/elsewhere" + self.request.path
        return response

    async def _half(self, answer: Answer) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(answer.raw)
        response.content_type = "application/json"
        await response.prepare(self.request)
        await response.write(answer.raw[: len(answer.raw) // 2])
        await asyncio.sleep(0.02)  # let the first half out before the line is cut
        reset(self.request)
        return response

    async def _drip(self, answer: Answer) -> web.StreamResponse:
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(answer.raw)
        response.content_type = "application/json"
        await response.prepare(self.request)
        with contextlib.suppress(ConnectionError):  # the practice's software has given up, or died
            for start in range(len(answer.raw)):
                await response.write(answer.raw[start : start + 1])
                await asyncio.sleep(self.plan.delay_s / len(answer.raw))
        return response


def reset(request: web.Request) -> web.Response:
    """Cuts the connection with a TCP reset; the response given back never leaves."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)
