"""A conversation: what people did with it, told apart from what the network did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.message import Kind, StoredMessage
from bot.domain.turn import Turn


class Status(StrEnum):
    """Whose turn it is. Delivery has its own states (bot.domain.delivery)."""

    OPEN = "open"  # the practice must act
    ANSWERED = "answered"  # somebody pressed Send; the family's turn
    DONE = "done"  # nothing more to do; a new message from the family opens it again
    WITHDRAWN = "withdrawn"  # the family took everything back
    ELSEWHERE = "elsewhere"  # handled in the portal itself


CLOSED = frozenset({Status.DONE, Status.WITHDRAWN, Status.ELSEWHERE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation, one card. Times are aware UTC.

    `id` is opaque and stands in buttons; `number` is what people say to each other. `holder` is a Slack user id,
    None while the department has it. `came_at` is when the oldest unanswered message came; `due_at` is when the
    practice promised to have answered it. `version` grows with every change that a person writing an answer must
    know of: the family's words, an answer, a forward, a decision. Drawing a card does not change it. `turn` says how
    the holder came to have it; `snoozed_until`: put aside until then.
    """

    id: str
    number: int
    portal: str
    kind: Kind
    department: str
    status: Status
    came_at: datetime
    due_at: datetime
    version: int = 1
    holder: str | None = None
    held_since: datetime | None = None
    urgent: bool = False
    confidential: bool = False
    opened_again: bool = False
    closed_at: datetime | None = None
    closed_by: str | None = None
    why_here: str = ""
    turn: Turn = Turn.NEW
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Another conversation to point to. `why`: "thread" (the same portal thread) or "family" (the same account)."""

    id: str
    number: int
    kind: Kind
    why: str
    patient_name: str | None = None
    patient_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a colleague wrote in the Slack thread. It never leaves."""

    id: str
    conversation_id: str
    author: str
    text: str
    at: datetime


def latest(messages: tuple[StoredMessage, ...]) -> StoredMessage:
    """The family's newest message; there is always at least one."""
    return max(messages, key=lambda m: (m.content.sent_at, m.received_at))
