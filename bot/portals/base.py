"""What every portal is to the rest of the house: its configuration, what it can be asked, how that ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol

from bot.domain.delivery import CALL_LIMIT, Outcome
from bot.domain.reply import Reply
from bot.portals.outgoing import Decision

Clock = Callable[[], datetime]
ThreadAfter = Literal["open", "closed"]
MessageState = Literal["received", "assigned", "answered", "closed"]


class Unreadable(Exception):  # noqa: N818 - a state of somebody else's data
    """A signed event cannot be used. `reason` is for people and names fields, never a value of them."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Mode(StrEnum):
    """What a portal can do about a reply that it may have got already (CONTRACT section 2, `_REPLIES`)."""

    IDEMPOTENT = "idempotent"  # the same key again gives the stored answer: sending again is safe
    LOOKUP = "lookup"  # it can be asked whether a reply arrived
    NEITHER = "neither"  # nothing: a person decides


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalConfig:
    """One portal's settings, checked before (bot.portals.address.base_url, bot.portals.signature.secret).

    `url` has no slash at its end; `secrets` are keys in bytes, the first signs; `call_limit` is for one HTTP call,
    wholly: from the look-up of the name to the last byte of the answer.
    """

    id: str
    url: str
    secrets: tuple[bytes, ...] = field(repr=False)
    mode: Mode = Mode.IDEMPOTENT
    call_limit: timedelta = CALL_LIMIT


class Arrival(StrEnum):
    """What the portal says about a reply that it may have got."""

    FOUND = "found"  # it has it
    NOT_FOUND = "not_found"  # it does not, and says so in the contract's way
    UNKNOWN = "unknown"  # it could not be asked, or its answer says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """The answer to "did you get it?". `ref`: the portal's own message id. `again`: asking later may help.

    `code` is as in Outcome: a word for journals.
    """

    arrival: Arrival
    ref: str | None = None
    again: bool = False
    code: str = ""


class Portal(Protocol):
    """The way out to one portal. No call raises for what the network or the portal does: it is in the outcome."""

    async def send_reply(
        self,
        reply: Reply,
        thread_after: ThreadAfter,
        decision: Decision | None = None,
        *,
        attempts: int = 1,
        maybe_sent: bool = False,
    ) -> Outcome:
        """Carry an answer to the family's account.

        `attempts` counts this one; `maybe_sent`: an earlier one may have arrived.

        Outcome codes that the caller acts on: `unauthorized` (stop this portal's queue, tell the admins).
        """
        ...

    async def send_decision(
        self,
        reply: Reply,
        thread_after: ThreadAfter,
        decision: Decision,
        *,
        attempts: int = 1,
        maybe_sent: bool = False,
    ) -> Outcome:
        """Carry a decision that has no words for the family. Also code `switched_off`: the portal has no such call."""
        ...

    async def put_state(self, message_id: str, state: MessageState, *, attempts: int = 1) -> Outcome:
        """Tell the portal how far a message is here. Code `switched_off`: it has no such call; tell the admins once."""
        ...

    async def look_up(self, reply_id: str) -> LookUp:
        """Ask whether a reply arrived."""
        ...
