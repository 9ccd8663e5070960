"""How fast Slack may be asked: one post a second and channel, counted from the answer; redraws by the minute."""

from __future__ import annotations

from bot.domain.delivery import REDRAWS_A_MINUTE, REDRAWS_AT_ONCE

POSTS_APART = 1.0  # seconds; https://docs.slack.dev/apis/web-api/rate-limits, chat.postMessage
LONGEST = 30.0  # seconds that a claim waits for its turn: after that its lease is over, or a clock was set back
MOST = 1_000  # channels and people remembered; whose time is over is forgotten first
APART = 60 / REDRAWS_A_MINUTE  # seconds between two redraws


class Pace:
    """When the next call may leave. Times are seconds of a monotonic clock; nothing here waits.

    `apart`: seconds between two posts in one channel; 0 switches all pacing off (benches without limits).
    """

    def __init__(self, *, apart: float = POSTS_APART) -> None:
        self._apart = apart
        self._post_at: dict[str, float] = {}
        self._update_at = 0.0
        self._spare = float(REDRAWS_AT_ONCE)
        self._spare_at = 0.0

    def post_in(self, channel: str, *, now: float) -> float:
        """Seconds until the next post in that channel."""
        return max(0.0, self._post_at.get(channel, 0.0) - now)

    def left(self, rested: float | None) -> float:
        """Seconds until the next post where another process made the last one, so long ago; 0 when nobody knows."""
        return 0.0 if rested is None else min(max(0.0, self._apart - rested), LONGEST)

    def posted(self, channel: str, *, now: float) -> None:
        """A post there was answered just now."""
        if self._apart:
            self._keep(channel, now + self._apart, now=now)

    def hold(self, channel: str, *, wait: float, now: float) -> None:
        """Slack said 429 for a post there."""
        self._keep(channel, max(self._post_at.get(channel, 0.0), now + wait), now=now)

    def _keep(self, channel: str, until: float, *, now: float) -> None:
        self._post_at[channel] = until
        if len(self._post_at) > MOST:
            self._post_at = {one: at for one, at in self._post_at.items() if at > now}

    def update_in(self, *, now: float) -> float:
        """Seconds until the next redraw: a small burst at once, then Slack's rate."""
        if not self._apart:
            return max(0.0, self._update_at - now)
        grown = self._spare + (now - self._spare_at) / APART
        self._spare, self._spare_at = min(float(REDRAWS_AT_ONCE), grown), now
        empty = 0.0 if self._spare >= 1 else (1 - self._spare) * APART
        return max(0.0, self._update_at - now, empty)

    def owing(self, ahead: float | None) -> float:
        """Seconds until a redraw for which all processes together are so far ahead; 0 when this one is alone."""
        return 0.0 if ahead is None or not self._apart else max(0.0, ahead - REDRAWS_AT_ONCE * APART)

    def updated(self) -> None:
        """A redraw left just now."""
        self._spare -= 1

    def hold_updates(self, *, wait: float, now: float) -> None:
        """Slack said 429 for a redraw."""
        self._update_at = now + wait
