"""What a stand-in portal is told when it starts, and what may be changed while it runs."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Mode(StrEnum):
    """What this portal does about a reply it gets twice (CONTRACT section 2, PORTALDESK_PORTAL_<ID>_REPLIES)."""

    IDEMPOTENT = "idempotent"
    """The same key gives the stored answer; the family sees it once."""
    LOOKUP = "lookup"
    """Every post is shown; `GET /v1/replies/{id}` tells whether one arrived."""
    NEITHER = "neither"
    """Every post is shown, and there is nothing to ask."""


class Receipts(StrEnum):
    """Which `portal.reply.status` events follow a reply by themselves."""

    NONE = "none"
    """No event at all."""
    DELIVERED = "delivered"
    """`delivered` at once; `read` when the parent opens the thread."""
    READ = "read"
    """`delivered` and, without anybody looking, `read`."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """Where the portal listens, whom it writes to, and how it behaves at first."""

    bot_url: str
    secrets: tuple[str, ...]
    portal_id: str = "main"
    host: str = "127.0.0.1"
    port: int = 0
    mode: Mode = Mode.IDEMPOTENT
    receipts: Receipts = Receipts.DELIVERED
    journal: Path | None = None
    state: Path | None = None
    faults: dict[str, Any] = field(default_factory=dict)
    families: dict[str, Any] = field(default_factory=dict)
    retry_delays: tuple[float, ...] = (0.5, 1, 2, 4, 8, 15, 30, 60)
    """Seconds between attempts of an event; the last one repeats until `attempts` are used up."""
    hasty: bool = False
    """Send an event again after half a second, however long the practice asked us to wait."""
    attempts: int = 200
    concurrency: int = 8
    clock: Callable[[], float] = time.time
    """UNIX seconds, for signatures."""


@dataclass(kw_only=True)
class Settings:
    """What `/_control/settings` may change."""

    mode: Mode
    receipts: Receipts
    off: dict[str, int] = field(default_factory=dict)
    """Calls this portal does not know: `state`, `decisions`, `attachments`, `lookup` -> 404, 405 or 501."""
    strict: bool = False
    """Refuse replies to threads the portal does not know (422) instead of opening them."""

    def as_json(self) -> dict[str, Any]:
        """The settings as the control API shows them."""
        return {"mode": self.mode, "receipts": self.receipts, "off": self.off, "strict": self.strict}
