"""What goes wrong on purpose: named faults, drawn from a seeded plan by method, count or chance."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from bot.sandbox.slack.config import ConfigFault


class Kind(StrEnum):
    """Faults of the Web API (first group) and of deliveries (second group)."""

    RESET_BEFORE = "reset_before"  # the connection is reset, nothing happened
    RESET_AFTER = "reset_after"  # it happened, the answer is lost
    LATE_APPLY = "late_apply"  # nothing for `seconds`, then it happens, when the client has given up
    DELAYED_ANSWER = "delayed_answer"  # it happens at once, the answer comes after `seconds`
    HALF_ANSWER = "half_answer"  # it happened, the answer stops in the middle
    EMPTY_ANSWER = "empty_answer"  # it happened, 200 with nothing in it
    WRONG_BODY = "wrong_body"  # it happened, 200 with a page of HTML
    SLOW_DRIP = "slow_drip"  # it happened, the answer drips in over `seconds`
    RATELIMITED = "ratelimited"  # 429 with Retry-After, nothing happened
    ERROR_500_BEFORE = "error_500_before"  # 500, nothing happened
    ERROR_503_AFTER = "error_503_after"  # 503, it happened
    INTERNAL_ERROR_BEFORE = "internal_error_before"  # ok: false, internal_error, nothing happened
    INTERNAL_ERROR_AFTER = "internal_error_after"  # ok: false, internal_error, it happened
    FATAL_ERROR_AFTER = "fatal_error_after"  # ok: false, fatal_error, it happened
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the token is revoked for `seconds`
    CHANNEL_ARCHIVED = "channel_archived"  # somebody archives the channel just before
    DUPLICATE_EVENT = "duplicate_event"  # an event is delivered twice
    LATE_EVENT = "late_event"  # an event comes `seconds` later, others overtake it
    SOCKET_DROP = "socket_drop"  # all sockets are dropped instead of a delivery
    DUPLICATE_DELIVERY = "duplicate_delivery"  # an interaction reaches the app a second time, `seconds` later
    LOST_ACK = "lost_ack"  # a delivery reaches the app, its ack does not reach Slack


@dataclass(slots=True)
class Fault:
    """One line of a plan. `method` is a Web API method, `event`, `interaction` or `*`."""

    kind: Kind
    method: str = "*"
    nth: tuple[int, ...] = ()
    every: int = 0
    probability: float = 1.0
    times: int = 0
    seconds: float = 1.0
    retry_after: int = 1
    hits: int = 0

    def due(self, count: int, dice: random.Random) -> bool:
        if self.times and self.hits >= self.times:
            return False
        if self.nth:
            return count in self.nth
        if self.every:
            return count % self.every == 0
        return dice.random() < self.probability


DELIVERIES = frozenset(
    {Kind.DUPLICATE_EVENT, Kind.DUPLICATE_DELIVERY, Kind.LATE_EVENT, Kind.SOCKET_DROP, Kind.LOST_ACK}
)


@dataclass(slots=True)
class Plan:
    """Draws at most one fault for each call; the same seed and calls draw the same faults."""

    seed: int = 1
    lines: list[Fault] = field(default_factory=list)
    _counts: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    _dice: random.Random = field(default_factory=random.Random)
    revoked_until: float = 0.0

    def load(self, rows: Iterable[Mapping[str, Any]], seed: int) -> None:
        """A new plan; an empty one ends all faults.

        Raises:
            ConfigFault: a kind or a field nobody knows.
        """
        known = {entry.name for entry in fields(Fault)} - {"hits"}
        lines = []
        for row in rows:
            if unknown := set(row) - known:
                raise ConfigFault(f"a fault has no {', '.join(sorted(unknown))}")
            if row.get("kind") not in list(Kind):
                raise ConfigFault(f"no fault is called {row.get('kind')!r}; there are {', '.join(Kind)}")
            nth = row.get("nth") or ()
            counts = (nth,) if isinstance(nth, int) else tuple(nth)
            lines.append(Fault(**{**row, "kind": Kind(row["kind"]), "nth": counts}))
        self.lines, self.seed = lines, seed
        self._counts.clear()
        self._dice.seed(seed)
        self.revoked_until = 0.0

    def draw(self, method: str, *, delivery: bool = False) -> Fault | None:
        """The fault that strikes this call, if any; each line counts the calls it is about."""
        for index, line in enumerate(self.lines):
            if line.method not in ("*", method) or (line.kind in DELIVERIES) is not delivery:
                continue
            self._counts[index] += 1
            if line.due(self._counts[index], self._dice):
                line.hits += 1
                if line.kind is Kind.TOKEN_REVOKED:
                    self.revoked_until = time.monotonic() + line.seconds
                return line
        return None

    @property
    def token_is_revoked(self) -> bool:
        return time.monotonic() < self.revoked_until
