"""The catalogue of buttons, and what a card's buttons depend on: the phase that a conversation is in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.conversation import Status
from bot.domain.delivery import TELL_AFTER, State
from bot.domain.message import Kind
from bot.domain.picture import Picture
from bot.domain.privacy import is_confidential, wrong_reader
from bot.domain.reply import Reply
from bot.domain.staff import Act

FRONT, MORE = 3, 5  # CONTRACT section 6: buttons on a card, entries behind the three dots


class Phase(StrEnum):
    """What a card says first: people's status and the network's state, seen as one."""

    UNREAD = "unread"  # nobody has it
    HELD = "held"  # a person has it
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
OURS = frozenset({Phase.UNREAD, Phase.HELD, Phase.FAILED, Phase.UNCLEAR})  # the practice must act
TROUBLE = frozenset({Phase.FAILED, Phase.UNCLEAR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A conversation's phase and the answer that it is about.

    `late`: the promise is broken and it is our turn. `answerable`: words may go out through the portal at all.
    """

    phase: Phase
    reply: Reply | None = None
    late: bool = False
    urgent: bool = False
    answerable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked before a press counts; `{family}` stands for who would get the answer."""

    title: str
    text: str
    yes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One line of the catalogue.

    `phases`: where it works; `leads`: where the state asks for it, before all others; `writes`: it sends words to the
    family.
    """

    key: str
    label: str
    act: Act
    phases: frozenset[Phase]
    kinds: frozenset[Kind] = field(default=frozenset(Kind))
    leads: frozenset[Phase] = frozenset()
    writes: bool = False
    danger: bool = False
    ask: Ask | None = None

    def fits(self, situation: Situation, kind: Kind) -> bool:
        """Whether it works now, for somebody who may press it."""
        allowed = situation.answerable or not self.writes
        return allowed and situation.phase in self.phases and kind in self.kinds


OPEN = "open"

# In the order of a card's row: what leads, then the kind's own, then what every kind has, Open last. A new button is
# a line here, its wire name in bot.slack.names, and its handler.
CATALOGUE = (
    Button(
        key="retry",
        label="Retry",
        act=Act.RETRY,
        phases=frozenset({Phase.FAILED}),
        leads=frozenset({Phase.FAILED}),
        writes=True,
    ),
    Button(
        key="check_portal",
        label="Check portal",
        act=Act.SETTLE_DOUBT,
        phases=frozenset({Phase.UNCLEAR}),
        leads=frozenset({Phase.UNCLEAR}),
    ),
    Button(
        key="mark_delivered",
        label="Mark delivered",
        act=Act.SETTLE_DOUBT,
        phases=frozenset({Phase.UNCLEAR}),
        leads=frozenset({Phase.UNCLEAR}),
        ask=Ask(
            title="Is it in the portal?",
            text="Say yes only if you saw this answer in the portal. Your name stands beside it.",
            yes="I saw it there",
        ),
    ),
    Button(
        key="send_again",
        label="Send again",
        act=Act.SETTLE_DOUBT,
        phases=frozenset({Phase.UNCLEAR}),
        leads=frozenset({Phase.UNCLEAR}),
        writes=True,
        danger=True,
        ask=Ask(
            title="Send it once more?",
            text="If the first one did arrive, {family} gets the same answer twice.",
            yes="Send again",
        ),
    ),
    Button(
        key="reply",
        label="Reply",
        act=Act.REPLY,
        phases=ALL - {Phase.WITHDRAWN, Phase.ELSEWHERE},
        writes=True,
    ),
    Button(key=OPEN, label="Open", act=Act.OPEN, phases=ALL),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A card's buttons, the entries of its overflow, and the key of the likely one, which is green ("" for none)."""

    front: tuple[Button, ...]
    more: tuple[Button, ...]
    likely: str


def row(situation: Situation, kind: Kind, *, minimal: bool, catalogue: tuple[Button, ...] = CATALOGUE) -> Row:
    """At most three buttons, and at most five behind the dots; Open is always among them.

    What the state asks for stands first; on a minimal card Open follows, because nothing can be judged without it.
    A closed card has its overflow only, or one button when there would be one entry.
    """
    phase = situation.phase
    fit = [b for b in catalogue if b.fits(situation, kind)]
    if minimal:
        fit.sort(key=lambda b: b.key != OPEN)
    fit.sort(key=lambda b: phase not in b.leads)
    places = FRONT if phase not in CLOSED else int(len(fit) == 1)
    front, rest = fit[:places], sorted(fit[places:], key=lambda b: b.key != OPEN)
    likely = front[0].key if front and phase in OURS else ""
    return Row(front=tuple(front), more=tuple(rest[:MORE]), likely=likely)


def offered(situation: Situation, kind: Kind, acts: Collection[Act]) -> tuple[Button, ...]:
    """All that a person who may do `acts` can do now, besides opening: the buttons of an Open window."""
    fit = [b for b in CATALOGUE if b.fits(situation, kind) and b.act in acts and b.key != OPEN]
    return tuple(sorted(fit, key=lambda b: situation.phase not in b.leads))


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
        late=phase in {Phase.UNREAD, Phase.HELD} and talk.due_at < now,
        urgent=talk.urgent and phase not in CLOSED | {Phase.ANSWERED},
        answerable=talk.status not in _SHUT and not wrong_reader(picture.sender, confidential=secret),
    )


def newest_in(picture: Picture, *states: State) -> Reply | None:
    """The newest answer in one of these states."""
    return next((r for r in reversed(picture.replies) if r.state in states), None)


def in_flight(picture: Picture) -> Reply | None:
    """The oldest answer that the portal has not confirmed yet; answers leave in order."""
    return next((r for r in picture.replies if r.state in {State.PENDING, State.SENDING}), None)


def failed(picture: Picture) -> Reply | None:
    """The newest answer that did not arrive, unless one that was written after its failure did."""
    lost = newest_in(picture, State.FAILED)
    if lost is None:
        return None
    known_at = lost.portal_status_at or lost.last_tried_at or lost.written_at
    healed = any(r.state is State.DELIVERED and r.written_at > known_at for r in picture.replies)
    return None if healed else lost


_SHUT = frozenset({Status.WITHDRAWN, Status.ELSEWHERE})


def _phase(picture: Picture, *, now: datetime, stopped: datetime | None) -> tuple[Phase, Reply | None]:
    status = picture.conversation.status
    if doubt := newest_in(picture, State.UNCLEAR):
        return Phase.UNCLEAR, doubt
    has = newest_in(picture, State.DELIVERED)
    if status in _SHUT:
        return Phase(status.value), has
    if lost := failed(picture):
        return Phase.FAILED, lost
    wrote_at = max(m.received_at for m in picture.messages)
    going = in_flight(picture)
    if going and (status is not Status.OPEN or going.written_at >= wrote_at):
        return _way(going, now=now, stopped=stopped), going
    if status is Status.DONE or (status is Status.ANSWERED and has):
        return Phase(status.value), has
    return Phase.HELD if picture.conversation.holder else Phase.UNREAD, None


def _way(reply: Reply, *, now: datetime, stopped: datetime | None) -> Phase:
    """A retry starts the patience anew: then there is no code of a failed try, though there were tries."""
    if stopped or reply.code == "unauthorized":
        return Phase.STOPPED
    waits = bool(reply.code) or not reply.attempts
    return Phase.DELAYED if waits and now - reply.written_at >= TELL_AFTER else Phase.SENDING
