"""The answer to a family: what it is, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.delivery import State

TEXT_LIMIT = 3000  # characters that a reply may have: Slack's input and the portal take no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who pressed Send, as they were then."""

    slack: str
    name: str
    title: str | None
    role: str

    @property
    def signature(self) -> str:
        """The name as families and colleagues read it."""
        return f"{self.name}, {self.title}" if self.title else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, word for word as it was shown when Send was pressed, and how far its delivery is.

    `id` is the reply id on the wire and its idempotency key. `to` and `in_reply_to` come from our own rows.
    `text_sha256` is of the UTF-8 text at Send; the wire's text must have the same. `state` mirrors the delivery.
    `decision` is the contract's object that travels with it; an empty `text` means that it travels alone.
    """

    id: str
    conversation_id: str
    in_reply_to: str
    thread_id: str
    to: str
    to_name: str | None
    text: str
    text_sha256: str
    author: Author
    written_at: datetime
    done_after: bool
    state: State = State.PENDING
    attempts: int = 0
    first_tried_at: datetime | None = None
    last_tried_at: datetime | None = None
    next_try_at: datetime | None = None
    delivered_at: datetime | None = None
    code: str = ""
    reason: str = ""
    decide_by: datetime | None = None
    owner: str | None = None
    portal_message_id: str | None = None
    portal_status: str | None = None
    portal_status_at: datetime | None = None
    portal_reason: str | None = None
    settled_by: str | None = None
    decision: Mapping[str, Any] | None = None
