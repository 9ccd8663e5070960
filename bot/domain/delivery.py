"""One thing to be carried to Slack or to the portal: its states, its next try, its doubt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class What(StrEnum):
    """What is carried. Everything but REPLY and LOOK_UP goes to Slack."""

    CARD = "card"  # post or redraw a conversation's card; drawn from the present state when it is sent
    FOLLOW_UP = "follow_up"  # a family's later message, as a post in the card's thread
    AGAIN = "again"  # "the family wrote again", shown in the channel, without words
    PING = "ping"  # wakes people: a mention in a message of its own
    NEWS = "news"  # what a colleague did, to one person, without words of the family
    NOTICE = "notice"  # an alarm to admins
    UNREADABLE = "unreadable"  # "a message could not be shown", in the default department's channel
    DIGEST = "digest"  # what waits, in one message, before a long tail of cards
    REPLY = "reply"  # an answer to the portal
    LOOK_UP = "look_up"  # asks the portal whether an unclear answer arrived


class State(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"  # waits for its time or its lane
    SENDING = "sending"  # claimed, with a token and a lease
    DELIVERED = "delivered"  # the far side has it
    FAILED = "failed"  # refused for good; a person may retry
    UNCLEAR = "unclear"  # may or may not have arrived; a person decides
    DROPPED = "dropped"  # taken out by a person, with a reason; or no longer needed


SETTLED = frozenset({State.DELIVERED, State.FAILED, State.DROPPED})

LEASE = timedelta(seconds=40)
CALL_LIMIT = timedelta(seconds=12)  # one call to Slack or the portal, wholly: well under half the lease
LEASE_OVER = "lease_over"  # the code of a try that never came to its call: its process had stood still
GIVE_UP = timedelta(hours=24)
TELL_AFTER = timedelta(minutes=15)  # "not delivered yet" on the card
DECIDE_WITHIN = timedelta(hours=1)  # a person's time for an unclear delivery
QUIET = timedelta(seconds=5)  # before we look whether an unanswered post arrived
PATIENCE = timedelta(seconds=30)  # the longest between two tries while Slack cannot be reached

_BACKOFF = (5, 30, 120, 600, 1800)  # seconds; then hourly (CONTRACT section 5)


def backoff(*, attempts: int, chance: float) -> timedelta:
    """How long to wait after the given number of failed attempts: full jitter, `chance` in [0, 1)."""
    ceiling = _BACKOFF[attempts - 1] if 1 <= attempts <= len(_BACKOFF) else 3600
    return timedelta(seconds=max(0.5, ceiling * chance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row of the outbox, before it is claimed.

    `lane`: deliveries of one lane go one after the other, in order of `urgent` then age (`reply:` lanes: strictly by
    age). `subject`: what to draw or send (conversation, message, reply, alarm or inbox id). `fold`: while one with
    the same `fold` is pending, another is not added (it takes over the lane, and the earlier `not_before`).
    `portal`: whose stopped queue holds it back.
    """

    id: str
    what: What
    lane: str
    subject: str
    conversation_id: str | None = None
    slot: str = ""
    urgent: bool = False
    portal: str | None = None
    fold: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claimed delivery: only the holder of `token` may settle it (fenced).

    `maybe_sent`: an earlier try may have arrived. `rested`: seconds since the lane's last post, by whichever process
    it was; None where only one process posts, which knows it itself. `ahead`: seconds by which all processes together
    have drawn on the redraws to come, this one included; None as well.
    """

    id: str
    what: What
    lane: str
    subject: str
    conversation_id: str | None
    slot: str
    urgent: bool
    attempts: int
    token: str
    maybe_sent: bool
    created_at: datetime
    first_sent_at: datetime | None
    lease_until: datetime
    rested: float | None = None
    ahead: float | None = None

    @property
    def claimed_at(self) -> datetime:
        """When it was claimed: what it shows is no older."""
        return self.lease_until - LEASE


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a try ended. `state` PENDING means again, at `again_at`; `maybe_sent`: it may have arrived all the same.

    `counted`: False for a 429, which is no failure, and for a claim that never came to its call. `code`: a word for
    the journal and the list of deliveries; `words`: one sentence for people. `ref`: the far side's own id.
    """

    state: State
    again_at: datetime | None = None
    maybe_sent: bool = False
    counted: bool = True
    code: str = ""
    words: str = ""
    ref: str | None = None


REDRAWS_A_MINUTE = 50  # chat.update is Tier 3, counted for all processes together
REDRAWS_AT_ONCE = 20  # before they go at that pace
REPLY_LANE = "reply:"  # how the lane of every conversation's answers begins
REDRAW_LANE = "slack:redraw"  # how a redraw's lane begins: chat.update is counted per workspace, scarcer than posting
_REDRAWS_ABREAST = 8  # a call that hangs, or a dead process's, holds up an eighth of the cards


def reply_lane(conversation_id: str) -> str:
    """The lane of a conversation's answers: strictly in order; a doubtful one holds back only this conversation."""
    return f"{REPLY_LANE}{conversation_id}"


def redraw_lane(subject: str) -> str:
    """The lane in which this card is redrawn: always the same one, so that its newest state is drawn last."""
    return f"{REDRAW_LANE}:{sum(subject.encode()) % _REDRAWS_ABREAST}"


def card_fold(conversation_id: str, slot: str) -> str:
    """What redraws of this card that wait fold into."""
    return f"card:{conversation_id}:{slot}"


def is_redraw(lane: str) -> bool:
    """Whether a lane is one of redraws."""
    return lane.startswith(REDRAW_LANE)


def slack_lane(place: str) -> str:
    """The lane of one place in Slack: a department's name (`dep:Nursing`), `urgent`, or a person (`dm:U0ALICE`)."""
    return f"slack:{place}"
