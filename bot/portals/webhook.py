"""A portal's event, from raw bytes to the domain's value."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from bot.domain.event import (
    Event,
    HandledElsewhere,
    MessageCreated,
    MessageUpdated,
    MessageWithdrawn,
    Ping,
    ReplyStatus,
    ThreadClosed,
    Unknown,
)
from bot.portals.base import Unreadable
from bot.portals.contract import LINE_LIMIT, ReplyProgress, Standing, Thread
from bot.portals.mend import exact_id, fit, introduce
from bot.portals.text import line, moment, words
from bot.portals.translation import read_message

__all__ = ["DEEPEST", "Unreadable", "read"]

DEEPEST = 32  # levels of JSON
_BOM = b"\xef\xbb\xbf"
introduce(Standing, Thread, ReplyProgress)
_STATUSES = frozenset({"accepted", "delivered", "read", "failed"})
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.DOTALL
)
_HALF = 6  # bytes of an escaped surrogate without its other half


def read(raw: bytes, arrived: datetime) -> Event:
    """The event in `raw`, a verified request's body that came at `arrived` (aware UTC).

    Unreadable, with a reason that names no value, when it cannot be used: the caller keeps the bytes and shows
    a person that something came. Nothing else is raised, whatever the bytes are.
    """
    event = _decoded(raw)
    kind = event.get("type")
    if not isinstance(kind, str) or not kind.strip():
        raise Unreadable("type is missing")
    reader = _READERS.get(kind.strip().lower())
    if reader is None:
        return Unknown(type=(line(kind) or "")[:LINE_LIMIT])
    given = event.get("timestamp")
    stamped = moment(given if isinstance(given, str | int | float) else None) or arrived
    data = event.get("data")
    if reader is _ping:
        return Ping()
    if not isinstance(data, dict):
        raise Unreadable("data is missing")
    return reader(data, stamped, arrived)


def _decoded(raw: bytes) -> dict[str, Any]:
    raw = raw.removeprefix(_BOM)
    if b"\\u" in raw and _SURROGATE.search(raw):
        raw = _ESCAPE.sub(_whole, raw)
    try:
        event = msgspec.json.decode(raw)
    except UnicodeDecodeError:
        raise Unreadable("the body is not UTF-8") from None
    except RecursionError:
        raise Unreadable(f"the JSON is nested more than {DEEPEST} levels deep") from None
    except msgspec.DecodeError:
        raise Unreadable("the body is not JSON") from None
    if not isinstance(event, dict):
        raise Unreadable("the body is not a JSON object")
    if raw.count(b"{") + raw.count(b"[") > DEEPEST and _too_deep(event):
        raise Unreadable(f"the JSON is nested more than {DEEPEST} levels deep")
    return event


def _whole(escape: re.Match[bytes]) -> bytes:
    """An escape as it stands, but U+FFFD for half of a surrogate pair: legal JSON, and no character (RFC 8259, 8.2)."""
    text = escape[0]
    return rb"\ufffd" if len(text) == _HALF else text


def _too_deep(event: dict[str, Any]) -> bool:
    level: list[Any] = [event]
    for _ in range(DEEPEST):
        inner = [one.values() if isinstance(one, dict) else one for one in level]
        level = [value for values in inner for value in values if isinstance(value, dict | list)]
        if not level:
            return False
    return True


def _created(data: dict[str, Any], stamped: datetime, arrived: datetime) -> Event:
    message, digest = read_message(data, stamped=stamped, arrived=arrived)
    return MessageCreated(message=message, content_sha256=digest)


def _updated(data: dict[str, Any], stamped: datetime, arrived: datetime) -> Event:
    message, digest = read_message(data, stamped=stamped, arrived=arrived)
    return MessageUpdated(message=message, content_sha256=digest)


def _withdrawn(data: dict[str, Any], stamped: datetime, arrived: datetime) -> Event:
    return MessageWithdrawn(**_standing(data, stamped, arrived))


def _elsewhere(data: dict[str, Any], stamped: datetime, arrived: datetime) -> Event:
    return HandledElsewhere(**_standing(data, stamped, arrived))


def _standing(data: dict[str, Any], stamped: datetime, arrived: datetime) -> dict[str, Any]:
    given = fit(data, Standing, at="data")
    return {
        "message_id": exact_id(given.message_id, at="data.message_id"),
        "at": _at(given.at, stamped, arrived),
        "by": line(given.by),
        "reason": words(given.reason) or None,
    }


def _closed(data: dict[str, Any], stamped: datetime, arrived: datetime) -> Event:
    given = fit(data, Thread, at="data")
    return ThreadClosed(thread_id=exact_id(given.thread_id, at="data.thread_id"), at=_at(given.at, stamped, arrived))


def _status(data: dict[str, Any], stamped: datetime, arrived: datetime) -> Event:
    given = fit(data, ReplyProgress, at="data")
    status = given.status.strip().lower()
    if status not in _STATUSES:
        raise Unreadable("data.status is none of accepted, delivered, read, failed")
    return ReplyStatus(
        reply_id=exact_id(given.reply_id, at="data.reply_id"),
        status=status,
        at=_at(given.at, stamped, arrived),
        reason=words(given.reason) or None,
    )


def _ping(data: dict[str, Any], stamped: datetime, arrived: datetime) -> Event:  # noqa: ARG001 - a reader as the others
    return Ping()


def _at(given: str | None, stamped: datetime, arrived: datetime) -> datetime:
    return min(moment(given) or stamped, arrived)


_READERS: dict[str, Callable[[dict[str, Any], datetime, datetime], Event]] = {
    "portal.message.created": _created,
    "portal.message.updated": _updated,
    "portal.message.withdrawn": _withdrawn,
    "portal.message.handled_elsewhere": _elsewhere,
    "portal.thread.closed": _closed,
    "portal.reply.status": _status,
    "portal.ping": _ping,
}
