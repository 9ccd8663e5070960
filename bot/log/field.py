"""Which fields an event may have, and the shape of their values: ids, codes, counts and moments, never words."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

Value = str | int | float | bool | None

_OUR_ID = r"[a-z]{1,12}_[A-Za-z0-9]{16,64}"  # Records.new_id
_PERSON = r"[UW](?:(?=[A-Z0-9]*[0-9])[A-Z0-9]{2,20}|[A-Z0-9]{8,20})"
_CODE = r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+){0,6}"
_CODE_LIMIT = 48
_PORTAL = r"[a-z0-9_]{1,40}"
_ERROR = r"[A-Z][A-Za-z0-9]{0,40}(?:Error|Exception|Timeout|Disconnected|Closed|Refused)"  # a class's name
_ALARM = (  # an alarm's key, where it holds no name
    rf"journal:tampered|(?:conflict|moved):{_PORTAL}|portal:{_PORTAL}:(?:unauthorized|decisions_off)|doubt:{_OUR_ID}"
    rf"|(?:disk|verify|waited):[0-9]{{4}}-[0-9][0-9]-[0-9][0-9]|delivery:{_CODE}:(?:bug:)?(?:{_CODE}|{_ERROR})"
)

_IDS = ("conversation", "message", "reply", "delivery", "window", "alarm", "inbox", "note", "subject", "press")
_CODES = (
    "action",
    "because",
    "code",
    "database",
    "kind",
    "method",
    "mode",
    "outcome",
    "part",
    "slot",
    "state",
    "status",
    "tick",
    "type",
    "what",
)
_COUNTS = (
    "attempts",
    "count",
    "forged",
    "found",
    "http_status",
    "lag_ms",
    "left",
    "lives",
    "moved",
    "ms",
    "number",
    "port",
    "seconds",
    "size",
    "version",
    "waited_ms",
)
_FLAGS = ("confidential", "gone", "maybe_sent", "ok", "socket_mode", "urgent")
_MOMENTS = ("again_at", "at", "due_at", "not_before", "since", "until")

SHAPES: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(_IDS, re.compile(_OUR_ID)),
    **dict.fromkeys(_CODES, re.compile(_CODE)),
    "code": re.compile(rf"{_CODE}|{_ERROR}"),
    "actor": re.compile(rf"{_PERSON}|portal:{_PORTAL}|service|service:[A-Z_]{{1,40}}"),
    "person": re.compile(_PERSON),
    "bot": re.compile(r"B[A-Z0-9]{2,20}"),
    "team": re.compile(r"[TE][A-Z0-9]{2,20}"),
    "channel": re.compile(r"[CGD](?=[A-Z0-9]*[0-9])[A-Z0-9]{2,20}"),
    "ts": re.compile(r"[0-9]{10}\.[0-9]{6}"),
    "portal": re.compile(_PORTAL),
    "key": re.compile(_ALARM),
    "lane": re.compile(rf"reply:{_OUR_ID}|slack:urgent|slack:dm:{_PERSON}"),
    "number": re.compile(r"E-[0-9]{4,6}"),
    "variable": re.compile(r"(?:PORTALDESK|SLACK)_[A-Z0-9_]{1,80}"),
    "anchor": re.compile(r"[0-9a-f]{64}"),
    "revision": re.compile(r"[0-9a-f]{4,40}"),
    "release": re.compile(r"[0-9]+\.[0-9]+\.[0-9]+"),
}
FIELDS = frozenset({*SHAPES, *_COUNTS, *_FLAGS, *_MOMENTS})
_SHORT = frozenset(_CODES)

_LARGEST = 2**53
_EVENT = re.compile(r"[a-z][a-z0-9_-]{0,30}(?:\.[a-z][a-z0-9_-]{0,30}){1,4}")


def admitted(fields: Mapping[str, object]) -> tuple[dict[str, Value], int]:
    """The fields that may be logged, and how many may not."""
    fit: dict[str, Value] = {}
    for name, given in fields.items():
        value = _text(name, given) if isinstance(given, str) else _value(name, given)
        if not isinstance(value, _Refused):
            fit[name] = value
    return fit, len(fields) - len(fit)


class _Refused:
    """A value that may not be logged, as opposed to None."""


_REFUSED = _Refused()


def _value(name: str, given: object) -> Value | _Refused:
    """The value as it is written, if name and shape fit: of anything but a text."""
    if name not in FIELDS:
        return _REFUSED
    if given is None:
        return None
    if isinstance(given, bool):
        return given if name in _FLAGS else _REFUSED
    if isinstance(given, int | float):
        return _number(name, given)
    return _moment(name, given) if isinstance(given, datetime) else _REFUSED


def _number(name: str, given: float) -> Value | _Refused:
    if name not in _COUNTS or not math.isfinite(given) or abs(given) > _LARGEST:
        return _REFUSED
    return int(given) if isinstance(given, int) else round(float(given), 3)


def _moment(name: str, given: datetime) -> Value | _Refused:
    if name not in _MOMENTS or given.tzinfo is None:
        return _REFUSED
    return given.astimezone(UTC).isoformat(timespec="milliseconds")


def _text(name: str, given: str) -> Value | _Refused:
    """A text in its field's shape; an enumeration's member counts as its value."""
    shape = SHAPES.get(name)
    text = str.__str__(given)
    if shape is None or (name in _SHORT and len(text) > _CODE_LIMIT) or not shape.fullmatch(text):
        return _REFUSED
    return text


def event_name(name: str) -> str:
    """A dotted event name; anything else is not repeated."""
    return name if isinstance(name, str) and _is_dotted(name) else "log.event.unnamed"


@lru_cache(maxsize=512)  # they are written in the code
def _is_dotted(name: str) -> bool:
    return _EVENT.fullmatch(name) is not None
