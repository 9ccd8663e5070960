"""How many requests are served at the same time, and how many bytes of theirs are in memory: no more than so many."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

from handlers.problem import problem

LIMIT = 1024 * 1024  # bytes of a body (CONTRACT section 5)
SLOWEST = 15.0  # seconds that a body may take to arrive
AT_ONCE = 512  # requests from their first byte to their answer; more are asked to come again
BYTES_AT_ONCE = 64 * 1024 * 1024  # of all bodies that are in memory


@dataclass(slots=True)
class Visit:
    """One request inside, and how much of it is in memory."""

    hall: Hall
    size: int = 0

    async def body(self, request: web.Request) -> bytes | web.Response:
        """The whole body; or why not, when it is too long, too slow, or one too many."""
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(SLOWEST):
                async for part in request.content.iter_any():
                    parts.append(part)
                    self.size += len(part)
                    self.hall.held += len(part)
                    if self.size > LIMIT:
                        return problem(413, f"A body may have {LIMIT} bytes at most.")
                    if self.hall.held > self.hall.bytes_at_once:
                        return full()
        except TimeoutError:
            return problem(408, f"The body did not arrive within {SLOWEST:.0f} seconds.")
        return b"".join(parts)


@dataclass(slots=True, kw_only=True)
class Hall:
    """Whoever is being served now; one for portals, another for Slack, so that neither shuts the other out."""

    at_once: int = AT_ONCE
    bytes_at_once: int = BYTES_AT_ONCE
    inside: int = 0
    held: int = 0

    @contextmanager
    def visit(self) -> Iterator[Visit | None]:
        """Let a request in until it is answered; None when there is no room."""
        if self.inside >= self.at_once:
            yield None
            return
        visit = Visit(self)
        self.inside += 1
        try:
            yield visit
        finally:
            self.inside -= 1
            self.held -= visit.size


def full() -> web.Response:
    """Whoever comes now is asked to come again."""
    return problem(503, "Too much at once; nothing was stored.", retry_after=1)
