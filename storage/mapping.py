"""Words between the domain and bytes: JSON that a later version may add fields to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from bot.domain.appointment import AppointmentRequest
from bot.domain.insurance import InsuranceChange
from bot.domain.message import Attachment, Kind, Patient, PortalMessage, Request, Sender
from bot.domain.referral import ReferralRequest
from bot.domain.refill import RefillRequest

S = TypeVar("S")


class Kept(msgspec.Struct):
    """A message's content as it is sealed: with the hash that tells a repeat from a change."""

    sha256: bytes
    content: Any


class _Content(msgspec.Struct):
    message_id: str
    thread_id: str
    kind: Kind
    subject: str
    text: str
    sent_at: datetime
    sender: Sender
    patient: Patient
    in_reply_to: str | None = None
    department: str | None = None
    lang: str | None = None
    urgent: bool = False
    confidential: bool = False
    attachments: tuple[Attachment, ...] = ()
    request: msgspec.Raw = msgspec.Raw(b"null")
    version: int | None = None


class _Stored(msgspec.Struct):
    sha256: bytes
    content: _Content


class _Child(msgspec.Struct):
    patient: Patient


class _StoredChild(msgspec.Struct):
    content: _Child


class Fate(msgspec.Struct):
    """What the far side said, in words or ids of its own."""

    reason: str = ""
    ref: str | None = None
    portal_reason: str | None = None


class Ids(msgspec.Struct):
    """The portal's own ids of a conversation."""

    thread_id: str
    portal_user_id: str
    patient_id: str | None


class StandingWords(msgspec.Struct):
    """Who changed a message's standing at the portal, and why."""

    by: str | None
    reason: str | None


_encode = msgspec.json.Encoder().encode
_stored = msgspec.json.Decoder(_Stored).decode
_child = msgspec.json.Decoder(_StoredChild).decode
_REQUESTS: dict[Kind, Any] = {
    Kind.REFILL: msgspec.json.Decoder(RefillRequest | None).decode,
    Kind.APPOINTMENT: msgspec.json.Decoder(AppointmentRequest | None).decode,
    Kind.INSURANCE: msgspec.json.Decoder(InsuranceChange | None).decode,
    Kind.REFERRAL: msgspec.json.Decoder(ReferralRequest | None).decode,
}


def to_bytes_exactly(value: Any) -> bytes:
    """A value of words as JSON; UnicodeEncodeError for a lone surrogate, where nothing may be changed in silence."""
    return _encode(value)


def to_bytes(value: Any) -> bytes:
    """A value of words as JSON. A lone surrogate, which no JSON in UTF-8 can hold, becomes U+FFFD."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        return _encode(_whole(msgspec.to_builtins(value)))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(item) for item in value]
    return value


def reader(shape: type[S]) -> Callable[[bytes], S]:
    """What reads values of that shape; fields that this version does not know are passed over.

    To be made when its module is loaded: two threads that let msgspec look at one structure for the first time at the
    same moment end the process.
    """
    return msgspec.json.Decoder(shape).decode


read_fate = reader(Fate)
read_standing = reader(StandingWords)


def to_content(message: PortalMessage, sha256: bytes) -> bytes:
    """A message with its hash, ready to be sealed."""
    return to_bytes(Kept(sha256, message))


def from_content(kept: bytes) -> tuple[bytes, PortalMessage]:
    """The hash and the message."""
    stored = _stored(kept)
    found = stored.content
    message = PortalMessage(
        message_id=found.message_id,
        thread_id=found.thread_id,
        kind=found.kind,
        subject=found.subject,
        text=found.text,
        sent_at=found.sent_at,
        sender=found.sender,
        patient=found.patient,
        in_reply_to=found.in_reply_to,
        department=found.department,
        lang=found.lang,
        urgent=found.urgent,
        confidential=found.confidential,
        attachments=found.attachments,
        request=_request(found),
        version=found.version,
    )
    return stored.sha256, message


def _request(found: _Content) -> Request | None:
    decode = _REQUESTS.get(found.kind)
    request: Request | None = decode(found.request) if decode else None
    return request


def child_of(kept: bytes) -> Patient:
    """Only the child of a sealed message, for a line about a related conversation."""
    return _child(kept).content.patient
