"""What a family sent through the portal: one message, its people, its files, its request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.appointment import AppointmentRequest
from bot.domain.insurance import InsuranceChange
from bot.domain.referral import ReferralRequest
from bot.domain.refill import RefillRequest


class Kind(StrEnum):
    """The type of a portal message."""

    GENERAL = "general"  # anything else; keeps the sender's subject
    REFILL = "refill"  # wants a medicine again
    APPOINTMENT = "appointment"  # wants, moves or cancels a visit
    INSURANCE = "insurance"  # has other insurance now
    REFERRAL = "referral"  # needs a referral to a specialist


_SUBJECTS = {
    "patient portal rx refill": Kind.REFILL,
    "appointment request": Kind.APPOINTMENT,
    "insurance change notification": Kind.INSURANCE,
    "patient portal referral": Kind.REFERRAL,
}


_WORDS = {kind.value: kind for kind in Kind}


def kind_of(*, kind: str | None, subject: str) -> Kind:
    """The kind as the portal says it, else as the subject line says it, else general."""
    word = (kind or "").strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    return _SUBJECTS.get(" ".join(subject.split()).lower(), Kind.GENERAL)


class Relationship(StrEnum):
    """How the writer stands to the patient."""

    SELF = "self"  # the patient's own account
    PARENT = "parent"  # a parent
    GUARDIAN = "guardian"  # a legal guardian
    CAREGIVER = "caregiver"  # somebody who takes care
    OTHER = "other"  # anything else, or not said


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The portal account that wrote, shown as Web Portal User with the real name beside it."""

    portal_user_id: str
    name: str | None = None
    relationship: Relationship = Relationship.OTHER
    proxy_verified: bool | None = None
    phone: str | None = None

    @property
    def first_name(self) -> str | None:
        """The first word of the name, None when the portal gave no name."""
        return self.name.split()[0] if self.name and self.name.split() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """The child that the message is about; None where the portal said nothing."""

    id: str | None = None
    mrn: str | None = None
    name: str | None = None
    birth_date: date | None = None

    def may_be(self, other: Patient) -> bool:
        """Whether both can be the same child: by id, else by name and birth date; who is not named may be anybody."""
        if self.id and other.id:
            return self.id == other.id
        named = self.name and other.name
        return not named or (self.name, self.birth_date) == (other.name, other.birth_date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that stays in the portal; `size` in bytes."""

    id: str
    name: str
    type: str | None = None
    size: int | None = None
    sha256: str | None = None


Request = RefillRequest | AppointmentRequest | InsuranceChange | ReferralRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalMessage:
    """One message as the portal told it, in the product's own words. Times are aware UTC.

    `text` is plain (HTML was reduced by the portal's adapter); `request` fits `kind` and is None for general.
    """

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
    request: Request | None = None
    version: int | None = None


class Standing(StrEnum):
    """What became of a message at the portal's side."""

    CURRENT = "current"  # stands as written
    WITHDRAWN = "withdrawn"  # the family took it back
    ELSEWHERE = "elsewhere"  # somebody handled it in the portal


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A portal message that was taken in. `content_sha256` is what tells a repeat from a change.

    `received_at`: when the words that it has now came.
    """

    id: str
    conversation_id: str
    portal: str
    content: PortalMessage
    content_sha256: bytes
    received_at: datetime
    standing: Standing = Standing.CURRENT
    standing_at: datetime | None = None
    standing_by: str | None = None
    standing_reason: str | None = None
