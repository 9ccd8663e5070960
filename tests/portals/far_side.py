"""A portal's end of the wire for tests: a real listener on loopback that answers, or breaks, as it is told."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)


Behaviour = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FarSide:
    """Requests that came whole, connections that were opened, and what the next requests meet (the last one stays)."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    behaviours: list[Behaviour] = field(default_factory=list)

    def next_behaviour(self) -> Behaviour:
        return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]


def reset(writer: asyncio.StreamWriter) -> None:
    """Cut the connection with a TCP reset."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def answering(
    status: int, body: bytes | dict | None = None, *, kind: str = "application/json", **headers: str
) -> Behaviour:
    """Answer so; without a body, with the receipt of the reply that came."""

    async def behave(request: Request, writer: asyncio.StreamWriter) -> None:
        content = receipt(request) if body is None else body
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        lines = [f"HTTP/1.1 {status} Word", f"Content-Type: {kind}", f"Content-Length: {len(raw)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + raw)
        await writer.drain()

    return behave


def receipt(request: Request) -> dict:
    """What a portal says when it has the reply."""
    reply_id = request.json["reply_id"] if request.method == "POST" else request.path.rpartition("/")[2]
    return {"reply_id": reply_id, "portal_message_id": "pm-1", "status": "accepted"}


async def break_off(_: Request, writer: asyncio.StreamWriter) -> None:
    """Take the request, answer nothing, reset."""
    reset(writer)


async def hang_up(_: Request, writer: asyncio.StreamWriter) -> None:
    """Take the request, answer nothing, close."""
    writer.close()


async def hang(_: Request, __: asyncio.StreamWriter) -> None:
    """Take the request and never answer."""
    await asyncio.sleep(30)


async def half(_: Request, writer: asyncio.StreamWriter) -> None:
    """Begin an answer, then reset."""
    writer.write(b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{"reply_id":')
    await writer.drain()
    await asyncio.sleep(0.02)
    reset(writer)


async def drip(_: Request, writer: asyncio.StreamWriter) -> None:
    """An answer that never ends, a byte at a time, each well within any idle limit."""
    writer.write(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def garbage(_: Request, writer: asyncio.StreamWriter) -> None:
    """Something that is no HTTP."""
    writer.write(b"\x00\xff NOT HTTP AT ALL\r\n\r\n")
    await writer.drain()


async def flood(_: Request, writer: asyncio.StreamWriter) -> None:
    """An answer without an end, as fast as it is taken."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
        await writer.drain()


@asynccontextmanager
async def far_side(*behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[FarSide]:
    """A portal that listens on loopback."""
    side = FarSide(behaviours=list(behaviours))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        side.connections += 1
        try:
            while request := await _read(reader):
                side.requests.append(request)
                await side.next_behaviour()(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    side.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield side
    finally:
        server.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return Request(method, path, headers, await reader.readexactly(int(headers.get("content-length", 0))))
