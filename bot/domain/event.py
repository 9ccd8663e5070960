"""What a portal told us, in the product's own words: one value per kind of event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.message import PortalMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCreated:
    """A family wrote. `content_sha256` (32 bytes, without the event's id and time) tells a repeat from a change."""

    message: PortalMessage
    content_sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUpdated:
    """A message as it reads now, as a whole; its `version`, where given, tells which of two is newer."""

    message: PortalMessage
    content_sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWithdrawn:
    """The family took a message back. `by` and `reason` are the portal's words, for people."""

    message_id: str
    at: datetime
    by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandledElsewhere:
    """Somebody dealt with a message in the portal itself. `by` and `reason` are the portal's words, for people."""

    message_id: str
    at: datetime
    by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadClosed:
    """The portal closed a whole thread."""

    thread_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyStatus:
    """How far an answer of ours is at the portal. `status`: accepted, delivered, read or failed."""

    reply_id: str
    status: str
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """The portal asks whether we are there; answered, not stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """An event of a type that this version does not know: stored, acknowledged, ignored. `type` is safe to show."""

    type: str


MessageEvent = MessageCreated | MessageUpdated
Event = (
    MessageCreated | MessageUpdated | MessageWithdrawn | HandledElsewhere | ThreadClosed | ReplyStatus | Ping | Unknown
)
