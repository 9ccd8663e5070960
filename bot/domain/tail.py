"""How much waits to be posted in one channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """What waits to be posted in one department's channel: how many cards, how many urgent, since when."""

    department: str
    cards: int
    urgent: int
    oldest: datetime
