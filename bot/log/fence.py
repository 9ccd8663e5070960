"""The fence: what may be written of a record. Our own events pass; of everybody else's little more than the name."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.log.trace import trace

MARK = "_portaldesk_event"  # the attribute that `event` alone sets on a record

# Whose records are written from which level on, however the loggers themselves are set: Bolt gives each of its own
# loggers the root's level, and slack_sdk writes whole frames at DEBUG.
FLOORS: Mapping[str, int] = {
    "": logging.INFO,
    "slack_bolt": logging.INFO,
    "slack_sdk": logging.INFO,
    "aiohttp": logging.WARNING,
    "aiohttp.access": logging.CRITICAL,
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
    "asyncio": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "urllib3": logging.WARNING,
}

WITHHELD = "A library's message is withheld: it may hold what people wrote."

# Sentences of libraries that hold nothing but a session's own number, and help when the connection comes and goes
_ADMITTED: Mapping[str, tuple[re.Pattern[str], ...]] = {
    "slack_": (
        re.compile(r"A new session \(s_[0-9]{1,20}\) has been established"),
        re.compile(r"The old session \(s_[0-9]{1,20}\) has been abandoned"),
        re.compile(r"The current session \(s_[0-9]{1,20}\) has been abandoned by disconnect\(\) method call"),
        re.compile(r"The session \(s_[0-9]{1,20}\) seems to be already closed\. Reconnecting\.\.\."),
        re.compile(
            r"The session \(s_[0-9]{1,20}\) seems to be stale\. Reconnecting\.\.\."
            r" reason: disconnected for [0-9]{1,9}\+ seconds\)"
        ),
        re.compile(r"Received CLOSE event from s_[0-9]{1,20}\. Reconnecting\.\.\."),
        re.compile(r"Rate limited\. Retrying in [0-9]{1,6} seconds\.\.\."),
    ),
}
_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error"}
_LOGGER = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,79}")


class Fence(logging.Filter):
    """Lets a record through if it is one of our events, or of somebody else's at or above their floor."""

    def filter(self, record: logging.LogRecord) -> bool:
        return hasattr(record, MARK) or record.levelno >= floor(record.name)


def floor(name: str) -> int:
    """The level from which records of that logger are written: that of the longest known beginning."""
    while name not in FLOORS:
        name = name.rpartition(".")[0]
    return FLOORS[name]


def told(record: logging.LogRecord) -> dict[str, object]:
    """All that may be written of a record: time, level, event, and either our fields or a library's name."""
    line: dict[str, object] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": _level(record.levelno),
    }
    ours = getattr(record, MARK, None)
    if isinstance(ours, dict):
        line |= ours
    else:
        line |= {"event": "library.record", "logger": _logger(record.name), "sentence": _sentence(record)}
    if record.exc_info and record.exc_info[1] is not None:
        line["error"] = trace(record.exc_info[1])
    return line


def _level(number: int) -> str:
    """The level's plain name; names of one's own are not repeated."""
    return _LEVELS.get(number, "critical" if number >= logging.CRITICAL else "info")


def _logger(name: str) -> str:
    return name if _LOGGER.fullmatch(name) else "other"


def _sentence(record: logging.LogRecord) -> str:
    """A library's sentence if it is on the short list, else the fixed one. Arguments are only looked at for those."""
    for start, patterns in _ADMITTED.items():
        if record.name.startswith(start) and isinstance(record.msg, str) and not record.args:
            for pattern in patterns:
                if pattern.fullmatch(record.msg):
                    return record.msg
    return WITHHELD
