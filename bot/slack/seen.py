"""What was read of a channel is kept, so that a look for a lost post goes on where the one before was cut short."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

CARD_EVENT = "portaldesk_card"
_KEY = re.compile(r"[0-9A-Za-z_]{1,64}")
LAG = 10.0  # seconds: a message that is younger than the newest one by as much may not be in the history yet
MOST_KEYS = 20_000  # of one channel; beyond, what this look does not need is forgotten

Stretch = tuple[float, float]  # from, to; Slack's timestamps in seconds


def key_in(message: Mapping[str, Any], *, bot_id: str) -> str:
    """The key in the metadata of a message of ours; "" where there is none.

    Any app may write what it likes into its own messages: `bot_id` is ours, "" while Slack has not told it yet.
    """
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != CARD_EVENT or (bot_id and message.get("bot_id", bot_id) != bot_id):
        return ""
    key = str((metadata.get("event_payload") or {}).get("key") or "")
    return key if _KEY.fullmatch(key) else ""


class Seen:
    """Our messages of one channel by their keys, and the stretches of time that were read."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._read: list[Stretch] = []  # apart from each other, the earliest first
        self._newest = 0.0

    def begin(self, since: float) -> None:
        """A look begins: what stood at the end may have got company since."""
        if len(self._keys) > MOST_KEYS:
            self._keys = {key: ts for key, ts in self._keys.items() if float(ts) >= since}
            self._read = [(max(start, since), end) for start, end in self._read if end > since]
        sure = self._newest - LAG
        self._read = [(start, min(end, sure)) for start, end in self._read if start < sure]

    def ts(self, key: str, *, since: float) -> str | None:
        """Where the message with that key stands, if it was posted at or after `since`."""
        ts = self._keys.get(key)
        return ts if ts is not None and float(ts) >= since else None

    def gap(self, since: float) -> Stretch | None:
        """The latest stretch from `since` on that was not read yet; without an end it goes up to now."""
        top = math.inf
        for start, end in reversed(self._read):
            if end < top:
                break
            top = start
        else:
            return (since, top) if since < top else None
        return (max(since, end), top) if since < top else None

    def page(self, messages: Sequence[Mapping[str, Any]], gap: Stretch, *, bot_id: str = "") -> None:
        """One page of that gap, and there may be more: it was read from that end of it where the page begins."""
        for message in messages:
            self._newest = max(self._newest, float(message["ts"]))
            key = key_in(message, bot_id=bot_id)
            if key and float(message["ts"]) >= float(self._keys.get(key, 0)):
                self._keys[key] = str(message["ts"])
        if len(messages) > 1:
            first, last = float(messages[0]["ts"]), float(messages[-1]["ts"])
            self.whole((last, gap[1]) if last < first else (gap[0], last))

    def whole(self, gap: Stretch) -> None:
        """All of this stretch was read."""
        apart: list[Stretch] = []
        for start, end in sorted([*self._read, gap]):
            if apart and start <= apart[-1][1]:
                apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
            else:
                apart.append((start, end))
        self._read = apart
