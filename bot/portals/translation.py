"""A portal's message in the product's own words, and the hash that tells a repeat from a change."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.domain import message
from bot.domain.message import Kind, PortalMessage, Relationship, kind_of
from bot.portals.base import Unreadable
from bot.portals.contract import Attachment, Body, Message, Patient, Sender
from bot.portals.html_text import plain
from bot.portals.mend import exact_id, fit, introduce
from bot.portals.request import STRUCTURES, Request, kind_told_by, translated
from bot.portals.text import day, line, moment, words

_AHEAD = timedelta(minutes=5)  # a portal's clock; a message from further ahead was sent when it came
_KINDS = {known.value: known for known in Kind}
_RELATIONSHIPS = {known.value: known for known in Relationship}
_ENCODER = msgspec.json.Encoder()
introduce(Message, *STRUCTURES.values())


def read_message(data: dict[str, Any], *, stamped: datetime, arrived: datetime) -> tuple[PortalMessage, bytes]:
    """The message in an event's `data` (may be changed), and the SHA-256 of its known content; else Unreadable.

    `stamped` is the event's timestamp. The hash leaves out unknown fields, `schema` and `version`, the event's
    own id and times: a portal that tells the same again tells the same hash.
    """
    given = fit(data, Message, at="data")
    subject = line(given.subject) or ""
    kind = _KINDS.get((given.kind or "").strip().lower()) or _kind(given, subject)
    request = _request(given.request, kind)
    text = _text(given.body)
    attachments = _attachments(given.attachments)
    if not (text or subject or attachments or request is not None):
        raise Unreadable("data has no words, no subject, no request and no attachment")
    content = PortalMessage(
        message_id=exact_id(given.message_id, at="data.message_id"),
        thread_id=exact_id(given.thread_id or given.message_id, at="data.thread_id"),
        kind=kind,
        subject=subject,
        text=text,
        sent_at=_sent_at(given.sent_at, stamped, arrived),
        sender=_sender(given.sender),
        patient=_patient(given.patient),
        in_reply_to=line(given.in_reply_to),
        department=line(given.department),
        lang=line(given.body.lang) if given.body else None,
        urgent=(given.priority or "").strip().lower() == "urgent",
        confidential=given.confidential,
        attachments=attachments,
        request=None if request is None else translated(request),
        version=given.version if given.version is not None and 0 <= given.version < 2**63 else None,
    )
    return content, _content_sha256(given, request)


def _kind(given: Message, subject: str) -> Kind:
    """The kind where the portal names none that we know: by the subject line, else by the request's own fields."""
    kind = kind_of(kind=None, subject=subject)
    return kind_told_by(given.request) if kind is Kind.GENERAL else kind


def _content_sha256(given: Message, request: Request | None) -> bytes:
    bare = msgspec.structs.replace(given, schema_=None, version=None, request=request)
    return hashlib.sha256(_ENCODER.encode(bare)).digest()


def _request(given: Any, kind: Kind) -> Request | None:
    """The request as its kind's structure; None when there is none, or nothing in it that we know."""
    structure = STRUCTURES.get(kind)
    if structure is None or not isinstance(given, dict):
        return None
    request = fit(given, structure, at="data.request")
    return None if request == structure() else request


def _text(body: Body | None) -> str:
    if body is None or not body.text:
        return ""
    shape = body.format.strip().lower()
    return words(plain(body.text)) if shape in {"html", "text/html"} else words(body.text)


def _sent_at(given: str | None, stamped: datetime, arrived: datetime) -> datetime:
    sent = moment(given) or stamped
    return arrived if sent > arrived + _AHEAD else sent


def _sender(given: Sender) -> message.Sender:
    return message.Sender(
        portal_user_id=exact_id(given.portal_user_id, at="data.sender.portal_user_id"),
        name=line(given.name),
        relationship=_RELATIONSHIPS.get((given.relationship or "").strip().lower(), Relationship.OTHER),
        proxy_verified=given.proxy_verified,
        phone=line(given.phone),
    )


def _patient(given: Patient | None) -> message.Patient:
    if given is None:
        return message.Patient()
    return message.Patient(
        id=line(given.id), mrn=line(given.mrn), name=line(given.name), birth_date=day(given.birth_date)
    )


def _attachments(given: list[Attachment]) -> tuple[message.Attachment, ...]:
    return tuple(
        message.Attachment(
            id=line(one.id) or f"file-{number}",
            name=line(one.name) or f"file {number}",
            type=line(one.type),
            size=one.size if one.size is not None and 0 <= one.size < 2**63 else None,
            sha256=line(one.sha256),
        )
        for number, one in enumerate(given, 1)
    )
