"""A message as a machine: families write, people act in whatever order, clocks turn; a small model says what is true."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from bot.domain import claim, close, doubt, forward, overdue, respond, send, snooze, urgent
from bot.domain.carry import settle_reply
from bot.domain.delivery import Outcome, State, reply_lane
from bot.domain.message import Kind
from bot.domain.staff import Person
from storage.sql import Sql
from tests.machines.machine import CALM, Machine
from tests.storage.family import message
from tests.world import PRACTICE

PEOPLE = ("U0ALICE", "U0GRACE", "U0BEN")
ENDINGS = ("delivered", "failed", "unclear", "pending")
JUDGED = (doubt.mark_delivered, doubt.send_again, doubt.retry)
INSIDE = ("U0ALICE", "U0GRACE")  # of Nursing, where the message stands
EVERYTHING = Sql("SELECT version, status, holder, turn, snoozed_until FROM conversations")
FORWARDS = Sql("SELECT id, state FROM forwards ORDER BY id")
ANSWERS = Sql("SELECT id, state FROM replies ORDER BY id")
WOKE = Sql("SELECT COUNT(*) FROM journal WHERE action = 'message.woke'")
LATE = Sql("SELECT COUNT(*) FROM journal WHERE action = 'doubt.late'")


@dataclass
class Model:
    """What people would say of the message."""

    status: str = "open"
    holder: str | None = None
    chain: list[tuple[str, str]] = field(default_factory=list)  # who forwarded it to whom, the first first
    asleep: datetime | None = None
    heard: str = ""  # what the card that people look at has shown
    said: int = 0
    answers: list[str] = field(default_factory=list)
    sent: list[tuple[str, bool, int]] = field(default_factory=list)  # by whom, done then, how much was said by then


class Message(Machine):
    """One conversation in Nursing; Ben belongs to another department and acts when it is handed to him."""

    def __init__(self) -> None:
        super().__init__()
        self.practice(PRACTICE)
        self.model = Model()
        self.id = ""
        self.windows: list[tuple[str, str, int]] = []  # reply windows: id, whose, at which version
        self.family_writes()
        self.look_at_the_card()

    # the family and the portal

    @rule()
    def family_writes(self) -> None:
        """One more message: the card comes back to life, its people keep their turn if it was open."""
        self.model.said += 1
        text = f"Message {self.model.said}."
        content = replace(message(self.model.said, kind=Kind.GENERAL, thread=1), text=text)
        self.id = self.comes(content, hashlib.sha256(text.encode()).digest())
        if self.model.status != "open":
            self.model.holder, self.model.status = None, "open"
        self.model.asleep = None

    @rule()
    def look_at_the_card(self) -> None:
        """It is drawn again; whoever presses has seen all of it."""
        self.model.heard = self.picture().heard

    # people

    @rule(who=st.sampled_from(PEOPLE))
    def take(self, who: str) -> None:
        """Take it: theirs, unless a colleague has it; what they had forwarded comes back to them."""
        before = self.model.holder
        if not self.tried(claim.take, who):
            return
        assert before in (None, who) or who in self.lenders()
        self._taken(who)

    @rule(who=st.sampled_from(PEOPLE))
    def take_over(self, who: str) -> None:
        """Take it from whoever has it."""
        if self.tried(claim.take_over, who):
            self._taken(who)

    def _taken(self, who: str) -> None:
        model = self.model
        assert model.status == "open"
        if model.holder != who:
            lenders = self.lenders()
            model.chain = model.chain[: lenders.index(who)] if who in lenders else ([] if model.holder else model.chain)
        model.holder, model.asleep = who, None

    @rule(who=st.sampled_from(PEOPLE))
    def give_back(self, who: str) -> None:
        """Only who has it: to the one who forwarded it, else to the department."""
        holder = self.model.holder
        if not self.tried(claim.give_back, who):
            return
        assert holder == who
        chain = self.model.chain
        if chain and chain[-1][1] == who:
            self.model.holder = chain.pop()[0]
        else:
            self.model.holder = chain[-1][1] if chain else None
        self.model.asleep = None

    @rule(who=st.sampled_from(PEOPLE), to=st.sampled_from(PEOPLE))
    def forward(self, who: str, to: str) -> None:
        """Hand it on, from a window."""

        def act(records: Any, *, person: Person, now: datetime, **_: Any) -> None:
            opened = forward.open_forward(records, conversation_id=self.id, person=person, now=now)
            slip = forward.Slip(to=to, department=None, note="Please look.", prior=True)
            forward.forward(records, window_id=opened.window.id, person=person, slip=slip, now=now)

        if not self.tried(act, who):
            return
        assert who != to
        if self.model.holder != who and who in self.lenders():
            del self.model.chain[self.lenders().index(who) :]
        self.model.chain.append((who, to))
        self.model.holder, self.model.asleep, self.model.status = to, None, "open"

    @rule(who=st.sampled_from(PEOPLE))
    def respond(self, who: str) -> None:
        """Send it back: the turn returns by itself."""

        def act(records: Any, *, person: Person, now: datetime, **_: Any) -> None:
            opened = respond.open_respond(records, conversation_id=self.id, person=person, now=now)
            respond.respond(
                records, window_id=opened.window.id, person=person, answer=respond.Answer(text="It can wait."), now=now
            )

        chain = list(self.model.chain)
        if not self.tried(act, who):
            return
        assert chain
        assert chain[-1][0] != who
        self.model.holder, self.model.asleep = self.model.chain.pop()[0], None

    @rule(who=st.sampled_from(PEOPLE))
    def done(self, who: str) -> None:
        """Close it; never over words that the card had not shown, nor over a doubt."""
        if not self.tried(close.done, who, heard=self.model.heard):
            return
        assert self.model.heard == self.picture().heard
        assert "unclear" not in self.stored_answers().values()
        self.model.status, self.model.holder, self.model.chain, self.model.asleep = "done", who, [], None

    @rule(who=st.sampled_from(PEOPLE))
    def reopen(self, who: str) -> None:
        """Open it again: their turn."""
        if self.tried(close.reopen, who):
            assert self.model.status == "done"
            self.model.status, self.model.holder = "open", who

    @rule(who=st.sampled_from(PEOPLE), yes=st.booleans())
    def mark_urgent(self, who: str, yes: bool) -> None:
        """Urgent, or not: nobody's turn changes; what is urgent does not sleep."""
        if self.tried(urgent.mark_urgent if yes else urgent.not_urgent, who) and yes:
            self.model.asleep = None

    @rule(who=st.sampled_from(PEOPLE), seconds=st.sampled_from([-5, 60, 3600]))
    def snooze(self, who: str, seconds: int) -> None:
        """Put it aside."""
        until = self.now + timedelta(seconds=seconds)

        def act(records: Any, *, person: Person, now: datetime, **_: Any) -> None:
            opened, _seat = snooze.open_snooze(records, conversation_id=self.id, person=person, now=now)
            snooze.snooze(records, window_id=opened.id, person=person, until=until, now=now)

        if self.tried(act, who):
            assert seconds > 0
            assert self.model.status == "open"
            self.model.asleep = until

    @rule(who=st.sampled_from(PEOPLE))
    def open_reply(self, who: str) -> None:
        """A reply window opens."""
        opened = self.tried(send.open_reply, who)
        if opened:
            version = self.look(lambda r: r.conversation(self.id)).version
            self.windows.append((opened.window.id, who, version))

    @precondition(lambda self: self.windows)
    @rule(data=st.data(), done_after=st.booleans())
    def send(self, data: st.DataObject, done_after: bool) -> None:
        """Send is pressed: once for each window, never past something that its writer did not see."""
        self._send(*data.draw(st.sampled_from(self.windows)), done_after)

    @rule(who=st.sampled_from(INSIDE), done_after=st.booleans(), ending=st.sampled_from(ENDINGS))
    def answer(self, who: str, done_after: bool, ending: str) -> None:
        """Written and sent at once, and tried once."""
        known = len(self.windows)
        self.open_reply(who)
        if len(self.windows) > known:
            self._send(*self.windows[-1], done_after)
            self.carry(ending)

    @rule(who=st.sampled_from(INSIDE), other=st.sampled_from([*INSIDE, "family"]))
    def is_overtaken(self, who: str, other: str) -> None:
        """Something happens while somebody writes."""
        known = len(self.windows)
        self.open_reply(who)
        if other == "family":
            self.family_writes()
        else:
            self.answer(other, done_after=False, ending="delivered")
        if len(self.windows) > known:
            self._send(*self.windows[known], done_after=False)

    def _send(self, window: str, who: str, version: int, done_after: bool) -> None:
        form = send.Form(text=f"Answer {len(self.model.answers)}.", done_after=done_after)
        moved = self.look(lambda r: r.conversation(self.id)).version != version

        def act(records: Any, *, person: Person, now: datetime, **_: Any) -> Any:
            return send.send(records, window_id=window, person=person, form=form, now=now)

        made = self.tried(act, who)
        if not made:
            return
        if isinstance(made, send.Stale):
            assert moved
            self.windows.remove((window, who, version))
            return
        assert not moved
        self.windows.remove((window, who, version))
        self.model.answers.append(made.id)
        self.model.sent.append((who, done_after, self.model.said))
        self._answered(who, done_after)

    def _answered(self, who: str, done_after: bool) -> None:
        self.model.status = "done" if done_after else "answered"
        self.model.holder, self.model.chain, self.model.asleep = who, [], None

    # the network and the clock

    @rule(ending=st.sampled_from(ENDINGS))
    def carry(self, ending: str) -> None:
        """The next answer is tried; whatever became of it, exactly one answer changes."""
        before = self.stored_answers()
        taken = self.act(lambda r, now: r.claim(reply_lane(self.id), now=now, by="one"))
        if taken is None:
            return
        assert not [a for a in self.model.answers[: self.model.answers.index(taken.subject)] if before[a] == "unclear"]
        again = self.now + timedelta(seconds=30)
        outcome = Outcome(state=State(ending), again_at=again if ending == "pending" else None, code=ending)
        assert self.act(settle_reply, claim=taken, outcome=outcome)
        changed = {a for a, state in self.stored_answers().items() if before[a] != state}
        assert changed <= {taken.subject}
        if self.stored_answers()[taken.subject] in ("failed", "unclear") and self.model.status in ("answered", "done"):
            self.model.status = "open"

    @rule(who=st.sampled_from(PEOPLE), act=st.sampled_from(JUDGED))
    def settle_doubt(self, who: str, act: Any) -> None:
        """A person judges an answer: the newest one holds again, unless it is in trouble or somebody came after it."""
        if not self.tried(act, who):
            return
        model, (author, done_after, heard) = self.model, self.model.sent[-1]
        trouble = self.stored_answers()[model.answers[-1]] in ("failed", "unclear")
        if model.status == "open" and heard == model.said and not model.chain and not trouble:
            self._answered(author, done_after)

    @rule(
        who=st.sampled_from(INSIDE), to=st.sampled_from(PEOPLE), act=st.sampled_from(JUDGED), done_after=st.booleans()
    )
    def is_handed_on_in_doubt(self, who: str, to: str, act: Any, done_after: bool) -> None:
        """An answer is unclear, somebody forwards the message, and only then the answer is judged."""
        self.answer(who, done_after, "unclear")
        self.forward(who, to)
        self.settle_doubt(who, act)

    @rule(who=st.sampled_from(INSIDE), to=st.sampled_from(INSIDE), then=st.sampled_from(PEOPLE))
    def is_handed_on_while_the_clock_steps_back(self, who: str, to: str, then: str) -> None:
        """Of two forwards the later one comes back first, whatever the clock says."""
        self.forward(who, to)
        self.time_passes(-120)
        self.forward(to, then)
        self.give_back(then)

    @rule(seconds=st.sampled_from([1, 61, 3601, 86400, -120]))
    def time_passes(self, seconds: int) -> None:
        """The clock goes on, or steps back; the ticks come: what sleeps wakes once, a late doubt rings once."""
        self.turn(seconds)
        woken, rung = self.count(WOKE), self.count(LATE)
        self.act(snooze.wake)
        due = self.model.asleep is not None and self.model.asleep <= self.now
        if due:
            self.model.asleep = None
        assert self.count(WOKE) - woken == int(due)
        self.act(overdue.doubts)
        assert self.count(LATE) - rung <= 1
        assert self.act(overdue.doubts) == 0
        assert self.act(snooze.wake) == 0

    # what is looked at

    def tried(self, act: Any, who: str, **more: Any) -> Any:
        """Do it as that person; falsy when it was refused, and then nothing has changed."""
        return self.attempt(act, who, conversation_id=self.id, **more)

    def fingerprint(self) -> list[Any]:
        """Every row that an act could change."""
        return self.look(lambda r: [list(map(tuple, r.rows(q))) for q in (EVERYTHING, FORWARDS, ANSWERS)])

    def picture(self) -> Any:
        """The message as it is drawn."""
        return self.look(lambda r: r.picture(self.id))

    def stored_answers(self) -> dict[str, str]:
        """What became of each answer."""
        return dict(tuple(row) for row in self.look(lambda r: r.rows(ANSWERS)))

    def count(self, sql: Sql) -> int:
        """A number from the journal."""
        return int(self.look(lambda r: r.rows(sql))[0][0])

    def lenders(self) -> list[str]:
        """Who forwarded it and has not got it back, the first first."""
        return [by for by, _ in self.model.chain]

    @invariant()
    def is_stored_as_the_model_says(self) -> None:
        """One holder, the forwards that still have to come back, what sleeps until when, every answer once."""
        talk, picture = self.look(lambda r: r.conversation(self.id)), self.picture()
        chain = [(f.by, f.to) for f in picture.forwards if f.state == "open"]
        stored = (talk.status.value, talk.holder, chain, talk.snoozed_until)
        model = self.model
        assert stored == (model.status, model.holder, model.chain, model.asleep)
        assert sorted(self.stored_answers()) == sorted(model.answers)


TestMessage = Message.TestCase
TestMessage.settings = CALM
