"""What the portal tells as a machine: words, changes, withdrawals, reports, in whatever order answers go out meanwhile."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from bot.domain import close, doubt, follow_up, send, standing
from bot.domain.carry import settle_reply
from bot.domain.delivery import Claim, Outcome, State, reply_lane
from bot.domain.event import HandledElsewhere, MessageUpdated, MessageWithdrawn, ReplyStatus
from bot.domain.event import ThreadClosed as Closed
from bot.domain.message import Kind, PortalMessage
from bot.domain.staff import Person
from bot.jobs.replies import looked_up
from bot.portals.base import Arrival
from storage.sql import Sql
from tests.machines.machine import CALM, START, Machine
from tests.storage.family import message
from tests.world import PRACTICE

PEOPLE = ("U0ALICE", "U0GRACE")
WHO = st.sampled_from(PEOPLE)
ENDINGS = st.sampled_from(["delivered", "failed", "unclear", "again"])
LATER = {"": 0, "accepted": 1, "delivered": 2, "read": 3, "failed": 4}  # a report counts only when it tells more
STORED = Sql("SELECT id, state FROM replies")
HEAD = Sql(
    "SELECT d.state, r.state, r.owner FROM deliveries d JOIN replies r ON r.id = d.subject"
    " WHERE d.what = 'reply' AND d.state IN ('pending', 'sending', 'unclear') ORDER BY d.n LIMIT 1"
)
LOOKS = Sql("SELECT COUNT(*) FROM deliveries WHERE what = 'look_up' AND state = 'pending'")


@dataclass
class Said:
    """One answer."""

    id: str
    done_after: bool
    heard: int  # how much the family had said by then
    state: str = "pending"
    told: str = ""  # by the portal


@dataclass
class Model:
    """Whose turn it is, by what happened in which order; no clock is asked."""

    status: str = "open"
    standing: list[str] = field(default_factory=list)  # of each message, as the family wrote them
    said: int = 0  # words and changes
    answers: list[Said] = field(default_factory=list)

    def answer(self, answer_id: str) -> Said:
        return next(one for one in self.answers if one.id == answer_id)


class Told(Machine):
    """One conversation with a portal that tells a lot."""

    def __init__(self) -> None:
        super().__init__()
        self.practice(PRACTICE)
        self.model = Model()
        self.id = ""
        self.flying: Claim | None = None
        self.family_writes()

    # the family and the portal

    def _words(self, n: int) -> tuple[PortalMessage, bytes]:
        self.model.said += 1
        text = f"Words {self.model.said}."
        sent_at = START - timedelta(hours=1) + timedelta(minutes=n)
        content = message(n, kind=Kind.GENERAL, thread=1, version=self.model.said)
        return replace(content, text=text, sent_at=sent_at), hashlib.sha256(text.encode()).digest()

    @rule()
    def family_writes(self) -> None:
        """One more message: it is the practice's turn."""
        self.model.standing.append("current")
        content, digest = self._words(len(self.model.standing))
        self.id = self.comes(content, digest)
        self.model.status = "open"

    @rule(data=st.data())
    def family_changes(self, data: st.DataObject) -> None:
        """Other words in an old message are words as well; a message that was taken back stands again with them."""
        n = self._one_of(data)
        content, digest = self._words(n)
        event = MessageUpdated(message=content, content_sha256=digest)
        assert self.act(follow_up.updated, event=event, portal="main")
        assert not self.act(follow_up.updated, event=event, portal="main")
        self.model.standing[n - 1] = "current"
        self.model.status = "open"

    @rule(data=st.data())
    def withdraws(self, data: st.DataObject) -> None:
        """Taken back: over when nothing is left."""
        n = self._one_of(data)
        event = MessageWithdrawn(message_id=f"canary-message-{n}", at=self.now)
        self.act(standing.changed, event=event, portal="main")
        self.model.standing[n - 1] = "withdrawn"
        if set(self.model.standing) == {"withdrawn"}:
            self.model.status = "withdrawn"

    @rule(data=st.data())
    def is_handled_there(self, data: st.DataObject) -> None:
        """Somebody answered in the portal: over when it was the newest."""
        n = self._one_of(data)
        event = HandledElsewhere(message_id=f"canary-message-{n}", at=self.now)
        self.act(standing.changed, event=event, portal="main")
        self.model.standing[n - 1] = "elsewhere"
        if n == len(self.model.standing):
            self.model.status = "elsewhere"

    @rule()
    def thread_is_closed(self) -> None:
        """The portal closes all of it; what people have done stays done."""
        event = Closed(thread_id="canary-thread-1", at=self.now)
        assert self.act(standing.thread_closed, event=event, portal="main")
        if self.model.status in ("open", "answered"):
            self.model.status = "elsewhere"

    @precondition(lambda self: self.model.answers)
    @rule(data=st.data(), status=st.sampled_from(["accepted", "delivered", "read", "failed"]))
    def reports(self, data: st.DataObject, status: str) -> None:
        """The portal tells what became of an answer, whatever we think of it."""
        self._reports(data.draw(st.sampled_from(self.model.answers)), status)

    def _reports(self, one: Said, status: str) -> None:
        event = ReplyStatus(reply_id=one.id, status=status, at=self.now)
        assert self.act(standing.reply_status, event=event, portal="main")
        if LATER[status] <= LATER[one.told]:
            return
        before, one.told = one.state, status
        one.state = "failed" if status == "failed" else "delivered"
        if status == "failed":
            self._fails()
        elif before in ("unclear", "failed"):
            self._stands(one)

    # people

    @rule(who=WHO, done_after=st.booleans())
    def answer(self, who: str, done_after: bool) -> None:
        """Written and sent at once, unless the family or the portal has ended it."""

        def act(records: Any, *, person: Person, now: datetime, **_: Any) -> Any:
            opened = send.open_reply(records, conversation_id=self.id, person=person, now=now)
            form = send.Form(text=self.words(), done_after=done_after)
            return send.send(records, window_id=opened.window.id, person=person, form=form, now=now)

        made = self.tried(act, who)
        assert bool(made) is (self.model.status not in ("withdrawn", "elsewhere"))
        if made:
            self.model.answers.append(Said(id=made.id, done_after=done_after, heard=self.model.said))
            self.model.status = "done" if done_after else "answered"

    @rule(who=WHO)
    def done(self, who: str) -> None:
        """Closed by hand, unless a doubt is left."""
        heard = self.look(lambda r: r.picture(self.id)).heard
        unclear = [one for one in self.model.answers if one.state == "unclear"]
        fits = self.model.status in ("open", "answered") and not unclear
        assert bool(self.tried(close.done, who, heard=heard)) is fits
        if fits:
            self.model.status = "done"

    @rule(who=WHO)
    def judge(self, who: str) -> None:
        """Somebody says of the newest unclear answer that it arrived."""
        waits = [one for one in self.model.answers if one.state == "unclear"]
        assert bool(self.tried(doubt.mark_delivered, who)) is bool(waits)
        if waits:
            waits[-1].state = "delivered"
            self._stands(waits[-1])

    @rule(who=WHO, act=st.sampled_from([doubt.send_again, doubt.retry]))
    def try_again(self, who: str, act: Any) -> None:
        """Once more under the same key, for the newest that is in such a state and can still go."""
        state = "unclear" if act is doubt.send_again else "failed"
        waits = [one for one in self.model.answers if one.state == state]
        fits = waits and self.model.status not in ("withdrawn", "elsewhere")
        fits = fits and not (state == "failed" and waits[-1].told == "failed")
        assert bool(self.tried(act, who)) is bool(fits)
        if fits:
            waits[-1].state, waits[-1].told = "pending", ""
            self._stands(waits[-1])

    @rule(who=WHO, found=st.sampled_from(Arrival), late=st.booleans())
    def look_up(self, who: str, found: Arrival, late: bool) -> None:
        """The portal is asked about the newest unclear answer; somebody may settle it before it has answered."""
        waits = [one for one in self.model.answers if one.state == "unclear"]
        assert bool(self.tried(doubt.check_portal, who)) is bool(waits)
        if not waits:
            return
        taken = self.act(lambda r, now: r.claim(f"look_up:{self.id}", now=now, by="one"))
        assert taken.subject == waits[-1].id or self.look(lambda r: r.rows(LOOKS))[0][0]
        one = self.model.answer(taken.subject)
        if late and one.state == "unclear":
            self._reports(one, "delivered")
        assert self.act(looked_up, claim=taken, arrival=found)
        if one.state != "unclear":
            return
        if found is Arrival.FOUND:
            one.state = "delivered"
            self._stands(one)
        elif found is Arrival.NOT_FOUND:
            one.state = "failed"

    # the network and the clock

    @precondition(lambda self: self.flying is None)
    @rule()
    def leaves(self) -> None:
        """The next answer is on the wire: the oldest that is neither settled nor held back by a doubt before it."""
        taken = self.act(lambda r, now: r.claim(reply_lane(self.id), now=now, by="one"))
        waits = [one for one in self.model.answers if one.state in ("pending", "unclear")]
        if taken is None:
            return
        assert waits
        assert taken.subject == waits[0].id
        assert waits[0].state == "pending"
        assert self.act(lambda r, now: r.mark_sending(taken, now=now))
        self.flying = taken

    @precondition(lambda self: self.flying)
    @rule(ending=ENDINGS)
    def comes_back(self, ending: str) -> None:
        """What the wire said; the portal's own word, if it came meanwhile, counts more."""
        taken, self.flying = self.flying, None
        assert taken
        state = State.PENDING if ending == "again" else State(ending)
        again_at = self.now + timedelta(seconds=30) if ending == "again" else None
        outcome = Outcome(state=state, again_at=again_at, maybe_sent=ending != "failed", code=ending)
        assert self.act(settle_reply, claim=taken, outcome=outcome)
        one = self.model.answer(taken.subject)
        if one.state != "pending":
            return
        one.state = state.value
        if ending in ("failed", "unclear"):
            self._fails()

    @rule(ending=ENDINGS, who=WHO, done_after=st.booleans())
    def answer_at_once(self, ending: str, who: str, done_after: bool) -> None:
        """As nearly always."""
        self.answer(who, done_after)
        if self.flying is None:
            self.leaves()
        if self.flying:
            self.comes_back(ending)

    @rule(ending=ENDINGS, who=WHO, status=st.sampled_from(["delivered", "failed"]))
    def the_portal_is_faster(self, ending: str, who: str, status: str) -> None:
        """It reports on an answer before its own receipt is here."""
        self.answer(who, done_after=True)
        if self.flying is None:
            self.leaves()
        if self.flying:
            self._reports(self.model.answer(self.flying.subject), status)
            self.comes_back(ending)

    @rule(data=st.data(), who=WHO, changes=st.booleans(), back=st.sampled_from([0, -120]))
    def they_speak_while_it_is_in_doubt(self, data: st.DataObject, who: str, changes: bool, back: int) -> None:
        """An answer is unclear, the family writes or changes something, and only then it is judged."""
        self.answer_at_once("unclear", who, done_after=True)
        self.time_passes(back)
        if changes:
            self.family_changes(data)
        else:
            self.family_writes()
        self.judge(who)

    @rule(seconds=st.sampled_from([1, 31, 3600, -120]))
    def time_passes(self, seconds: int) -> None:
        """The clock goes on, or steps back."""
        if self.flying is None:
            self.turn(seconds)

    # what is looked at

    def _fails(self) -> None:
        """An answer did not arrive, or may not have: people must act, unless it is over anyway."""
        if self.model.status in ("answered", "done"):
            self.model.status = "open"

    def _stands(self, one: Said) -> None:
        """It arrived after all, or is on its way: the family's turn, unless they wrote since or a later one failed."""
        last = self.model.answers[-1]
        if self.model.status == "open" and last.heard == self.model.said and last.state not in ("failed", "unclear"):
            self.model.status = "done" if last.done_after else "answered"

    def _one_of(self, data: st.DataObject) -> int:
        return data.draw(st.integers(1, len(self.model.standing)))

    def tried(self, act: Any, who: str, **more: Any) -> Any:
        """Do it as that person; None when it was refused, and then nothing has changed."""
        return self.attempt(act, who, conversation_id=self.id, **more)

    def fingerprint(self) -> Any:
        """Every row that an act could change."""
        return self.stored()

    def stored(self) -> tuple[str, dict[str, str]]:
        """Whose turn it is, and what became of each answer."""
        status, states = self.look(lambda r: (r.conversation(self.id).status.value, r.rows(STORED)))
        return status, dict(map(tuple, states))

    @invariant()
    def is_stored_as_the_model_says(self) -> None:
        """No words of a family are lost in what looks closed; every answer is what it became."""
        status, states = self.stored()
        assert states == {one.id: one.state for one in self.model.answers}
        assert status == self.model.status

    @invariant()
    def nothing_is_stuck(self) -> None:
        """What holds back all answers behind it is in a state that somebody is asked about."""
        head = self.look(lambda r: r.rows(HEAD))
        if head and head[0][0] == "unclear":
            assert head[0][1] == "unclear"
            assert head[0][2]


TestTold = Told.TestCase
TestTold.settings = CALM
