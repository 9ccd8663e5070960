"""What a card says first: people's status and the network's state, seen as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.conversation import Status
from bot.domain.decision import to_enter
from bot.domain.delivery import TELL_AFTER, State
from bot.domain.picture import Picture
from bot.domain.privacy import is_confidential, wrong_reader
from bot.domain.reply import Reply
from bot.domain.turn import Forward, Turn


class Phase(StrEnum):
    """What a card says first: people's status and the network's state, seen as one."""

    UNREAD = "unread"  # nobody has it
    HELD = "held"  # a person has it
    FORWARDED = "forwarded"  # a colleague, or another department, has it and sends it back
    RETURNED = "returned"  # a colleague's answer came back; the holder's turn
    SNOOZED = "snoozed"  # put aside until a time
    ENTERING = "entering"  # an approved refill is to be entered in the EHR
    SENDING = "sending"  # an answer is on its way
    DELAYED = "delayed"  # an answer is on its way for longer than TELL_AFTER
    STOPPED = "stopped"  # an answer waits because the portal's queue stands still
    ANSWERED = "answered"  # the portal has the answer; the family's turn
    FAILED = "failed"  # the answer did not arrive; a person may retry
    UNCLEAR = "unclear"  # the answer may or may not have arrived; a person decides
    DONE = "done"  # nothing more to do
    WITHDRAWN = "withdrawn"  # the family took everything back
    ELSEWHERE = "elsewhere"  # handled in the portal itself


ALL = frozenset(Phase)
CLOSED = frozenset({Phase.DONE, Phase.WITHDRAWN, Phase.ELSEWHERE})
WORKING = frozenset({Phase.UNREAD, Phase.HELD, Phase.FORWARDED, Phase.RETURNED, Phase.ENTERING})  # the clock counts
OURS = WORKING | {Phase.FAILED, Phase.UNCLEAR}  # the practice must act
TROUBLE = frozenset({Phase.FAILED, Phase.UNCLEAR})
_CALM = CLOSED | {Phase.ANSWERED}  # nothing is urgent any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A conversation's phase and the answer that it is about.

    `late`: the promise is broken and it is our turn. `answerable`: words may go out through the portal at all.
    `taken`: a person has it. `forward`: the one that has to come back (FORWARDED), or came back (RETURNED).
    """

    phase: Phase
    reply: Reply | None = None
    late: bool = False
    urgent: bool = False
    answerable: bool = True
    taken: bool = False
    forward: Forward | None = None


def situation(picture: Picture, *, now: datetime, stopped: datetime | None = None) -> Situation:
    """What a card says first. `stopped`: since when the portal's queue stands still.

    An unclear answer comes before everything, because it has an owner and a deadline; a failed one before the rest,
    until somebody who could know of it got another answer through.
    """
    talk = picture.conversation
    phase, reply = _phase(picture, now=now, stopped=stopped)
    secret = is_confidential(talk, picture.messages)
    return Situation(
        phase=phase,
        reply=reply,
        late=phase in WORKING and talk.due_at < now,
        urgent=talk.urgent and phase not in _CALM,
        taken=talk.holder is not None,
        forward=picture.handed if phase is Phase.FORWARDED else picture.at_hand if phase is Phase.RETURNED else None,
        answerable=talk.status not in _SHUT and not wrong_reader(picture.sender, confidential=secret),
    )


def newest_in(picture: Picture, *states: State) -> Reply | None:
    """The newest answer in one of these states. A decision that went alone counts only where it did not arrive."""
    for reply in reversed(picture.replies):
        if reply.state in states and (reply.text or reply.state in _LOST):
            return reply
    return None


def in_flight(picture: Picture) -> Reply | None:
    """The oldest answer that the portal has not confirmed yet; answers leave in order."""
    for reply in picture.replies:
        if reply.text and reply.state in _ON_ITS_WAY:
            return reply
    return None


def failed(picture: Picture) -> Reply | None:
    """The newest answer that did not arrive, unless one that was written after its failure did."""
    lost = newest_in(picture, State.FAILED)
    if lost is None:
        return None
    known_at = lost.portal_status_at or lost.last_tried_at or lost.written_at
    healed = any(r.state is State.DELIVERED and r.written_at > known_at for r in picture.replies)
    return None if healed else lost


_SHUT = frozenset({Status.WITHDRAWN, Status.ELSEWHERE})
_LOST = frozenset({State.FAILED, State.UNCLEAR})
_ON_ITS_WAY = frozenset({State.PENDING, State.SENDING})


def _phase(picture: Picture, *, now: datetime, stopped: datetime | None) -> tuple[Phase, Reply | None]:
    status = picture.conversation.status
    if doubt := newest_in(picture, State.UNCLEAR):
        return Phase.UNCLEAR, doubt
    has = newest_in(picture, State.DELIVERED)
    if status in _SHUT:
        return Phase(status.value), has
    if lost := failed(picture):
        return Phase.FAILED, lost
    going = in_flight(picture)
    if going and (status is not Status.OPEN or going.written_at >= max(m.received_at for m in picture.messages)):
        return _way(going, now=now, stopped=stopped), going
    if status is Status.DONE or (status is Status.ANSWERED and has):
        return Phase(status.value), has
    turn = _turn(picture, now=now)
    return turn, has if turn is Phase.ENTERING else None


def _turn(picture: Picture, *, now: datetime) -> Phase:
    """Whose turn it is, while nothing is on its way."""
    talk = picture.conversation
    if talk.snoozed_until and talk.snoozed_until > now:
        return Phase.SNOOZED
    if picture.handed:
        return Phase.FORWARDED
    if talk.turn is Turn.RETURNED:
        return Phase.RETURNED
    if to_enter(picture.decisions):
        return Phase.ENTERING
    return Phase.HELD if talk.holder else Phase.UNREAD


def _way(reply: Reply, *, now: datetime, stopped: datetime | None) -> Phase:
    """A retry starts the patience anew: then there is no code of a failed try, though there were tries."""
    if stopped or reply.code == "unauthorized":
        return Phase.STOPPED
    waits = bool(reply.code) or not reply.attempts
    return Phase.DELAYED if waits and now - reply.written_at >= TELL_AFTER else Phase.SENDING
