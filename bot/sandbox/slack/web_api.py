"""The Web API's endpoint: token, method, limits, scope, then the method itself; and every fault of the plan."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox.slack.api import METHODS, Method
from bot.sandbox.slack.api.method import demand
from bot.sandbox.slack.argument import Args, arguments
from bot.sandbox.slack.event import told_channel
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.mishap import Fault, Kind
from bot.sandbox.slack.refusal import Refusal

BEFORE = {
    Kind.ERROR_500_BEFORE: (500, {"ok": False, "error": "internal_error"}),
    Kind.INTERNAL_ERROR_BEFORE: (200, {"ok": False, "error": "internal_error"}),
}
AFTER = {
    Kind.ERROR_503_AFTER: (503, {"ok": False, "error": "service_unavailable"}),
    Kind.INTERNAL_ERROR_AFTER: (200, {"ok": False, "error": "internal_error"}),
    Kind.FATAL_ERROR_AFTER: (200, {"ok": False, "error": "fatal_error"}),
}
HTML = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Server Error</body></html>"


@dataclass(slots=True)
class Answer:
    """What the method said, before any fault distorts it; `applied` when something happened."""

    body: dict[str, Any]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    applied: bool = False

    @property
    def text(self) -> str:
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))


def _short(body: dict[str, Any]) -> dict[str, Any]:
    """An answer as the journal keeps it: of a page of a channel, which may have megabytes, where its messages stand."""
    if "messages" not in body:
        return body
    return body | {"messages": [message["ts"] for message in body["messages"]]}


def install(app: web.Application, slack: Slack) -> None:
    endpoint = Endpoint(slack)
    app.router.add_route("*", "/api/{method}", endpoint.call)


class Endpoint:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def call(self, request: web.Request) -> web.StreamResponse:
        since, name = time.monotonic(), request.match_info["method"]
        slack = self._slack
        try:
            args, token, warning = await arguments(request)
        except Refusal as refusal:
            slack.journal.write("api", method=name, args=None, answer=refusal.answer, applied=False)
            return web.json_response(refusal.answer)
        fault = slack.plan.draw(name)
        answer = await self._perform(name, args, token, fault)
        if warning and answer.body.get("ok"):
            answer.body |= {
                "warning": warning,
                "response_metadata": {**answer.body.get("response_metadata", {}), "warnings": [warning]},
            }
        row: dict[str, Any] = {"fault": fault.kind} if fault else {}
        slack.journal.write(
            "api",
            method=name,
            args=args.values,
            status=answer.status,
            answer=_short(answer.body),
            applied=answer.applied,
            ms=round((time.monotonic() - since) * 1000, 2),
            **row,
        )
        return await _leave(request, answer, fault)

    async def _perform(self, name: str, args: Args, token: str, fault: Fault | None) -> Answer:
        kind = fault.kind if fault else None
        if fault and kind is Kind.RATELIMITED:
            return _limited(fault.retry_after)
        if kind in BEFORE:
            status, body = BEFORE[kind]
            return Answer(body, status)
        if kind is Kind.RESET_BEFORE:
            return Answer({"ok": False, "error": "reset"})
        if fault and kind is Kind.LATE_APPLY:
            await asyncio.sleep(fault.seconds)
        if kind is Kind.CHANNEL_ARCHIVED:
            self._archive(args)
        return await self._answer(name, args, token)

    async def _answer(self, name: str, args: Args, token: str) -> Answer:
        slack, method = self._slack, METHODS.get(name)
        if method is None:
            return Answer(Refusal("unknown_method", req_method=name).answer)
        headers: dict[str, str] = {}
        try:
            headers = self._admit(method, token)
            if wait := slack.limits.admit(name, method.tier):
                return _limited(wait)
            if method.token == "bot" and method.checked and method.scopes:  # noqa: S105
                demand(slack, method.scopes[0])
            body = await method.handler(slack, args)
        except Refusal as refusal:
            if refusal.status == 429:
                return _limited(refusal.detail["retry_after"])
            return Answer(refusal.answer, refusal.status, headers)
        return Answer({"ok": True, **body}, 200, headers, applied=True)

    def _admit(self, method: Method, token: str) -> dict[str, str]:
        """The scope headers of an answer to a good token."""
        slack, config = self._slack, self._slack.config
        if method.token == "none" and not token:  # noqa: S105
            return {}
        if not token:
            raise Refusal("not_authed")
        if token not in (config.bot_token, config.app_token):
            raise Refusal("invalid_auth")
        is_app = token == config.app_token
        if not is_app and (slack.token_state or slack.plan.token_is_revoked):
            raise Refusal(slack.token_state or "token_revoked")
        if (method.token == "app") is not is_app and method.token != "none":  # noqa: S105
            raise Refusal("not_allowed_token_type")
        granted = {"connections:write"} if is_app else slack.scopes
        return {"X-OAuth-Scopes": ",".join(sorted(granted)), "X-Accepted-OAuth-Scopes": ",".join(method.scopes)}

    def _archive(self, args: Args) -> None:
        channel = self._slack.workspace.channels.get(str(args.values.get("channel")))
        if channel is not None and not channel.is_archived:
            channel.is_archived = True
            told_channel(self._slack, channel, "archive", user="USLACKBOT")
            self._slack.stream.tell("channels")


def _limited(wait: int) -> Answer:
    return Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(wait)})


async def _leave(request: web.Request, answer: Answer, fault: Fault | None) -> web.StreamResponse:
    """The answer, or what the fault makes of it; whatever happened is in the journal by now."""
    kind = fault.kind if fault else None
    if kind in (Kind.RESET_BEFORE, Kind.RESET_AFTER):
        return reset(request)
    if fault and kind is Kind.DELAYED_ANSWER:
        await asyncio.sleep(fault.seconds)
    if kind in AFTER:
        status, body = AFTER[kind]
        return web.json_response(body, status=status)
    if kind is Kind.WRONG_BODY:
        return web.Response(text=HTML, content_type="text/html")
    if kind is Kind.EMPTY_ANSWER:
        return web.Response(body=b"", content_type="application/json")
    if fault and kind in (Kind.HALF_ANSWER, Kind.SLOW_DRIP):
        return await _piecemeal(request, answer.text.encode(), fault)
    return web.Response(text=answer.text, status=answer.status, headers=answer.headers, content_type="application/json")


def reset(request: web.Request) -> web.Response:
    """Cut the connection with a RST, nothing said."""
    if request.transport is not None:
        handle = request.transport.get_extra_info("socket")
        if handle is not None:
            with contextlib.suppress(TypeError):  # uvloop lends no socket options; then it is a FIN
                handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()


async def _piecemeal(request: web.Request, body: bytes, fault: Fault) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    try:
        if fault.kind is Kind.HALF_ANSWER:
            await response.write(body[: len(body) // 2])
            await asyncio.sleep(0.01)
            reset(request)
            return response
        step = max(1, len(body) // 20)
        for start in range(0, len(body), step):
            await response.write(body[start : start + step])
            await asyncio.sleep(fault.seconds / 20)
    except ConnectionError:  # the client has given up
        pass
    return response
