"""Everything that a card or a window shows of one conversation, read in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from bot.domain.conversation import Conversation, Related, latest
from bot.domain.decision import Decision
from bot.domain.message import Attachment, Patient, PortalMessage, Sender, StoredMessage
from bot.domain.practice import Practice
from bot.domain.refill import Asked
from bot.domain.reply import Reply
from bot.domain.turn import Forward, ForwardState, Turn, open_chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The present state of one conversation. Everything oldest first; `notes` is a count.

    `asked`: the family's other refill requests, only for a refill. `stopped`: since when the portal's queue stands.
    """

    conversation: Conversation
    practice: Practice
    messages: tuple[StoredMessage, ...]
    replies: tuple[Reply, ...] = ()
    notes: int = 0
    related: tuple[Related, ...] = ()
    forwards: tuple[Forward, ...] = ()
    decisions: tuple[Decision, ...] = ()
    asked: tuple[Asked, ...] = ()
    stopped: datetime | None = None

    @property
    def handed(self) -> Forward | None:
        """The forward that has to come back first; None when the message is with nobody else."""
        chain = open_chain(self.forwards)
        return chain[-1] if chain else None

    @property
    def at_hand(self) -> Forward | None:
        """The colleague's answer that came back and was not used yet."""
        if self.conversation.turn is not Turn.RETURNED:
            return None
        back = [f for f in self.forwards if f.state is ForwardState.RETURNED and f.ended_at]
        return max(back, key=lambda f: f.ended_at or f.at, default=None)

    @property
    def newest(self) -> PortalMessage:
        """The family's newest message."""
        return latest(self.messages).content

    @property
    def heard(self) -> str:
        """A mark, ten hex digits, of all that the family has said so far; a card with this mark has shown it."""
        said = sha256()
        for stored in self.messages:
            said.update(f"{stored.id} {stored.content_sha256.hex()} ".encode())
        return said.hexdigest()[:10]

    @property
    def sender(self) -> Sender:
        """The account that wrote, and that an answer goes to."""
        return self.newest.sender

    @property
    def patient(self) -> Patient:
        """The child, as the first message that names one has it: a later one must not swap the header."""
        for stored in self.messages:
            if stored.content.patient.name or stored.content.patient.birth_date:
                return stored.content.patient
        return self.newest.patient

    @property
    def request_message(self) -> PortalMessage:
        """The message whose request makes the kind; the first one for general."""
        for stored in self.messages:
            if stored.content.kind is self.conversation.kind:
                return stored.content
        return self.messages[0].content

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """All files the family sent in this conversation."""
        return tuple(a for m in self.messages for a in m.content.attachments)

    @property
    def last_reply(self) -> Reply | None:
        """The newest answer, whatever became of it."""
        return self.replies[-1] if self.replies else None


def age_in_words(birth_date: date | None, *, today: date) -> str:
    """A child's age as people say it: "5 wk" under 3 months, "5 mo" under 2 years, then "9 y"; "age not given"."""
    if birth_date is None:
        return "age not given"
    months = (today.year - birth_date.year) * 12 + today.month - birth_date.month - (today.day < birth_date.day)
    if months < 0:
        return "age not given"
    if months < 3:
        return f"{(today - birth_date).days // 7} wk"
    return f"{months} mo" if months < 24 else f"{months // 12} y"
