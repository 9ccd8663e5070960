"""Short-lived permissions Slack hands out with an interaction: trigger ids and response URLs."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from bot.sandbox.slack.config import Timing
from bot.sandbox.slack.refusal import Refusal

USES, KEPT = 5, 20_000


@dataclass(slots=True)
class Trigger:
    """The right to open one window for one person, for three seconds, once; `view_id` when it came from a window."""

    id: str
    user: str
    view_id: str
    since: float
    spent: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """The right to answer in one place five times within half an hour."""

    token: str
    user: str
    channel: str
    ts: str
    since: float
    uses: int = 0


@dataclass(slots=True)
class Tickets:
    timing: Timing
    triggers: dict[str, Trigger] = field(default_factory=dict)
    urls: dict[str, ResponseUrl] = field(default_factory=dict)

    def trigger(self, user: str, view_id: str = "") -> str:
        self._forget_old()
        name = f"{time.time_ns() // 1_000_000}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[name] = Trigger(name, user, view_id, time.monotonic())
        return name

    def _forget_old(self) -> None:
        if len(self.triggers) > KEPT:
            for name in list(self.triggers)[: KEPT // 2]:
                del self.triggers[name]
        if len(self.urls) > KEPT:
            for token in list(self.urls)[: KEPT // 2]:
                del self.urls[token]

    def spend(self, name: str) -> Trigger:
        """The trigger, now used up.

        Raises:
            Refusal: invalid_trigger_id, expired_trigger_id, exchanged_trigger_id.
        """
        trigger = self.triggers.get(name)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.spent:
            raise Refusal("exchanged_trigger_id")
        if time.monotonic() - trigger.since > self.timing.trigger:
            raise Refusal("expired_trigger_id")
        trigger.spent = True
        return trigger

    def response_url(self, user: str, channel: str, ts: str = "") -> str:
        token = secrets.token_urlsafe(18)
        self.urls[token] = ResponseUrl(token, user, channel, ts, time.monotonic())
        return token

    def answer(self, token: str) -> ResponseUrl:
        """The place to answer, one use less.

        Raises:
            Refusal: expired_url, used_url, both 404.
        """
        found = self.urls.get(token)
        if found is None or time.monotonic() - found.since > self.timing.response_url:
            raise Refusal("expired_url", status=404)
        if found.uses >= USES:
            raise Refusal("used_url", status=404)
        found.uses += 1
        return found
