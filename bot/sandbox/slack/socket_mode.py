"""Socket Mode: tickets, up to ten connections, envelopes and their acks, and the ways a connection ends."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.slack.journal import Journal
from bot.sandbox.slack.parcel import Parcel, Unacked

MOST = 10


@dataclass(eq=False, slots=True)
class Connection:
    ws: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    retiring: bool = False


class Sockets:
    """All open connections; each payload goes to any one of them."""

    def __init__(self, config: SlackConfig, journal: Journal) -> None:
        self._config, self._journal = config, journal
        self._tickets: set[str] = set()
        self._open: list[Connection] = []
        self._dice = random.Random(config.seed)  # noqa: S311 - reproducible, not secret
        self.refusing = False

    @property
    def count(self) -> int:
        return len(self._open)

    def ticket(self) -> str:
        name = secrets.token_hex(16)
        self._tickets.add(name)
        return name

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket endpoint: one ticket, one connection."""
        name = request.query.get("ticket", "")
        if name not in self._tickets or self.refusing:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(name)
        ws = web.WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)
        if len(self._open) >= MOST:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await ws.close()
            return ws
        connection = Connection(ws)
        self._open.append(connection)
        self._journal.write("socket", what="open", connections=len(self._open))
        try:
            await ws.send_json(self._hello())
            await self._read(connection)
        finally:
            self._forget(connection)
        return ws

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {"host": "applink-sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._config.app_id},
        }

    async def _read(self, connection: Connection) -> None:
        async for message in connection.ws:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                frame = json.loads(message.data)
            except ValueError:
                frame = None
            if not isinstance(frame, Mapping) or not isinstance(frame.get("envelope_id"), str):
                self._journal.write("socket", what="nonsense", text=str(message.data)[:200])
                continue
            future = connection.waiting.pop(frame["envelope_id"], None)
            if future is None or future.done():
                self._journal.write("late_ack", envelope_id=frame["envelope_id"], body=frame.get("payload"))
            else:
                future.set_result(frame.get("payload"))

    def _forget(self, connection: Connection) -> None:
        if connection in self._open:
            self._open.remove(connection)
            self._journal.write("socket", what="closed", connections=len(self._open))
        for future in connection.waiting.values():
            if not future.done():
                future.set_exception(Unacked("connection_closed"))
        connection.waiting.clear()

    async def send(self, envelope_id: str, parcel: Parcel) -> Any:
        """The body of the ack from whichever connection got the payload."""
        ready = [one for one in self._open if not one.ws.closed and not one.retiring] or self._open
        if not ready:
            raise Unacked("no_connection")
        connection = self._dice.choice(ready)
        kind = "interactive" if parcel.kind == "options" else parcel.kind
        envelope = {
            "envelope_id": envelope_id,
            "payload": parcel.payload,
            "type": kind,
            "accepts_response_payload": parcel.wants_answer,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": parcel.attempt, "retry_reason": parcel.reason}
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = future
        try:
            await connection.ws.send_json(envelope)
            body = await future
        except ConnectionError as error:
            raise Unacked("connection_closed") from error
        finally:
            connection.waiting.pop(envelope_id, None)
        if body not in (None, "", {}) and not parcel.wants_answer:
            self._journal.write("socket", what="answer_not_accepted", envelope_id=envelope_id, body=body)
            return None
        return body

    async def ask_to_leave(self, reason: str) -> int:
        """Send every connection a disconnect frame; on `refresh_requested` and `link_disabled` Slack hangs up too."""
        asked = list(self._open)
        for connection in asked:
            connection.retiring = True
            frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}
            await connection.ws.send_json(frame)
        if reason == "warning":
            asyncio.get_running_loop().call_later(self._config.timing.warning, self._hang_up, asked)
        else:
            asyncio.get_running_loop().call_later(0.2, self._hang_up, asked)
        return len(asked)

    def _hang_up(self, connections: list[Connection]) -> None:
        for connection in connections:
            _cut(connection)

    async def drop(self) -> int:
        """Cut every connection without a word."""
        dropped = list(self._open)
        for connection in dropped:
            _cut(connection)
            self._forget(connection)
        return len(dropped)

    async def stop(self) -> None:
        for connection in list(self._open):
            await connection.ws.close()
            self._forget(connection)


def _cut(connection: Connection) -> None:
    writer = getattr(connection.ws, "_writer", None)
    transport = getattr(writer, "transport", None)
    if transport is not None:
        transport.abort()
