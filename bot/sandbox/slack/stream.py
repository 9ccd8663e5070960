"""What changed, told to everyone who watches: one queue per open window of the page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any


class Stream:
    """Watchers subscribe as a person; news goes to named people or to all."""

    def __init__(self) -> None:
        self._watchers: list[tuple[str, asyncio.Queue[dict[str, Any]]]] = []

    def watch(self, person: str) -> asyncio.Queue[dict[str, Any]]:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._watchers.append((person, queue))
        return queue

    def leave(self, queue: asyncio.Queue[dict[str, Any]]) -> None:
        self._watchers = [pair for pair in self._watchers if pair[1] is not queue]

    def tell(self, what: str, people: Iterable[str] | None = None, **news: Any) -> None:
        if not self._watchers:
            return
        audience = None if people is None else set(people)
        for person, queue in self._watchers:
            if audience is None or person in audience:
                queue.put_nowait({"what": what, **news})
