"""Slack's rate limits, strictly: a message a second per channel, and calls per minute by tier."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Mapping

SECOND, MINUTE = 1.0, 60.0


class Limits:
    """Counts per method (the workspace and the app are always the same here); `admit` says how long to wait."""

    def __init__(self, tiers: Mapping[int, int], *, on: bool) -> None:
        self.tiers = tiers
        self.on = on
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._posts: dict[str, float] = {}

    def admit(self, method: str, tier: int) -> int:
        """Seconds to wait (whole, at least 1), or 0 when the call may go on."""
        if not self.on or not tier:
            return 0
        now, calls = time.monotonic(), self._calls[method]
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        if len(calls) >= self.tiers[tier]:
            return max(1, math.ceil(calls[0] + MINUTE - now))
        calls.append(now)
        return 0

    def admit_post(self, channel: str) -> int:
        """The same for a new message in one channel."""
        now = time.monotonic()
        if not self.on:
            return 0
        if now < self._posts.get(channel, -MINUTE) + SECOND:
            return 1
        self._posts[channel] = now
        return 0

    def forget(self) -> None:
        self._calls.clear()
        self._posts.clear()
