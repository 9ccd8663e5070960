"""How many requests are served at the same time, and how many bytes of theirs are in memory: no more than so many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

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
    arrives: asyncio.Timeout | None = None

    async def body(self, request: web.Request) -> bytes | web.Response:
        """The whole body; or why not, when it is too long, too slow, or one too many."""
        parts: list[bytes] = []
        try:
            async with self.hall.arriving(self):
                async for part in request.content.iter_any():
                    parts.append(part)
                    self.size += len(part)
                    self.hall.held += len(part)
                    if self.size > LIMIT:
                        return problem(413, f"A body may have {LIMIT} bytes at most.")
                    if self.hall.held > self.hall.bytes_at_once and not self.hall.makes_room(but=self):
                        return full()
        except TimeoutError:
            return problem(408, f"The body did not arrive within {SLOWEST:.0f} seconds, or held up others.")
        return b"".join(parts)


@dataclass(slots=True, kw_only=True)
class Hall:
    """Whoever is being served now; one for each portal, another for Slack, so that none shuts another out.

    Nobody is known by a signature before the body is there. So when it is full, the body that has been unfinished
    longest has to go: whoever opens many and sends nothing keeps nobody out who sends.
    """

    at_once: int = AT_ONCE
    bytes_at_once: int = BYTES_AT_ONCE
    inside: int = 0
    held: int = 0
    unfinished: dict[int, Visit] = field(default_factory=dict)

    @asynccontextmanager
    async def arriving(self, visit: Visit) -> AsyncIterator[None]:
        """While a body arrives; TimeoutError when that takes too long, or somebody else needs the room."""
        self.unfinished[id(visit)] = visit
        try:
            async with asyncio.timeout(SLOWEST) as visit.arrives:
                yield
        finally:
            self.unfinished.pop(id(visit), None)

    def makes_room(self, *, but: Visit | None = None) -> bool:
        """Let go of the body that has been unfinished longest; False when there is none."""
        for key, visit in self.unfinished.items():
            if visit is not but and visit.arrives:
                del self.unfinished[key]
                visit.arrives.reschedule(asyncio.get_running_loop().time())
                return True
        return False

    @contextmanager
    def visit(self) -> Iterator[Visit | None]:
        """Let a request in until it is answered; None when there is no room."""
        if self.inside >= self.at_once and not self.makes_room():
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
