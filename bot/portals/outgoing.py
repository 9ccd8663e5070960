"""What we say to portals, and what they and we answer, as structures (CONTRACT section 5, Out and Answers)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct


class PlainBody(Struct, frozen=True, kw_only=True):
    """Text for the family, plain, its lines ended by LF."""

    format: Literal["plain"] = "plain"
    text: Annotated[str, Meta(description="Word for word what was on the screen when Send was pressed.")]


class To(Struct, frozen=True, kw_only=True):
    """The account that wrote, and no other: show the reply to nobody else."""

    portal_user_id: str


class ReplyAuthor(Struct, frozen=True, kw_only=True):
    """The person who pressed Send."""

    name: str
    title: str | None = None
    role: Annotated[str, Meta(description="staff, prescriber or admin.", examples=["staff"])]


class DecidedBy(Struct, frozen=True, kw_only=True):
    """The prescriber who decided."""

    name: str
    npi: Annotated[str | None, Meta(description="National Provider Identifier, ten digits.")] = None


RefillOutcome = Literal[
    "approved", "approved_changed", "denied", "needs_visit", "needs_info", "already_sent", "done_in_ehr"
]


class RefillLine(Struct, frozen=True, kw_only=True):
    """One medicine, decided. `approved` is a decision: the prescription itself is made in the EHR."""

    line: Annotated[int, Meta(description="The line of the request.")]
    outcome: RefillOutcome
    quantity: str | None = None
    refills: int | None = None
    reason: str | None = None
    decided_by: DecidedBy
    decided_at: datetime


class RefillDecision(Struct, frozen=True, kw_only=True, tag_field="kind", tag="refill"):
    """Decided lines of a refill request; lines that nobody decided yet are left out."""

    lines: Annotated[tuple[RefillLine, ...], Meta(min_length=1)]


class Visit(Struct, frozen=True, kw_only=True):
    """A time at the practice: booked, or offered."""

    start: datetime
    end: datetime | None = None
    provider: str | None = None
    location: str | None = None


class AppointmentDecision(Struct, frozen=True, kw_only=True, tag_field="kind", tag="appointment"):
    """What became of a wish for a visit. `visit` with `booked`, `offers` with `offered`."""

    outcome: Literal["booked", "offered", "declined", "needs_call"]
    visit: Visit | None = None
    offers: tuple[Visit, ...] = ()
    appointment_id: str | None = None
    reason: str | None = None


class InsuranceDecision(Struct, frozen=True, kw_only=True, tag_field="kind", tag="insurance"):
    """What became of a change of insurance."""

    outcome: Literal["recorded", "needs_info", "rejected"]
    reason: str | None = None


class ReferralDecision(Struct, frozen=True, kw_only=True, tag_field="kind", tag="referral"):
    """What became of a wish for a referral."""

    outcome: Literal["created", "declined", "needs_visit", "needs_info"]
    referral_id: str | None = None
    specialist: str | None = None
    visit_date: date | None = None
    reason: str | None = None


Decision = RefillDecision | AppointmentDecision | InsuranceDecision | ReferralDecision


class OutgoingReply(Struct, frozen=True, kw_only=True, rename={"schema_": "schema"}):
    """An answer to a family. `POST {url}/v1/replies`; the same `reply_id` always comes with the same bytes."""

    schema_: Annotated[Literal[1], Meta(description="Version of this contract.")] = 1
    reply_id: Annotated[str, Meta(description="Our id: also the Idempotency-Key and the webhook-id.")]
    thread_id: str
    in_reply_to: Annotated[str, Meta(description="The message that this answers.")]
    to: To
    body: PlainBody
    author: ReplyAuthor
    written_at: datetime
    thread_after: Annotated[
        Literal["open", "closed"], Meta(description="closed: the practice considers the matter done.")
    ]
    attachments: Annotated[tuple[str, ...], Meta(description="Always empty in version 1.", max_length=0)] = ()
    decision: Decision | None = None


class OutgoingDecision(Struct, frozen=True, kw_only=True, rename={"schema_": "schema"}):
    """A decision without words for the family. `POST {url}/v1/decisions`: a reply without `body`."""

    schema_: Annotated[Literal[1], Meta(description="Version of this contract.")] = 1
    reply_id: Annotated[str, Meta(description="Our id: also the Idempotency-Key and the webhook-id.")]
    thread_id: str
    in_reply_to: Annotated[str, Meta(description="The message that this answers.")]
    to: To
    author: ReplyAuthor
    written_at: datetime
    thread_after: Annotated[
        Literal["open", "closed"], Meta(description="closed: the practice considers the matter done.")
    ]
    attachments: Annotated[tuple[str, ...], Meta(description="Always empty in version 1.", max_length=0)] = ()
    decision: Decision


class ReplyAnswer(Struct, frozen=True, kw_only=True):
    """What a portal answers to a reply, and to the question whether it got one. A replay of the key gives the same."""

    reply_id: Annotated[str, Meta(description="Ours, repeated: without it we cannot know that you have it.")]
    portal_message_id: Annotated[str | None, Meta(description="Your id of what the family sees.")] = None
    status: Annotated[str, Meta(description="accepted or delivered.", examples=["accepted"])] = "accepted"


class StateChange(Struct, frozen=True, kw_only=True):
    """How far a message is at the practice. `PUT {url}/v1/messages/{message_id}/state`."""

    state: Literal["received", "assigned", "answered", "closed"]


class Taken(Struct, frozen=True, kw_only=True):
    """Our answer to an event. Every 2xx is after the commit."""

    id: Annotated[str | None, Meta(description="Our id of what was stored; a ping is not stored.")] = None
    status: Annotated[
        str,
        Meta(
            description="quarantined: signed, but not usable; a person at the practice is shown it.",
            examples=["stored", "quarantined"],
        ),
    ]


class ReplyReport(Struct, frozen=True, kw_only=True):
    """How far one of our answers is."""

    reply_id: str
    state: Literal["pending", "sending", "delivered", "failed", "unclear", "dropped"]
    written_at: datetime
    delivered_at: datetime | None = None


class MessageReport(Struct, frozen=True, kw_only=True):
    """What became of a message, without words: for your own reconciliation."""

    message_id: str
    thread_id: str
    kind: Literal["general", "refill", "appointment", "insurance", "referral"]
    received_at: datetime
    standing: Literal["current", "withdrawn", "elsewhere"]
    status: Literal["open", "answered", "done", "withdrawn", "elsewhere"]
    department: str
    card: Annotated[Literal["posted", "waiting"], Meta(description="Whether staff can see it already.")]
    replies: tuple[ReplyReport, ...] = ()


class Problem(Struct, frozen=True, kw_only=True):
    """Why a request was not taken (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: Annotated[str | None, Meta(description="The rule that was broken; never a value of the request.")] = None
