"""What happens by the clock as a machine: sleep, promises, doubts, patience; time jumps ahead and steps back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from bot.domain import close, doubt, overdue, send, snooze, standing, urgent
from bot.domain.carry import settle_reply
from bot.domain.delivery import Outcome, State, reply_lane
from bot.domain.event import ReplyStatus
from bot.domain.message import Kind
from bot.domain.records import InboxState
from bot.domain.staff import Person
from bot.jobs.rounds import waiting_too_long
from storage.sql import Sql
from tests.machines.machine import CALM, Machine
from tests.storage.family import message
from tests.world import PRACTICE

WHO = "U0ALICE"
# The figures of the practice file, of PRODUCT and CONTRACT, written down again.
TURNAROUND, SHORT = timedelta(hours=8), timedelta(minutes=15)
DECIDE, GIVE_UP, WAITS, LONGEST = timedelta(hours=1), timedelta(hours=24), timedelta(hours=24), timedelta(days=30)
TICK = timedelta(microseconds=1)
STEPS = st.one_of(
    st.sampled_from([1, 29, 30, 31, 901, 3599, 3600, 3601, 28801, 86401, -30, -3600]), st.integers(-90_000, 400_000)
)
ENDINGS = st.sampled_from(["unclear", "unclear", "again", "again maybe", "delivered"])
HOW = ("seen", "delivered", "failed")  # a doubt ends
TALKS = Sql("SELECT id, status, urgent, due_at, snoozed_until FROM conversations ORDER BY number")
ANSWERS = Sql("SELECT conversation_id, state FROM replies ORDER BY written_at, id")
DONE = Sql("SELECT action, COUNT(*) FROM journal WHERE action IN ('message.woke', 'doubt.late') GROUP BY action")
PARKED = Sql("SELECT COUNT(*) FROM inbox WHERE state = 'quarantined'")


@dataclass
class Answer:
    """One answer on its way."""

    id: str
    written: datetime
    next_at: datetime
    state: str = "pending"
    maybe: bool = False
    decide_by: datetime | None = None


@dataclass
class Talk:
    """What the model knows of one conversation."""

    id: str
    came: datetime
    due: datetime
    stamp: datetime  # of the last thing that was said in it
    status: str = "open"
    urgent: bool = False
    asleep: datetime | None = None
    answer: Answer | None = None
    rings: bool = False


class Timers(Machine):
    """Several conversations, and events that wait for a message that may never come."""

    def __init__(self) -> None:
        super().__init__()
        self.practice(PRACTICE)
        self.talks: list[Talk] = []
        self.waiting: list[datetime] = []
        self.shown = self.woken = self.rung = 0

    @initialize()
    def two_wait(self) -> None:
        """Nobody waits for the first one."""
        self.family_writes(0)
        self.family_writes(3600)

    @precondition(lambda self: len(self.talks) < 4)
    @rule(ago=st.sampled_from([0, 60, 3600, -600]))
    def family_writes(self, ago: int) -> None:
        """The promise counts from when they wrote, though never from a time to come."""
        n, sent_at = len(self.talks) + 1, self.now - timedelta(seconds=ago)
        digest = hashlib.sha256(b"%d" % n).digest()
        content = replace(message(n, kind=Kind.GENERAL), sent_at=sent_at)
        came = min(sent_at, self.now)
        talk_id = self.comes(content, digest)
        self.talks.append(Talk(id=talk_id, came=came, due=came + TURNAROUND, stamp=self.now))

    @rule()
    def an_event_comes_too_early(self) -> None:
        """It is about a message that is not there."""

        def come(records: Any, now: datetime) -> None:
            inbox = self.event(records, hashlib.sha256(b"early").digest(), now)
            records.settle_inbox(inbox, state=InboxState.WAITING, type="MessageWithdrawn", about="message:nowhere")

        self.act(come)
        self.waiting.append(self.now)

    # people

    @rule(data=st.data(), wait=st.one_of(st.sampled_from([-1, 0, 1, 60, 2_592_000, 2_592_001]), st.integers(1, 90_000)))
    def snooze(self, data: st.DataObject, wait: int) -> None:
        """Put aside until a time to come, within a month; what is urgent is not."""
        self._snoozed(self._one(data), wait)

    def _snoozed(self, talk: Talk, wait: int) -> None:
        until = self.now + timedelta(seconds=wait)

        def act(records: Any, *, conversation_id: str, person: Person, now: datetime) -> Any:
            opened, _ = snooze.open_snooze(records, conversation_id=conversation_id, person=person, now=now)
            return snooze.snooze(records, window_id=opened.id, person=person, until=until, now=now)

        fits = talk.status == "open" and not talk.urgent and self.now < until <= self.now + LONGEST
        assert self.tried(act, talk) is fits
        if fits:
            talk.asleep = until

    @rule(data=st.data(), yes=st.booleans())
    def is_urgent(self, data: st.DataObject, yes: bool) -> None:
        """A quarter of an hour, or what was promised if that is sooner; not urgent after all: what was promised."""
        self._pressing(self._one(data), yes)

    def _pressing(self, talk: Talk, yes: bool) -> None:
        fits = talk.urgent is not yes and (talk.status == "open" or not yes)
        assert self.tried(urgent.mark_urgent if yes else urgent.not_urgent, talk) is fits
        if fits and yes:
            talk.due, talk.asleep = min(talk.due, self.now + SHORT), None
        elif fits:
            talk.due = talk.came + TURNAROUND
        talk.urgent = yes if fits else talk.urgent

    @rule(data=st.data(), yes=st.booleans())
    def is_asleep_and_pressing(self, data: st.DataObject, yes: bool) -> None:
        """Whatever is marked urgent is awake, and whatever is not sleeps on."""
        talk = self._one(data)
        self._snoozed(talk, 3600)
        self._pressing(talk, yes)

    @rule(data=st.data())
    def done(self, data: st.DataObject) -> None:
        """Closed, and nothing of it wakes any more."""
        self._closed(self._one(data))

    def _closed(self, talk: Talk) -> None:
        heard = self.look(lambda r: r.picture(talk.id)).heard
        fits = talk.status != "done" and not (talk.answer and talk.answer.state == "unclear")
        assert self.tried(close.done, talk, heard=heard) is fits
        if fits:
            talk.status, talk.asleep = "done", None

    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        """A new promise from now."""
        self._opened(self._one(data))

    @rule(data=st.data())
    def is_closed_too_soon(self, data: st.DataObject) -> None:
        """Somebody finds an hour later that something is left to do."""
        talk = self._one(data)
        self._closed(talk)
        self.time_passes(3600, 1)
        self._opened(talk)

    def _opened(self, talk: Talk) -> None:
        fits = talk.status == "done"
        assert self.tried(close.reopen, talk) is fits
        if fits:
            talk.status, talk.due = "open", self.now + (SHORT if talk.urgent else TURNAROUND)

    # answers

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """One at a time in this machine."""
        self._answers(self._one(data))

    def _answers(self, talk: Talk) -> None:
        if talk.answer and talk.answer.state in ("pending", "unclear"):
            return

        def act(records: Any, *, conversation_id: str, person: Person, now: datetime) -> str:
            opened = send.open_reply(records, conversation_id=conversation_id, person=person, now=now)
            form = send.Form(text=self.words(), done_after=False)
            made = send.send(records, window_id=opened.window.id, person=person, form=form, now=now)
            assert not isinstance(made, send.Stale)
            return made.id

        made = self.act(act, conversation_id=talk.id, person=Person(slack=WHO, member=True))
        talk.stamp = max(self.now, talk.stamp + TICK)
        talk.answer = Answer(id=made, written=talk.stamp, next_at=self.now)
        talk.status, talk.asleep = "answered", None

    @rule(data=st.data(), ending=ENDINGS)
    def carry(self, data: st.DataObject, ending: str) -> None:
        """Not before its time; after a day nobody tries any more, and what may have arrived is for a person to judge."""
        self._carried(self._one(data), ending)

    def _carried(self, talk: Talk, ending: str) -> None:
        taken = self.act(lambda r, now: r.claim(reply_lane(talk.id), now=now, by="one"))
        one = talk.answer
        assert (taken is not None) is (one is not None and one.state == "pending" and one.next_at <= self.now)
        if taken is None or one is None:
            return
        again, maybe = ending.startswith("again"), ending == "again maybe"
        next_at = self.now + timedelta(seconds=30)
        state = State.PENDING if again else State(ending)
        outcome = Outcome(state=state, again_at=next_at if again else None, maybe_sent=maybe, code=ending)
        assert self.act(settle_reply, claim=taken, outcome=outcome)
        if again and self.now - one.written > GIVE_UP:
            ending = "unclear" if maybe else "failed"
        one.state, one.next_at = "pending" if ending.startswith("again") else ending, next_at
        one.decide_by = self.now + DECIDE if one.state == "unclear" else None
        if one.state in ("unclear", "failed") and talk.status != "open":
            talk.status = "open"

    @rule(data=st.data(), how=st.sampled_from(HOW))
    def a_doubt_ends(self, data: st.DataObject, how: str) -> None:
        """By a person or by the portal: whatever rang for it is quiet."""
        self._ends(self._one(data), how)

    def _ends(self, talk: Talk, how: str) -> None:
        one = talk.answer
        if one is None or one.state != "unclear":
            return
        if how == "seen":
            assert self.tried(doubt.mark_delivered, talk)
        else:
            event = ReplyStatus(reply_id=one.id, status=how, at=self.now)
            assert self.act(standing.reply_status, event=event, portal="main")
        one.state, one.decide_by, talk.rings = "failed" if how == "failed" else "delivered", None, False
        if one.state == "delivered" and talk.status == "open":
            talk.status, talk.asleep = "answered", None

    @rule(data=st.data(), how=st.sampled_from(HOW), late=st.sampled_from([3599, 3601]), ticks=st.integers(1, 2))
    def is_in_doubt(self, data: st.DataObject, how: str, late: int, ticks: int) -> None:
        """An answer is unclear for an hour or nearly, and then no more."""
        talk = self._one(data)
        self._answers(talk)
        self._carried(talk, "unclear")
        self.time_passes(late, ticks)
        self._ends(talk, how)

    @rule(data=st.data(), seconds=st.sampled_from([86_399, 86_401]), ending=ENDINGS)
    def is_tried_for_a_day(self, data: st.DataObject, seconds: int, ending: str) -> None:
        """The portal is away for a day or nearly."""
        talk = self._one(data)
        self._answers(talk)
        self._carried(talk, "again")
        self.time_passes(seconds, 1)
        self._carried(talk, ending)

    # the clock

    @rule(seconds=STEPS, ticks=st.sampled_from([0, 1, 1, 2]))
    def time_passes(self, seconds: int, ticks: int) -> None:
        """Ticks may be missed, and may come twice: each effect is there once."""
        self.turn(seconds)
        for _ in range(ticks):
            self._tick()

    def _tick(self) -> None:
        sleepers = [talk for talk in self.talks if talk.asleep and talk.asleep <= self.now]
        late = [t for t in self.talks if t.answer and t.answer.decide_by and t.answer.decide_by <= self.now]
        new = [talk for talk in late if not talk.rings]
        old = [at for at in self.waiting if at < self.now - WAITS]
        assert self.act(snooze.wake) == len(sleepers)
        assert self.act(overdue.doubts) == len(new)
        assert self.act(waiting_too_long) == len(old)
        for talk in sleepers:
            talk.asleep = None
        for talk in new:
            talk.rings = True
        self.woken, self.rung, self.shown = self.woken + len(sleepers), self.rung + len(new), self.shown + len(old)
        self.waiting = [at for at in self.waiting if at not in old]

    # what is looked at

    def _one(self, data: st.DataObject) -> Talk:
        return data.draw(st.sampled_from(self.talks))

    def tried(self, act: Any, talk: Talk, **more: Any) -> bool:
        """Whether the nurse could do it."""
        return bool(self.attempt(act, WHO, conversation_id=talk.id, **more))

    @invariant()
    def is_stored_as_the_model_says(self) -> None:
        """Promises and sleep, doubts that ring, and everything that the clock did, once each."""
        talks, answers, counted, shown, alarms = self.look(
            lambda r: (r.rows(TALKS), r.rows(ANSWERS), r.rows(DONE), r.rows(PARKED)[0][0], r.open_alarms())
        )
        told = [(t.id, t.status, t.urgent, _us(t.due), t.asleep and _us(t.asleep)) for t in self.talks]
        assert [(i, s, bool(u), d, z) for i, s, u, d, z in talks] == told
        newest = dict(map(tuple, answers))
        assert newest == {talk.id: talk.answer.state for talk in self.talks if talk.answer}
        assert dict(map(tuple, counted)) == {
            action: n for action, n in (("message.woke", self.woken), ("doubt.late", self.rung)) if n
        }
        assert shown == self.shown
        ringing = {alarm.key for alarm in alarms if alarm.key.startswith("doubt:")}
        assert ringing == {f"doubt:{talk.id}" for talk in self.talks if talk.rings}


def _us(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


TestTimers = Timers.TestCase
TestTimers.settings = CALM
