"""Intake before drawing: while events pour in, posts to Slack let them pass."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

MANY = 8  # events within WITHIN seconds are a rush: two hundred a second, more than any portal sends on an ordinary day
WITHIN = 0.04
LONGEST = 1.0  # seconds that a post lets events pass: as long as Slack makes a channel wait between two posts anyway


class Rush:
    """Knows how fast events come. A portal waits for its answers; nobody waits for a card by the second.

    `steady` gives seconds that only go on.
    """

    def __init__(self, *, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._came: deque[float] = deque(maxlen=MANY)

    def came(self) -> None:
        """An event came in just now."""
        self._came.append(self._steady())

    def on(self) -> bool:
        """Whether the last MANY events came within WITHIN seconds of now."""
        return len(self._came) == MANY and self._steady() - self._came[0] < WITHIN

    async def over(self, *, at_most: float = LONGEST) -> None:
        """Wait until it is over, `at_most` seconds."""
        for _ in range(round(at_most / WITHIN)):
            if not self.on():
                return
            await asyncio.sleep(WITHIN)
