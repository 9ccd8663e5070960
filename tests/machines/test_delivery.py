"""The outbox as a machine: whatever happens in whatever order, it hands out what a small model of it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from bot.domain.delivery import Claim, Outcome, State
from storage.sql import Sql
from tests.machines.machine import CALM, START, Machine
from tests.storage.family import NOW, card, sent, taken_in

LEASE = timedelta(seconds=40)  # SAFETY's figures, written down again
QUIET = timedelta(seconds=5)
LANES = ("slack:dep:Nursing", "slack:dep:Refills")
LONE = ("look_up:c_1", "slack:dm:U0ALICE")  # hardly ever have more than one; the alphabet has replies between them
ALL = (*LANES, *LONE, "reply 1", "reply 2")
WORKERS = ("one", "two")
ENDINGS = ("delivered", "failed", "unclear", "again", "again maybe")
ROWS = Sql("SELECT id, state, attempts, maybe_sent FROM deliveries ORDER BY n")


@dataclass
class Row:
    """What the model knows of one delivery."""

    id: str
    lane: str
    urgent: bool
    fold: str | None
    created: datetime
    due: datetime
    state: str = "pending"
    attempts: int = 0
    maybe: bool = False
    marked: bool = False
    token: str = ""
    by: str = ""
    lease: datetime = START
    code: str = ""

    @property
    def reply(self) -> bool:
        return self.lane.startswith("reply:")


class Outbox(Machine):
    """Two workers, two channels, two conversations' answers."""

    def __init__(self) -> None:
        super().__init__()
        self.talks = [self.do(taken_in, n=n) for n in (1, 2)]
        self.kept = self.talks[0]
        self.do(lambda r: r.run(Sql("DELETE FROM deliveries")))
        self.rows: list[Row] = []
        self.claims: list[Claim] = []
        self.reply_lanes = {f"reply {n}": f"reply:{talk.id}" for n, talk in enumerate(self.talks, start=1)}
        self.stopped = False

    @initialize(given=st.lists(st.tuples(st.sampled_from(LANES), st.booleans()), min_size=3, max_size=8))
    def there_is_work(self, given: list[tuple[str, bool]]) -> None:
        """Some posts and two answers wait already."""
        for lane, is_urgent in given:
            self.post(lane, is_urgent, None, 0)
        for n in (1, 1, 2):
            self.answer(n)

    @rule(
        lane=st.sampled_from(LANES),
        urgent=st.booleans(),
        fold=st.sampled_from([None, "a", "a"]),
        wait=st.sampled_from([0, 0, 40]),
    )
    def post(self, lane: str, urgent: bool, fold: str | None, wait: int) -> None:
        """Something for a channel; one of the same fold that still waits takes it in."""
        fold = fold and f"{fold}:{lane}"
        due = self.now + timedelta(seconds=wait)

        def add(records: Any) -> str:
            made = card(records, self.kept, lane=lane, urgent=urgent, fold=fold, not_before=due)
            records.add_delivery(made, now=self.now)
            return made.id

        new = self.do(add)
        waiting = next((row for row in self.rows if fold and row.fold == fold and row.state == "pending"), None)
        if waiting:
            waiting.due = waiting.due if waiting.maybe else min(waiting.due, due)  # looked for too early, it is twice
            waiting.urgent = waiting.urgent or urgent
            return
        self.rows.append(Row(id=new, lane=lane, urgent=urgent, fold=fold, created=self.now, due=due))

    @rule(n=st.integers(1, 2))
    def answer(self, n: int) -> None:
        """An answer to one of the families."""
        reply = self.do(lambda r: sent(r, self.talks[n - 1], n))
        kept = self.look(lambda r: r.delivery_of(what="reply", subject=reply.id))
        lane = self.reply_lanes[f"reply {n}"]
        self.rows.append(Row(id=kept, lane=lane, urgent=False, fold=None, created=NOW, due=NOW))

    @rule(lane=st.sampled_from(ALL), by=st.sampled_from(WORKERS))
    def claim(self, lane: str, by: str) -> None:
        """A worker asks for work; it gets what the model says, or nothing."""
        lane = self.reply_lanes.get(lane, lane)
        expected = self._next(lane)
        got = self.act(lambda r, now: r.claim(lane, now=now, by=by))
        assert (got.id if got else None) == (expected.id if expected else None)
        if got is None or expected is None:
            return
        expected.maybe = expected.maybe or expected.state == "sending"
        expected.state, expected.by, expected.token = "sending", by, got.token
        expected.attempts += 1
        expected.lease, expected.marked = self.now + LEASE, False
        assert (got.attempts, got.maybe_sent, got.urgent) == (expected.attempts, expected.maybe, expected.urgent)
        self.claims.append(got)

    def _next(self, lane: str) -> Row | None:
        if self.stopped and lane.startswith("reply:"):
            return None
        here = [row for row in self.rows if row.lane == lane and row.state in ("pending", "sending", "unclear")]
        flying = [row for row in here if row.state == "sending"]
        if flying:
            return flying[0] if flying[0].lease <= self.now and (here[0] is flying[0] or not here[0].reply) else None
        if lane.startswith("reply:"):
            return here[0] if here and here[0].state == "pending" and here[0].due <= self.now else None
        due = [row for row in here if row.state == "pending" and row.due <= self.now]
        return next((row for row in due if row.urgent), due[0] if due else None)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def mark(self, data: st.DataObject) -> None:
        """Whoever holds it writes down that it leaves; whoever held it once cannot."""
        self._marked(data.draw(st.sampled_from(self.claims[-4:])))

    def _marked(self, claim: Claim) -> None:
        row = self._held(claim)
        assert self.act(lambda r, now: r.mark_sending(claim, now=now)) is (row is not None)
        if row:
            row.maybe, row.marked, row.lease = True, True, self.now + LEASE

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), ending=st.sampled_from(ENDINGS), counted=st.booleans())
    def settle(self, data: st.DataObject, ending: str, counted: bool) -> None:
        """Whoever holds it settles it, once; a claim that is over settles nothing."""
        self._settled(data.draw(st.sampled_from(self.claims[-4:])), ending, counted)

    def _settled(self, claim: Claim, ending: str, counted: bool) -> None:
        again = ending.startswith("again")
        state = State.PENDING if again else State(ending)
        at = self.now + timedelta(seconds=30)
        outcome = Outcome(
            state=state,
            again_at=at if again else None,
            maybe_sent=ending.endswith("maybe"),
            counted=counted,
            code=ending,
        )
        row = self._held(claim)
        assert self.act(lambda r, now: r.settle(claim, outcome, now=now)) is (row is not None)
        if row is None:
            return
        if again:
            self._absorb(row)
        row.state, row.token, row.by, row.due, row.code = state.value, "", "", at if again else self.now, ending
        row.maybe = claim.maybe_sent or ending.endswith("maybe")  # this try is over; an earlier one may have arrived
        row.attempts -= 0 if counted else 1
        if state is State.DELIVERED and not row.reply and self.now - row.created > QUIET:
            for other in self.rows:
                if other.lane == row.lane and other.urgent and other.state == "pending" and other.code:
                    other.due = min(other.due, self.now)

    @rule(lane=st.sampled_from(ALL), by=st.sampled_from(WORKERS), ending=st.sampled_from(ENDINGS))
    def work(self, lane: str, by: str, ending: str) -> None:
        """Claimed, marked and settled, as nearly always."""
        known = len(self.claims)
        self.claim(lane, by)
        if len(self.claims) > known:
            self._marked(self.claims[-1])
            self._settled(self.claims[-1], ending, counted=True)

    @rule(lane=st.sampled_from(LANES), by=st.sampled_from(WORKERS), stops=st.booleans())
    def changes_while_it_is_drawn(self, lane: str, by: str, stops: bool) -> None:
        """A redraw is in flight, the next one comes, and the first must be tried again."""
        self.post(lane, True, "a", 0)
        known = len(self.claims)
        self.claim(lane, by)
        self.post(lane, True, "a", 0)
        if len(self.claims) == known:
            return
        if stops:
            self.stop(by)
        else:
            self._settled(self.claims[-1], "again", counted=True)

    @rule(lane=st.sampled_from(LONE), by=st.sampled_from(WORKERS))
    def dies_with_it(self, lane: str, by: str) -> None:
        """A worker is gone with all that its lane had: the tick is told when the lease is over."""
        self.post(lane, urgent=False, fold=None, wait=0)
        self.claim(lane, by)
        self.time_passes(61)

    @rule(by=st.sampled_from(WORKERS))
    def stop(self, by: str) -> None:
        """A worker ends in peace: what it has not sent goes back, and the try does not count."""
        mine = [row for row in self.rows if row.state == "sending" and row.by == by and not row.marked]
        assert self.act(lambda r, now: r.release(by=by, now=now)) == len(mine)
        for row in mine:
            self._absorb(row)
            row.state, row.token, row.by = "pending", "", ""
            row.attempts -= 1
            row.maybe = row.maybe or not row.reply

    @rule(data=st.data(), again=st.booleans())
    def judge(self, data: st.DataObject, again: bool) -> None:
        """A person has something tried again, or says that it arrived: neither while it is in flight."""
        row = data.draw(st.sampled_from(self.rows))
        fits = row.state in (("failed", "unclear") if again else ("pending", "failed", "unclear"))
        if again:
            assert self.act(lambda r, now: r.redeliver(row.id, now=now, maybe_sent=False)) is fits
        else:
            assert self.act(lambda r, now: r.drop(row.id, state=State.DELIVERED, code="seen", now=now)) is fits
        if fits and again:
            self._absorb(row)
            row.state, row.due, row.maybe, row.code = "pending", self.now, False, ""
        elif fits:
            row.state, row.code = "delivered", "seen"

    @rule(stops=st.booleans())
    def portal_stops(self, stops: bool) -> None:
        """Its answers wait, and nothing else does."""
        changed = self.act(lambda r, now: r.stop_portal("main", now=now) if stops else r.start_portal("main"))
        assert changed is (stops is not self.stopped)
        self.stopped = stops

    @rule(n=st.integers(1, 2), by=st.sampled_from(WORKERS))
    def is_asked_while_it_stands(self, n: int, by: str) -> None:
        """A worker asks for answers to a portal that has just stopped."""
        self.answer(n)
        self.portal_stops(stops=True)
        self.claim(f"reply {n}", by)

    @rule(seconds=st.sampled_from([1, 6, 31, 61, -30]))
    def time_passes(self, seconds: int) -> None:
        """A lease may run out; a clock may step back."""
        self.turn(seconds)

    @invariant()
    def is_stored_as_the_model_says(self) -> None:
        """States, tries and doubts; what was folded in is dropped and nothing else."""
        stored = [tuple(row) for row in self.look(lambda r: r.rows(ROWS))]
        told = [(row.id, row.state, row.attempts, row.maybe) for row in self.rows]
        assert [(i, s, a, bool(m)) for i, s, a, m in stored] == told

    @invariant()
    def somebody_is_woken(self) -> None:
        """Every lane in which something can be claimed is told to the tick, and none that holds nothing."""
        told = dict(self.act(lambda r, now: r.lanes(now=now)))
        for lane in (*LANES, *LONE, *self.reply_lanes.values()):
            if self._next(lane):
                assert told[lane] <= self.now
            elif lane in told and told[lane] <= self.now:
                assert [row for row in self.rows if row.lane == lane and row.state in ("pending", "sending")]

    def breaks_no_rule(self) -> None:
        """The rows here hang on nothing: what they say is judged by the model alone."""

    def _held(self, claim: Claim) -> Row | None:
        return next((row for row in self.rows if row.token == claim.token and row.state == "sending"), None)

    def _absorb(self, row: Row) -> None:
        for other in self.rows:
            if row.fold and other.fold == row.fold and other.state == "pending":
                other.state = "dropped"
                row.lane, row.urgent = other.lane, row.urgent or other.urgent


TestOutbox = Outbox.TestCase
TestOutbox.settings = CALM
