"""Whose turn it is, and how it came to them: taken, forwarded, sent back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Turn(StrEnum):
    """How the present holder came to have it. It says in which list of Home a message stands."""

    NEW = "new"  # came in, or was given back; nobody has dealt with it
    TAKEN = "taken"  # somebody took it, or answered it
    FORWARDED = "forwarded"  # a colleague handed it on; the receiver has not dealt with it
    RETURNED = "returned"  # the answer of a colleague came back; not dealt with yet


class ForwardState(StrEnum):
    """What became of a forward."""

    OPEN = "open"  # the other's turn
    RETURNED = "returned"  # they sent it back with an answer
    BACK = "back"  # taken back by the one who forwarded, or given back without an answer
    OVER = "over"  # the family was answered, the message closed or taken over by somebody else


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """The turn handed to a colleague (`to`, a Slack user id) or to a department.

    `by` gets it back. `asked` is who was named, when that person is away and `to` covers for them. `note`, `response`
    and `words` are for colleagues only; `words` are offered for the family. `prior`: prior text was included.
    """

    id: str
    conversation_id: str
    by: str
    from_department: str
    to: str | None
    to_department: str | None
    at: datetime
    prior: bool = True
    asked: str | None = None
    note: str = ""
    state: ForwardState = ForwardState.OPEN
    ended_at: datetime | None = None
    ended_by: str | None = None
    prior_asked_at: datetime | None = None
    response: str = ""
    words: str = ""


def open_chain(forwards: tuple[Forward, ...]) -> tuple[Forward, ...]:
    """The forwards that still have to come back, the outermost last: they unwind from the end."""
    return tuple(forward for forward in forwards if forward.state is ForwardState.OPEN)
