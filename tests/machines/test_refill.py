"""A refill as a machine: several prescribers, a request that changes under them, a controlled medicine beside a free one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from bot.domain import close, confirm, decide, follow_up, send
from bot.domain.carry import settle_reply
from bot.domain.confirm import By, Said
from bot.domain.delivery import Outcome, State, reply_lane
from bot.domain.event import MessageUpdated
from bot.domain.message import Kind, PortalMessage
from bot.domain.refill import Medication, RefillRequest
from bot.domain.staff import Person
from bot.domain.words import Ticks
from storage.sql import Sql
from tests.machines.machine import CALM, Machine
from tests.storage.family import message
from tests.world import PRACTICE

PRESCRIBERS = ("U0GRACE", "U0LEE")
PEOPLE = (*PRESCRIBERS, "U0ALICE")
LEE = "  - {slack: U0LEE, name: Omar Lee, title: MD, roles: [staff, prescriber], departments: [Refills]}\n"
FREE, CONTROLLED = 1, 2  # the lines
OUTCOMES = ("open", "approved", "denied", "needs_visit", "needs_info", "already_sent", "done_in_ehr")
OUTCOME, IN_THE_EHR = st.sampled_from(OUTCOMES), st.sampled_from(["open", "denied", "done_in_ehr"])
FREELY = st.sampled_from([outcome for outcome in OUTCOMES if outcome != "done_in_ehr"])
ANSWERS_BY, REASON = st.sampled_from([By.NOW, By.LATER]), "has_new_prescription"
NEVER = {"approved", "approved_changed", "already_sent"}  # of what is controlled, by any way
DECIDED = Sql("SELECT line, round, outcome, decided_by, reply_id, entered_at FROM decisions ORDER BY line, round")
ALL = tuple(Sql(f"SELECT * FROM {table}") for table in ("conversations", "decisions", "replies", "forwards"))


@dataclass
class Line:
    """What the model knows of one medicine: its decisions in order, and what each was about."""

    rounds: list[tuple[str, str, int]] = field(default_factory=list)  # outcome, who, which wording of the request
    told: str = ""  # by which answer the family and the portal know of the newest one


class Refill(Machine):
    """One request in Refills."""

    def __init__(self) -> None:
        super().__init__()
        self.practice(PRACTICE + LEE)
        self.lines = {FREE: Line(), CONTROLLED: Line()}
        self.wording = 0
        self.windows: list[tuple[str, str, int]] = []
        self.lost: set[str] = set()  # answers that did not arrive
        self.id = self.comes(self.request(), hashlib.sha256(b"0").digest())

    def request(self) -> PortalMessage:
        """As the portal words it now."""
        lines = (
            Medication(line=FREE, text="albuterol HFA 90 mcg", quantity=f"{self.wording + 1}", schedule="none"),
            Medication(line=CONTROLLED, text="methylphenidate 10 mg", quantity="30", schedule="II"),
        )
        asked = RefillRequest(medications=lines)
        return replace(message(1, kind=Kind.REFILL), request=asked, text="Please refill.", version=self.wording + 1)

    @rule()
    def the_request_changes(self) -> None:
        """The portal changes how much of the free one is asked for."""
        self.wording += 1
        event = MessageUpdated(message=self.request(), content_sha256=hashlib.sha256(b"%d" % self.wording).digest())
        assert self.act(follow_up.updated, event=event, portal="main")

    @rule(who=st.sampled_from(PEOPLE))
    def open(self, who: str) -> None:
        """Refill is pressed: a prescriber decides, others are shown the way to one."""
        opened = self.tried(decide.open_refill, who, conversation_id=self.id)
        if isinstance(opened, decide.Deciding):
            assert who in PRESCRIBERS
            self.windows.append((opened.window.id, who, self.version()))

    @precondition(lambda self: self.windows)
    @rule(data=st.data(), free=OUTCOME, controlled=OUTCOME, by=ANSWERS_BY, as_another=st.booleans())
    def decide(self, data: st.DataObject, free: str, controlled: str, by: By, as_another: bool) -> None:
        """From a window that was opened before, perhaps by another: at what it showed, or not at all."""
        window, who, version = data.draw(st.sampled_from(self.windows[-2:]))
        presser = next(p for p in PRESCRIBERS if p != who) if as_another else who
        moved = self.version() != version
        if self._decided(window, presser, {FREE: free, CONTROLLED: controlled}, by):
            assert not as_another
            assert not moved
            self.windows.remove((window, who, version))

    @rule(who=st.sampled_from(PRESCRIBERS), free=FREELY, controlled=IN_THE_EHR, by=ANSWERS_BY)
    def decide_at_once(self, who: str, free: str, controlled: str, by: By) -> None:
        """Without anybody between the look and the press."""
        self.open(who)
        if self.windows and self.windows[-1][1:] == (who, self.version()):
            window, *_ = self.windows.pop()
            assert self._decided(window, who, {FREE: free, CONTROLLED: controlled}, by) or free == controlled == "open"

    def _decided(self, window: str, who: str, outcomes: dict[int, str], by: By) -> bool:
        """Both pages in one go; False when refused, and then nothing has changed."""
        chosen = [
            decide.Choice(line=n, outcome=outcome, reason=REASON if outcome == "denied" else "", info="Since when?")
            for n, outcome in outcomes.items()
        ]

        def act(records: Any, *, person: Person, now: datetime) -> Any:
            decide.choose(records, window_id=window, person=person, choices=chosen, now=now)
            said = Said(words=self.words(), by=by, ticks=Ticks(proxy=True, sibling=True))
            return confirm.confirm(records, window_id=window, person=person, said=said, now=now)

        made = self.tried(act, who)
        if not made:
            return False
        assert outcomes[CONTROLLED] not in NEVER
        for n, outcome in outcomes.items():
            if outcome != "open":
                self.lines[n].rounds.append((outcome, who, self.wording))
                self.lines[n].told = ""
        assert (made.reply is not None) is (by is By.NOW)
        if made.reply:
            self._tells(made.reply.id)
        return True

    def _untold(self) -> list[int]:
        """Lines whose newest decision nobody outside knows, and which are asked for in the same words still."""
        waits = [n for n, line in self.lines.items() if line.rounds and (not line.told or line.told in self.lost)]
        return [n for n in waits if n == CONTROLLED or self.lines[n].rounds[-1][2] == self.wording]

    def _tells(self, answer: str) -> None:
        """That answer carries all of these and nothing else."""
        newest = {row[0]: row[4] for row in self.rows()}
        untold = self._untold()
        assert [n for n, told in newest.items() if told == answer] == untold
        for n in untold:
            self.lines[n].told = answer

    @rule(who=st.sampled_from(PEOPLE))
    def entered(self, who: str) -> None:
        """Somebody attests that it stands in the EHR: only what is approved, about what is asked now."""
        rounds = self.lines[FREE].rounds
        if self.tried(confirm.entered, who, conversation_id=self.id):
            assert rounds
            assert rounds[-1][0] == "approved"
            assert rounds[-1][2] == self.wording

    @rule(who=st.sampled_from(PEOPLE))
    def answer(self, who: str) -> None:
        """An answer carries what was decided about the words that stand there now, once, unless it did not arrive."""

        def act(records: Any, *, person: Person, now: datetime) -> Any:
            opened = send.open_reply(records, conversation_id=self.id, person=person, now=now)
            form = send.Form(text=self.words(), done_after=False, proxy_tick=True, sibling_tick=True)
            return send.send(records, window_id=opened.window.id, person=person, form=form, now=now)

        made = self.tried(act, who)
        if made:
            assert bool(made.decision) is bool(self._untold())
            self._tells(made.id)

    @rule(ending=st.sampled_from(["delivered", "failed"]))
    def carry(self, ending: str) -> None:
        """The portal confirms the next answer, or refuses it for good."""
        taken = self.act(lambda r, now: r.claim(reply_lane(self.id), now=now, by="one"))
        if taken:
            assert self.act(settle_reply, claim=taken, outcome=Outcome(state=State(ending), code=ending))
            self.lost |= {taken.subject} if ending == "failed" else set()

    @rule(who=st.sampled_from(PRESCRIBERS), outcome=FREELY, teller=st.sampled_from(PEOPLE))
    def is_told_once_more(self, who: str, outcome: str, teller: str) -> None:
        """The answer with a decision does not arrive: the next one carries it."""
        self.decide_at_once(who, outcome, "open", By.NOW)
        self.carry("failed")
        self.answer(teller)

    @rule(who=st.sampled_from(PEOPLE))
    def done(self, who: str) -> None:
        """It is not closed while an approved refill waits to be entered."""
        heard = self.look(lambda r: r.picture(self.id)).heard
        rounds = self.lines[FREE].rounds
        waits = bool(rounds) and rounds[-1][0] == "approved" and not [r for r in self.rows() if r[0] == FREE][-1][5]
        if self.tried(close.done, who, conversation_id=self.id, heard=heard):
            assert not waits

    def tried(self, act: Any, who: str, **more: Any) -> Any:
        """Do it as that person; falsy when it was refused, and then nothing has changed."""
        self.turn(1)
        return self.attempt(act, who, **more)

    def fingerprint(self) -> list[Any]:
        """Every row that an act could change."""
        return self.look(lambda r: [sorted(map(repr, r.rows(q))) for q in ALL])

    def version(self) -> int:
        """Where the conversation is."""
        return int(self.look(lambda r: r.conversation(self.id)).version)

    def rows(self) -> list[Any]:
        """The decisions as they are stored."""
        return list(self.look(lambda r: r.rows(DECIDED)))

    @invariant()
    def each_round_once(self) -> None:
        """Every decision is in the model, in its order; what is controlled is approved by no way."""
        stored = [(row[0], row[1], row[2], row[3]) for row in self.rows()]
        told = [
            (n, at, outcome, who)
            for n, line in self.lines.items()
            for at, (outcome, who, _) in enumerate(line.rounds, start=1)
        ]
        assert stored == told
        assert not [row for row in stored if row[0] == CONTROLLED and row[2] in NEVER]


TestRefill = Refill.TestCase
TestRefill.settings = CALM
