"""One HTTP call to a portal, and how it ended: answered, never sent, or lost on the way."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.failpoint import failpoint
from bot.portals.address import Forbidden, checked_connector

ANSWER_LIMIT = 64 * 1024  # bytes of an answer that are read; a receipt has two hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What goes on the wire."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The portal answered. `body` is read for 2xx only, and at most ANSWER_LIMIT bytes of it."""

    status: int
    body: bytes = b""
    retry_after: str | None = None
    is_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """Not a byte of the request left us. `code`: dns, connect, tls, address_refused or timeout."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The request left, wholly or in part, and no whole answer came back. `code`: timeout, reset or garbled."""

    code: str


@dataclass(slots=True)
class _Progress:
    """Whether the call has a connection: from then on a byte may have left."""

    connecting: bool = False
    connected: bool = False


async def _started(_: Any, context: SimpleNamespace, __: Any) -> None:
    if isinstance(context.trace_request_ctx, _Progress):
        context.trace_request_ctx.connecting = True


async def _connected(_: Any, context: SimpleNamespace, __: Any) -> None:
    if isinstance(context.trace_request_ctx, _Progress):
        context.trace_request_ctx.connected = True


def open_session(
    *, allow_private: bool, resolver: AbstractResolver | None = None, tls: ssl.SSLContext | None = None
) -> aiohttp.ClientSession:
    """A session for calls to portals, for all of them; whoever opens it closes it.

    It refuses forbidden addresses (bot.portals.address), follows no proxy from the environment, keeps no cookies.
    Every call has a connection of its own: one that dies idle just as a reply is put on it would leave doubt where
    there need be none. `tls`: trust other authorities than the system's.
    """
    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(_started)
    trace.on_connection_create_end.append(_connected)
    trace.on_connection_reuseconn.append(_connected)
    connector = checked_connector(allow_private=allow_private, resolver=resolver, force_close=True, ssl=tls or True)
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trace_configs=[trace],
        trust_env=False,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None),
    )


async def carry(session: aiohttp.ClientSession, call: Call, *, limit: timedelta) -> Answer | NotSent | Lost:
    """Make the call within `limit`, name look-up and slow answers included. Redirects are answers as any other."""
    progress = _Progress()
    try:
        async with asyncio.timeout(limit.total_seconds()):
            return await _exchange(session, call, progress)
    except (aiohttp.ClientError, OSError, TimeoutError) as fault:
        # A session without our trace says nothing: then a byte may have left.
        if progress.connecting and not progress.connected:
            return NotSent(code=_before(fault))
        return Lost(code=_after(fault))


async def _exchange(session: aiohttp.ClientSession, call: Call, progress: _Progress) -> Answer:
    failpoint("portal.before_send")
    request = session.request(
        call.method,
        URL(call.url, encoded=True),
        data=call.body,
        headers=call.headers,
        allow_redirects=False,
        trace_request_ctx=progress,
    )
    async with request as response:
        failpoint("portal.after_send")
        body = await _body(response) if 200 <= response.status < 300 else b""
        failpoint("portal.answered")
        return Answer(
            status=response.status,
            body=body,
            retry_after=response.headers.get("Retry-After"),
            is_json="json" in response.headers.get("Content-Type", "").lower(),
        )


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The answer's bytes; one more than the limit when there are too many, whatever their number."""
    parts: list[bytes] = []
    size = 0
    while size <= ANSWER_LIMIT:
        part = await response.content.read(ANSWER_LIMIT + 1 - size)
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _before(fault: BaseException) -> str:
    for cause in _causes(fault):
        if isinstance(cause, Forbidden):
            return "address_refused"
        if isinstance(cause, ssl.SSLError | ssl.CertificateError):
            return "tls"
        if isinstance(cause, socket.gaierror):
            return "dns"
        if isinstance(cause, TimeoutError):
            return "timeout"
    return "connect"


def _after(fault: BaseException) -> str:
    if any(isinstance(cause, TimeoutError) for cause in _causes(fault)):
        return "timeout"
    broken = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionError)
    return "reset" if isinstance(fault, broken) else "garbled"


def _causes(fault: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    step: BaseException | None = fault
    while step is not None and step not in found:
        found.append(step)
        step = step.__cause__ or step.__context__
    return found
