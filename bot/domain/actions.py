"""The catalogue of buttons: which ones a card, a direct message or a window offers, in which order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.domain.message import Kind
from bot.domain.permission import Act
from bot.domain.phase import ALL, CLOSED, OURS, Phase, Situation

FRONT, MORE = 3, 5  # CONTRACT section 6: buttons on a card, entries behind the three dots


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
    family; `behind`: its place behind the three dots (0: it stands in a card's row); `taken`: only when somebody has
    it (True) or nobody has (False); `urgent`: only when it is (True) or is not (False).
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
    behind: int = 0
    taken: bool | None = None
    urgent: bool | None = None

    def fits(self, situation: Situation, kind: Kind) -> bool:
        """Whether it works now, for somebody who may press it."""
        if self.writes and not situation.answerable:
            return False
        if self.taken is not None and self.taken is not situation.taken:
            return False
        if self.urgent is not None and self.urgent is not situation.urgent:
            return False
        return situation.phase in self.phases and kind in self.kinds

    def led(self, situation: Situation) -> bool:
        """Whether the state asks for it before all others."""
        rescue = self.key == TAKE and situation.urgent and situation.phase is Phase.UNREAD
        return rescue or situation.phase in self.leads


OPEN, TAKE, RESPOND, REPLY, FORWARD, DONE = "open", "take", "respond", "reply", "forward", "done"
SHUT = frozenset({Phase.WITHDRAWN, Phase.ELSEWHERE})
LIVE = ALL - CLOSED  # something can still be done
WORK = OURS | {Phase.SNOOZED}  # open: the practice's turn
ON_ITS_WAY = frozenset({Phase.SENDING, Phase.DELAYED, Phase.STOPPED})

# In the order of a card's row: what leads, then the kind's own, then what every kind has. A new button is a line here,
# its wire name in bot.slack.names, and its handler.
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
        key="entered",
        label="Entered in EHR",
        act=Act.ENTER,
        phases=frozenset({Phase.ENTERING}),
        leads=frozenset({Phase.ENTERING}),
        ask=Ask(
            title="Is it in the EHR?",
            text="Say yes only if the approved prescription was entered in the EHR. Your name stands beside it.",
            yes="It is entered",
        ),
    ),
    Button(
        key="refill",
        label="Refill",
        act=Act.DECIDE,
        phases=LIVE - {Phase.UNCLEAR},
        kinds=frozenset({Kind.REFILL}),
    ),
    Button(
        key="schedule",
        label="Schedule",
        act=Act.SCHEDULE,
        phases=LIVE - {Phase.UNCLEAR},
        kinds=frozenset({Kind.APPOINTMENT}),
        writes=True,
    ),
    Button(
        key="chart_updated",
        label="Chart updated",
        act=Act.RECORD,
        phases=LIVE - {Phase.UNCLEAR},
        kinds=frozenset({Kind.INSURANCE}),
    ),
    Button(
        key="referral_created",
        label="Referral created",
        act=Act.REFER,
        phases=LIVE - {Phase.UNCLEAR},
        kinds=frozenset({Kind.REFERRAL}),
        writes=True,
    ),
    Button(key=REPLY, label="Reply", act=Act.REPLY, phases=ALL - SHUT, writes=True),
    Button(key=FORWARD, label="Forward", act=Act.FORWARD, phases=ALL - SHUT),
    Button(
        key=DONE,
        label="Done",
        act=Act.DONE,
        phases=LIVE - ON_ITS_WAY - {Phase.UNCLEAR, Phase.ENTERING},
        leads=frozenset({Phase.ANSWERED}),
        behind=4,
    ),
    Button(key=RESPOND, label="Respond", act=Act.RESPOND, phases=frozenset({Phase.FORWARDED}), behind=9),
    Button(key=OPEN, label="Open", act=Act.OPEN, phases=ALL, behind=1),
    Button(key="give_back", label="Give it back", act=Act.GIVE_BACK, phases=WORK, behind=2, taken=True),
    Button(key=TAKE, label="Take it", act=Act.TAKE, phases=WORK, behind=3, taken=False),
    Button(key="take_over", label="Take it", act=Act.TAKE, phases=WORK, behind=3, taken=True),
    Button(key="reopen", label="Reopen", act=Act.REOPEN, phases=frozenset({Phase.DONE}), behind=4),
    Button(key="snooze", label="Snooze", act=Act.SNOOZE, phases=WORK, behind=5, urgent=False),
    Button(key="urgent", label="Mark urgent", act=Act.URGENT, phases=WORK, behind=6, urgent=False),
    Button(key="not_urgent", label="Not urgent", act=Act.URGENT, phases=WORK, behind=6, urgent=True),
    Button(key="history", label="History", act=Act.HISTORY, phases=ALL, behind=7),
    Button(key="note", label="Add note", act=Act.NOTE, phases=ALL, behind=8),
)
ASK_PRIOR = Button(
    key="ask_prior", label="Ask for it", act=Act.ASK_PRIOR, phases=frozenset({Phase.FORWARDED}), behind=1
)
GIVE_PRIOR = Button(key="give_prior", label="Show prior text", act=Act.GIVE_PRIOR, phases=frozenset({Phase.FORWARDED}))
_BY_KEY = {button.key: button for button in (*CATALOGUE, ASK_PRIOR, GIVE_PRIOR)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A card's buttons, the entries of its overflow, and the key of the likely one, which is green ("" for none)."""

    front: tuple[Button, ...]
    more: tuple[Button, ...]
    likely: str


def row(situation: Situation, kind: Kind, *, minimal: bool, catalogue: tuple[Button, ...] = CATALOGUE) -> Row:
    """A channel card's buttons: at most three, and at most five behind the dots; Open is always among them.

    What the state asks for stands first. On a minimal card Open follows, because nothing can be judged without it,
    then the kind's first button and Reply; Forward is the first behind the dots. A closed card has its overflow only.
    """
    s = situation
    seen = Situation(phase=s.phase, urgent=s.urgent, answerable=s.answerable, taken=s.taken)  # a row depends on no more
    if catalogue is CATALOGUE:
        return _row(seen, kind, minimal=minimal)
    return _row_of(catalogue, seen, kind, minimal=minimal)


@lru_cache(maxsize=512)
def _row(situation: Situation, kind: Kind, *, minimal: bool) -> Row:
    return _row_of(CATALOGUE, situation, kind, minimal=minimal)


def _row_of(catalogue: tuple[Button, ...], situation: Situation, kind: Kind, *, minimal: bool) -> Row:
    fit = [b for b in catalogue if b.fits(situation, kind)]
    led = [b for b in fit if b.led(situation)]
    rest = [b for b in fit if b not in led]
    own = [b for b in rest if not b.behind or (b.key == DONE and kind is Kind.GENERAL)]
    if situation.phase is Phase.FORWARDED and not situation.taken:
        own = [b for b in rest if b.key == RESPOND] + own  # another department's turn: it can be sent back from there
    if minimal:
        wanted = [_BY_KEY[OPEN], *own[:1], *(b for b in own if b.key == REPLY)]
        own = list(dict.fromkeys(b for b in wanted if b in rest))
    front = [*led, *own][:FRONT] if situation.phase not in CLOSED else []
    return _laid(situation, fit, front, minimal=minimal)


def direct_row(situation: Situation, kind: Kind, *, yours: bool, glimpse: bool = False) -> Row:
    """A direct message's buttons. `yours`: it is the reader's turn; `glimpse`: without the prior text.

    Forwarded to the reader: Refill, Respond, Forward, or Respond, Reply, Forward. Once it is no more their turn, what
    remains is behind the dots.
    """
    fit = [b for b in CATALOGUE if b.fits(situation, kind)]
    if glimpse:
        respond = tuple(b for b in fit if b.key == RESPOND and yours)
        return Row(front=respond, more=(_BY_KEY[OPEN], ASK_PRIOR), likely=RESPOND if yours else "")
    if not yours or situation.phase in CLOSED:
        return _laid(situation, [b for b in fit if b.key in {OPEN, REPLY, "history"}], [])
    if situation.phase is not Phase.FORWARDED:
        return row(situation, kind, minimal=False)
    wanted = ("refill", RESPOND, FORWARD) if kind is Kind.REFILL else (RESPOND, REPLY, FORWARD)
    front = [b for key in wanted for b in fit if b.key == key]
    return _laid(situation, fit, front)


def personal_row(situation: Situation, kind: Kind, acts: Collection[Act], *, most: int = 2) -> Row:
    """An entry of Home: only what this person may do, at most two buttons, the rest behind the dots."""
    able = offered(situation, kind, acts)
    led = [b for b in able if b.led(situation)]
    respond = [b for b in able if b.key == RESPOND and situation.phase is Phase.FORWARDED and situation.taken]
    own = [b for b in able if not b.behind and b not in led]
    if situation.phase is Phase.FORWARDED and situation.taken and not respond:  # to be taken back
        own = [b for b in able if b.key == "take_over"] + own
    front = list(dict.fromkeys([*led, *(own[:1] if kind is Kind.REFILL else ()), *respond, *own]))[:most]
    fit = [*able, _BY_KEY[OPEN]] if Act.OPEN in acts else list(able)
    laid = _laid(situation, fit, front)
    pressing = situation.urgent or situation.phase in _PRESSING
    return laid if pressing else replace(laid, likely="")  # twenty green buttons say nothing


_PRESSING = frozenset({Phase.FORWARDED, Phase.RETURNED, Phase.FAILED, Phase.UNCLEAR})


def _laid(situation: Situation, fit: list[Button], front: list[Button], *, minimal: bool = False) -> Row:
    """The row with what remains behind the dots, in the contract's order."""
    left = [b for b in fit if b not in front]
    chosen = [b for b in left if b.behind or b.key in {FORWARD, REPLY, "refill"}]
    more = sorted(chosen, key=lambda b: _place(b, situation, minimal=minimal))[:MORE]
    if all(b.key != OPEN for b in (*front, *more)):
        more = [*more[: MORE - 1], _BY_KEY[OPEN]]
    likely = front[0].key if front and situation.phase in OURS else ""
    return Row(front=tuple(front), more=tuple(more), likely=likely)


def _place(button: Button, situation: Situation, *, minimal: bool) -> int:
    """The contract's order; Forward comes first behind a minimal card's dots, and last behind the others'.

    In doubt Reply follows Open: the family may need another answer before it is settled.
    """
    if button.key == FORWARD and minimal:
        return 0
    if button.key == REPLY and situation.phase is Phase.UNCLEAR:
        return 2
    return {REPLY: 9, FORWARD: 10}.get(button.key, button.behind or 11)


def offered(situation: Situation, kind: Kind, acts: Collection[Act]) -> tuple[Button, ...]:
    """All that a person who may do `acts` can do now, besides opening: the buttons of an Open window."""
    fit = [b for b in CATALOGUE if b.fits(situation, kind) and b.act in acts and b.key != OPEN]
    handed = situation.forward
    if handed and not handed.prior:
        asked = [GIVE_PRIOR] if handed.prior_asked_at else []
        fit += [b for b in (ASK_PRIOR, *asked) if b.act in acts]
    return tuple(sorted(fit, key=lambda b: not b.led(situation)))
