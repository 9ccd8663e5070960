"""Alarms in the log as well: whoever watches that learns of them while Slack is away."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot import log

logger = logging.getLogger("portaldesk.alarms")

NAMED = frozenset({"backlog", "channel"})  # their keys end in a name that the practice gave: that stays out of the log


def tell(changes: Sequence[tuple[str, bool]]) -> None:
    """Log each alarm that rings from now on, or is over (True); the rest of a key is portals, codes, days and ids."""
    for key, over in changes:
        kind = key.partition(":")[0]
        told = None if kind in NAMED else key
        if over:
            log.event(logger, "alarm.over", kind=kind, key=told)
        else:
            log.event(logger, "alarm.raised", level=logging.WARNING, kind=kind, key=told)
