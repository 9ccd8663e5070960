"""What portals say to us, as structures that are also the published schema (CONTRACT section 5)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

ID_LIMIT = 256  # characters of an id
LINE_LIMIT = 1_000  # characters of a name, a subject, a medicine
NOTE_LIMIT = 20_000  # characters of a reason
LIST_LIMIT = 100  # medicines, wished times, attachments

Id = Annotated[str, Meta(min_length=1, max_length=ID_LIMIT)]
Line = Annotated[str, Meta(max_length=LINE_LIMIT)]
Note = Annotated[str, Meta(max_length=NOTE_LIMIT)]
Day = Annotated[str, Meta(max_length=64, extra_json_schema={"format": "date"}, examples=["2026-11-25"])]
Time = Annotated[str, Meta(max_length=64, extra_json_schema={"format": "date-time"}, examples=["2026-11-22T19:04:11Z"])]


def one_of(*words: str) -> dict[str, Any]:
    """The schema of a field that takes one of these words; the reader takes any and falls back to a safe one."""
    return {"extra_json_schema": {"examples": list(words), "x-known-values": list(words)}}


class Body(Struct, kw_only=True, omit_defaults=True):
    """The family's words."""

    format: Annotated[str, Meta(description="plain or html.", **one_of("plain", "html"))] = "plain"
    text: Annotated[str | None, Meta(description="May be empty when there is a request or an attachment.")] = None
    lang: Annotated[Line | None, Meta(description="BCP 47 tag of the language, as the portal knows it.")] = None


class Sender(Struct, kw_only=True, omit_defaults=True):
    """The portal account that wrote; answers go to it and to no other."""

    portal_user_id: Id
    name: Line | None = None
    relationship: Annotated[
        Line | None,
        Meta(
            description="How the writer stands to the patient; missing or another word: other.",
            **one_of("self", "parent", "guardian", "caregiver", "other"),
        ),
    ] = None
    proxy_verified: Annotated[
        bool | None, Meta(description="Whether the portal verified the writer's right to act for the child.")
    ] = None
    phone: Annotated[Line | None, Meta(description="E.164, such as +15550100177.")] = None


class Patient(Struct, kw_only=True, omit_defaults=True):
    """The child that the message is about."""

    id: Annotated[Line | None, Meta(description="The portal's id of the child.")] = None
    mrn: Annotated[Line | None, Meta(description="Medical record number.")] = None
    name: Line | None = None
    birth_date: Day | None = None


class Attachment(Struct, kw_only=True, omit_defaults=True):
    """A file that stays in the portal."""

    id: Line | None = None
    name: Line | None = None
    type: Annotated[Line | None, Meta(description="Media type.", examples=["image/jpeg"])] = None
    size: Annotated[int | None, Meta(description="Bytes.")] = None
    sha256: Annotated[Line | None, Meta(description="Hexadecimal.")] = None


class Message(Struct, kw_only=True, omit_defaults=True, rename={"schema_": "schema"}):
    """One message of a family. Required: its id, the account that wrote, and words, a subject, a request or a file."""

    schema_: Annotated[int | None, Meta(description="Version of this contract: 1.")] = None
    message_id: Annotated[Id, Meta(description="Never used for another message.")]
    thread_id: Annotated[
        Annotated[str, Meta(max_length=ID_LIMIT)] | None, Meta(description="Missing: a thread of its own.")
    ] = None
    in_reply_to: Annotated[Line | None, Meta(description="The message or reply that this answers.")] = None
    version: Annotated[int | None, Meta(description="Grows with every update; an older one is ignored.")] = None
    kind: Annotated[
        Line | None,
        Meta(
            description="Missing: the subject decides (Patient Portal Rx Refill, Appointment Request, Insurance Change "
            "Notification, Patient Portal Referral), then the request's fields; else general.",
            **one_of("general", "refill", "appointment", "insurance", "referral"),
        ),
    ] = None
    subject: Line | None = None
    department: Annotated[Line | None, Meta(description="The portal's name of the practice's department.")] = None
    body: Body | None = None
    sent_at: Annotated[Time | None, Meta(description="When the family wrote. Missing: the event's timestamp.")] = None
    priority: Annotated[Line | None, Meta(description="Another word: routine.", **one_of("routine", "urgent"))] = None
    sender: Sender
    patient: Patient | None = None
    confidential: Annotated[
        bool, Meta(description="A teenager's confidential message: drawn minimal, answered to this account only.")
    ] = False
    attachments: Annotated[list[Attachment], Meta(max_length=LIST_LIMIT)] = []
    request: Annotated[Any, Meta(description="What the family asks for, by kind; none for general.")] = None


class Standing(Struct, kw_only=True, omit_defaults=True):
    """A message that the family took back, or that somebody handled in the portal itself."""

    message_id: Id
    at: Annotated[Time | None, Meta(description="Missing: the event's timestamp.")] = None
    by: Annotated[Line | None, Meta(description="Who, in words for people.")] = None
    reason: Annotated[Note | None, Meta(description="Why, in words for people.")] = None


class Thread(Struct, kw_only=True, omit_defaults=True):
    """A thread that was closed in the portal."""

    thread_id: Id
    at: Annotated[Time | None, Meta(description="Missing: the event's timestamp.")] = None


class ReplyProgress(Struct, kw_only=True, omit_defaults=True):
    """How far an answer of ours is."""

    reply_id: Id
    status: Annotated[Line, Meta(extra_json_schema={"enum": ["accepted", "delivered", "read", "failed"]})]
    at: Annotated[Time | None, Meta(description="Missing: the event's timestamp.")] = None
    reason: Annotated[Note | None, Meta(description="Why it failed, in words for people.")] = None
