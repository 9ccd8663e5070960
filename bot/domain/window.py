"""A window that somebody opened: what it was about, and what they had seen when they wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One opened window. Its opaque `id` stands in `private_metadata`; it is the idempotency key of its Send.

    `version` is the conversation's version that the window shows, `opened_at` when it last showed it; `stale`: it had
    to be shown again, since something changed. `used_by` is the id of what its Send made.
    """

    id: str
    what: str
    conversation_id: str
    slack: str
    opened_at: datetime
    version: int
    stale: bool = False
    used_by: str | None = None
