"""Alarms whose cause is gone are over, so that the next cause rings again instead of being counted in silence."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain import place, tell
from bot.domain.alarm import Alarm
from bot.domain.delivery import What
from bot.domain.store import Records

A_DAY = timedelta(hours=24)
# They tell what happened: nothing shows whether it is mended.
TOLD = ("conflict:", "disk:", "journal:", "moved:", "verify:", "waited:")
CHANNEL = "channel:"
DECISIONS_OFF = ":decisions_off"  # as well, after the portal's name


def alarms(records: Records, *, now: datetime) -> int:
    """Close every open alarm that is over by now; how many. The others are closed where their cause ends."""
    return sum(_close(records, alarm, now=now) for alarm in records.open_alarms() if _over(records, alarm, now=now))


def _close(records: Records, alarm: Alarm, *, now: datetime) -> bool:
    if not records.close_alarm(key=alarm.key, now=now):
        return False
    if _over(records, alarm, now=now):
        if alarm.key.startswith(CHANNEL):
            place.forget(records, named=alarm.key.removeprefix(CHANNEL))
        return True
    # The same failed again meanwhile, and was counted in what is closed now. Whatever fails from here on rings itself.
    tell.ring(records, key=alarm.key, words=alarm.words, now=now)
    return False


def _over(records: Records, alarm: Alarm, *, now: datetime) -> bool:
    if alarm.key.startswith("delivery:"):
        _, what, code = alarm.key.split(":", 2)
        return not records.failed(what=What(what), code=code)
    if alarm.key.startswith(CHANNEL):
        return place.mended(records, named=alarm.key.removeprefix(CHANNEL))
    if alarm.key.startswith(TOLD) or alarm.key.endswith(DECISIONS_OFF):
        return now - alarm.since >= A_DAY
    return False
