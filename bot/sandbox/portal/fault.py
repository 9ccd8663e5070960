"""The accidents a portal can have on purpose, and the seeded plan that says when."""

import random
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """A named accident; `before` means that nothing was applied, `after` that the family already sees it."""

    RESET_BEFORE = "reset_before"
    """The connection is reset, nothing is applied."""
    APPLY_THEN_RESET = "apply_then_reset"
    """Applied, then the connection is reset without an answer."""
    APPLY_LATE = "apply_late"
    """The connection is reset at once; some time later it is applied all the same."""
    HALF_ANSWER = "half_answer"
    """Applied; the answer breaks off in its middle."""
    WRONG_BODY_BEFORE = "wrong_body_before"
    """200 with JSON that is not the contract's; nothing applied."""
    WRONG_BODY_AFTER = "wrong_body_after"
    """200 with JSON that is not the contract's; applied."""
    HTML_200 = "html_200"
    """200 and a web page, as a captive proxy gives; nothing applied."""
    SLOW_DRIP = "slow_drip"
    """Applied; the answer comes byte by byte."""
    HANG = "hang"
    """No answer within anybody's patience; nothing applied."""
    ERROR_500_BEFORE = "error_500_before"
    """500, nothing applied."""
    ERROR_500_AFTER = "error_500_after"
    """500 though it was applied."""
    ERROR_502_AFTER = "error_502_after"
    """A gateway's 502 though it was applied."""
    ERROR_503_BEFORE = "error_503_before"
    """503, nothing applied."""
    ERROR_503_AFTER = "error_503_after"
    """503 though it was applied."""
    TIMEOUT_504_AFTER = "timeout_504_after"
    """A gateway's 504 though it was applied."""
    TOO_MANY_429 = "too_many_429"
    """429 with Retry-After."""
    UNAUTHORIZED_401 = "unauthorized_401"
    """401 though the signature is good."""
    TIMEOUT_408 = "timeout_408"
    """408, nothing applied."""
    REDIRECT_307 = "redirect_307"
    """307 to another address of this portal, which a sender must not follow."""
    GONE_410 = "gone_410"
    """410: the family's account is closed."""
    REFUSE = "refuse"
    """Nothing listens for a while: connections are refused."""
    EVENT_DUPLICATE = "event_duplicate"
    """An event goes out twice at the same moment."""
    EVENT_REORDER = "event_reorder"
    """An event waits until the next one has gone."""
    EVENT_DELAY = "event_delay"
    """An event goes out late."""
    EVENT_HANG_UP = "event_hang_up"
    """The portal does not wait for the answer to its event, and sends it again."""

    @property
    def outgoing(self) -> bool:
        """Is this an accident of our events, not of somebody's request?"""
        return self.value.startswith("event_")


@dataclass
class FaultPlan:
    """Which share of requests and events meets which accident; the same seed gives the same draw."""

    rate: float = 0.0
    kinds: tuple[Fault, ...] = tuple(Fault)
    paths: tuple[str, ...] = ("/v1/",)
    seed: int = 1
    delay_s: float = 1.0
    """How late `apply_late` and `event_delay` are, how long `refuse`, `hang` and `slow_drip` last."""
    retry_after_s: int = 1
    coming: deque[Fault] = field(default_factory=deque)
    """Faults for the very next requests and events, used up before the draw."""
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Starts the draw."""
        self._random = random.Random(self.seed)  # noqa: S311 - a repeatable draw, no secret

    @classmethod
    def from_json(cls, plan: dict[str, Any], *, seed: int | None = None) -> "FaultPlan":
        """Reads `{rate, kinds, paths, seed, delay_s, retry_after_s, next}`; ValueError names an unknown kind."""
        return cls(
            rate=float(plan.get("rate", 0.0)),
            kinds=tuple(Fault(kind) for kind in plan.get("kinds", list(Fault))),
            paths=tuple(plan.get("paths", ("/v1/",))),
            seed=int(plan.get("seed", 1 if seed is None else seed)),
            delay_s=float(plan.get("delay_s", 1.0)),
            retry_after_s=int(plan.get("retry_after_s", 1)),
            coming=deque(Fault(kind) for kind in plan.get("next", [])),
        )

    def as_json(self) -> dict[str, Any]:
        """The plan as it stands, with how often each fault has happened."""
        return {
            "rate": self.rate,
            "kinds": list(self.kinds),
            "paths": list(self.paths),
            "seed": self.seed,
            "delay_s": self.delay_s,
            "retry_after_s": self.retry_after_s,
            "next": list(self.coming),
            "counts": self.counts,
        }

    def draw(self, *, outgoing: bool, path: str = "") -> Fault | None:
        """The accident of this request (or, `outgoing`, of this event), or None."""
        if not outgoing and not path.startswith(self.paths):
            return None
        fault = self._next(outgoing=outgoing)
        if fault is not None:
            self.counts[fault] = self.counts.get(fault, 0) + 1
        return fault

    def _next(self, *, outgoing: bool) -> Fault | None:
        if self.coming and self.coming[0].outgoing == outgoing:
            return self.coming.popleft()
        fitting = [kind for kind in self.kinds if kind.outgoing == outgoing]
        if fitting and self._random.random() < self.rate:
            return self._random.choice(fitting)
        return None
