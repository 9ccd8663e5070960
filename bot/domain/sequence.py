"""Times that put things of one conversation in order: a clock that steps back must not reorder them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta


def after(now: datetime, earlier: Iterable[datetime]) -> datetime:
    """Now, or the moment after the latest of these: what comes later has the later time."""
    return max((now, *(one + timedelta(microseconds=1) for one in earlier)))
