"""Times as people of the practice say them, for sentences; cards have dates that Slack writes itself."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.practice import Practice


def spoken(at: datetime, *, practice: Practice, now: datetime) -> str:
    """Such as "9:20 AM", or "Nov 23, 9:20 AM" when it is not today; in the practice's time zone."""
    zone = ZoneInfo(practice.timezone)
    local, today = at.astimezone(zone), now.astimezone(zone)
    clock = f"{local.hour % 12 or 12}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"
    return clock if local.date() == today.date() else f"{local:%b} {local.day}, {clock}"
