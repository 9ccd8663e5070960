"""The outbox: order, leases, fences, folds, and portals that stand still."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.delivery import LEASE, Delivery, Outcome, State, What, reply_lane
from bot.domain.store import Store
from tests.storage.family import MINUTE, card, sent, taken_in

LANE = "slack:dep:Nursing"
DELIVERED = Outcome(state=State.DELIVERED, ref="canary reference", words="canary reason")


def now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """One worker's view of the outbox, with acts by their names."""

    def __init__(self, store: Store, name: str = "one") -> None:
        self.store = store
        self.name = name

    async def add(self, of, lane=LANE, **more):
        def act(records):
            delivery = card(records, of, lane=lane, **more)
            records.add_delivery(delivery, now=now())
            return delivery.id

        return await self.store.run(act)

    async def claim(self, lane=LANE, at=None):
        return await self.store.run(lambda r: r.claim(lane, now=at or now(), by=self.name))

    async def mark(self, claim):
        return await self.store.run(lambda r: r.mark_sending(claim, now=now()))

    async def settle(self, claim, outcome=DELIVERED):
        return await self.store.run(lambda r: r.settle(claim, outcome, now=now()))

    async def lanes(self, at=None):
        return dict(await self.store.read(lambda r: r.lanes(now=at or now())))

    async def listed(self, *states):
        return await self.store.read(lambda r: r.deliveries(states=states or list(State), limit=100))

    async def lapse(self, claim):
        """The lease runs out: its end is moved, since PostgreSQL goes by its own clock."""
        from storage.sql import Sql

        past = Sql("UPDATE deliveries SET lease_until = 1 WHERE id = :id")
        await self.store.run(lambda r: r.run(past, id=claim.id))


@pytest.fixture
async def desk(store: Store) -> Desk:
    desk = Desk(store)
    desk.of = await store.run(taken_in)
    first = await desk.claim()
    await desk.settle(first)
    return desk


async def test_a_claim_counts_the_attempt_before_the_work(desk: Desk):
    """A delivery that kills the process is seen to have been tried."""
    made = await desk.add(desk.of)
    claim = await desk.claim()
    assert (claim.id, claim.attempts, claim.maybe_sent, claim.lane, claim.what) == (made, 1, False, LANE, What.CARD)
    assert (claim.subject, claim.conversation_id, claim.slot) == (desk.of.id, desk.of.id, "department")
    assert claim.first_sent_at is None
    assert abs(claim.lease_until - now() - LEASE) < timedelta(seconds=20)
    assert await desk.claim() is None
    assert await desk.mark(claim)
    assert await desk.settle(claim)
    assert await desk.claim() is None


async def test_a_slack_lane_goes_by_urgency_then_age(desk: Desk):
    """And one whose time has not come holds nobody back."""
    late = await desk.add(desk.of, not_before=now() + MINUTE)
    first, second = await desk.add(desk.of), await desk.add(desk.of)
    urgent = await desk.add(desk.of, urgent=True)
    order = []
    while claim := await desk.claim():
        order.append(claim.id)
        await desk.settle(claim)
    assert order == [urgent, first, second]
    assert (await desk.claim(at=now() + 2 * MINUTE)).id == late


async def test_a_reply_lane_goes_strictly_by_age(desk: Desk):
    """An earlier one that waits, flies or is unclear holds the later ones back; a failed one does not."""
    lane = reply_lane(desk.of.id)
    replies = [await desk.store.run(sent, of=desk.of) for _ in range(3)]
    claim = await desk.claim(lane)
    assert claim.subject == replies[0].id
    assert await desk.claim(lane) is None, "in flight"
    await desk.settle(claim, Outcome(state=State.PENDING, again_at=now() + MINUTE))
    assert await desk.claim(lane) is None, "waits for its time"
    assert lane not in {k for k, at in (await desk.lanes()).items() if at <= now()}
    claim = await desk.claim(lane, at=now() + 2 * MINUTE)
    assert (claim.subject, claim.attempts) == (replies[0].id, 2)
    await desk.settle(claim, Outcome(state=State.UNCLEAR))
    assert await desk.claim(lane) is None, "unclear"
    assert lane not in await desk.lanes()
    assert await desk.store.run(lambda r: r.drop(claim.id, state=State.DELIVERED, code="seen", now=now()))
    claim = await desk.claim(lane)
    assert claim.subject == replies[1].id
    await desk.settle(claim, Outcome(state=State.FAILED, code="rejected"))
    assert (await desk.claim(lane)).subject == replies[2].id


async def test_only_the_token_of_the_claim_settles(desk: Desk):
    """Whoever lost the claim writes nothing: neither mark nor outcome."""
    await desk.add(desk.of)
    old = await desk.claim()
    await desk.lapse(old)
    new = await Desk(desk.store, "two").claim()
    assert (new.id, new.attempts, new.maybe_sent) == (old.id, 2, True)
    assert not await desk.mark(old)
    assert not await desk.settle(old)
    assert not await desk.settle(old, Outcome(state=State.PENDING, again_at=now()))
    assert await desk.mark(new)
    assert await desk.settle(new)
    assert not await desk.settle(new), "settled already"
    row = (await desk.listed(State.DELIVERED))[0]
    assert row["attempts"] == 2


async def test_a_fenced_retry_leaves_the_fold_alone(desk: Desk):
    """A worker that lost its claim must not take a newer redraw out of the outbox."""
    await desk.add(desk.of, fold="card:1")
    old = await desk.claim()
    await desk.lapse(old)
    new = await desk.claim()
    waiting = await desk.add(desk.of, fold="card:1")
    assert not await desk.settle(old, Outcome(state=State.PENDING, again_at=now()))
    assert [row["id"] for row in await desk.listed(State.PENDING)] == [waiting]
    assert await desk.settle(new)


async def test_doubt_stays_until_a_person_ends_it(desk: Desk):
    """A later try that surely did not arrive says nothing about an earlier one that may have."""
    await desk.add(desk.of)
    claim = await desk.claim()
    await desk.mark(claim)
    await desk.settle(claim, Outcome(state=State.PENDING, maybe_sent=True))
    claim = await desk.claim()
    assert claim.maybe_sent
    first_sent = claim.first_sent_at
    assert first_sent is not None
    await desk.mark(claim)
    await desk.settle(claim, Outcome(state=State.PENDING))
    claim = await desk.claim()
    assert (claim.maybe_sent, claim.first_sent_at) == (True, first_sent)
    await desk.settle(claim, Outcome(state=State.FAILED))
    assert await desk.store.run(lambda r: r.redeliver(claim.id, now=now(), maybe_sent=False))
    assert not (await desk.claim()).maybe_sent


async def test_a_try_that_surely_did_not_arrive_leaves_no_doubt(desk: Desk):
    """Marking writes the doubt down; an outcome without doubt takes it away again."""
    await desk.add(desk.of)
    claim = await desk.claim()
    await desk.mark(claim)
    await desk.settle(claim, Outcome(state=State.PENDING))
    assert not (await desk.claim()).maybe_sent


async def test_a_limit_is_no_failure(desk: Desk):
    """A 429 does not count as an attempt."""
    await desk.add(desk.of)
    claim = await desk.claim()
    await desk.settle(claim, Outcome(state=State.PENDING, counted=False))
    assert (await desk.claim()).attempts == 1


async def test_redraws_that_wait_are_one(desk: Desk):
    """Folded: the earlier time counts, the greater urgency too, and a claimed one folds nothing in."""
    first = await desk.add(desk.of, fold="card:1", not_before=now() + MINUTE)
    await desk.add(desk.of, fold="card:1", urgent=True)
    await desk.add(desk.of, fold="card:1", not_before=now() + 2 * MINUTE)
    await desk.add(desk.of, fold="card:2")
    assert len(await desk.listed(State.PENDING)) == 2
    claim = await desk.claim()
    assert (claim.id, claim.urgent) == (first, True)
    second = await desk.add(desk.of, fold="card:1")
    assert {row["id"] for row in await desk.listed(State.PENDING)} >= {second}


async def test_a_retry_takes_in_the_redraw_that_came_meanwhile(desk: Desk):
    """One stays, the one that knows that it may have been sent."""
    first = await desk.add(desk.of, fold="card:1")
    claim = await desk.claim()
    await desk.mark(claim)
    second = await desk.add(desk.of, fold="card:1")
    assert await desk.settle(claim, Outcome(state=State.PENDING, maybe_sent=True))
    assert [row["id"] for row in await desk.listed(State.PENDING)] == [first]
    assert [(row["id"], row["code"]) for row in await desk.listed(State.DROPPED)] == [(second, "folded")]
    assert (await desk.claim()).maybe_sent


async def test_a_stopped_portal_holds_its_lanes(desk: Desk):
    """Nothing is dropped, and starting it wakes exactly what waited."""
    woken: list[frozenset[str]] = []
    desk.store.on_work(woken.append)
    lane = reply_lane(desk.of.id)
    await desk.store.run(sent, of=desk.of)
    assert woken == [frozenset({lane})]
    assert await desk.store.run(lambda r: r.stop_portal("main", now=desk.of.came_at)) is True
    assert await desk.store.run(lambda r: r.stop_portal("main", now=now())) is False
    assert await desk.store.read(lambda r: r.portal_stopped("main")) == desk.of.came_at
    assert await desk.claim(lane) is None
    assert lane not in await desk.lanes()
    assert await desk.store.run(lambda r: r.start_portal("main")) is True
    assert await desk.store.run(lambda r: r.start_portal("main")) is False
    assert woken[1:] == [frozenset({lane})]
    assert await desk.store.read(lambda r: r.portal_stopped("main")) is None
    assert await desk.claim(lane) is not None


async def test_lanes_tell_when_their_first_may_go(desk: Desk):
    """A lapsed lease counts as work, a valid one sets the time of what waits behind it."""
    lane = reply_lane(desk.of.id)
    soon = (now() + MINUTE).replace(microsecond=7)
    assert await desk.lanes() == {}
    await desk.store.run(sent, of=desk.of)
    await desk.add(desk.of, lane="slack:later", not_before=soon)
    await desk.add(desk.of, lane="slack:busy")
    await desk.add(desk.of, lane="slack:busy")
    busy = await desk.claim("slack:busy")
    found = await desk.lanes()
    assert set(found) == {lane, "slack:later", "slack:busy"}
    assert found["slack:later"] == soon
    assert timedelta() <= found["slack:busy"] - busy.lease_until < timedelta(seconds=10)
    assert found[lane] <= now()
    reply = await desk.claim(lane)
    assert lane not in await desk.lanes()
    for claim in (busy, reply):
        await desk.lapse(claim)
    found = await desk.lanes()
    assert found[lane] < now()
    assert found["slack:busy"] < now()


async def test_claims_that_were_not_sent_are_given_back(desk: Desk):
    """At a clean end: what was marked stays for whoever takes it over, the rest is free at once and not counted."""
    await desk.add(desk.of, lane="slack:a", fold="f")
    await desk.add(desk.of, lane="slack:b")
    await desk.add(desk.of, lane="slack:c")
    await desk.claim("slack:a")
    marked = await desk.claim("slack:b")
    await desk.mark(marked)
    await Desk(desk.store, "two").claim("slack:c")
    newer = await desk.add(desk.of, lane="slack:a", fold="f")
    assert await desk.store.run(lambda r: r.release(by="one", now=now())) == 1
    again = await desk.claim("slack:a")
    assert (again.attempts, again.maybe_sent) == (1, False)
    assert again.id != newer
    assert await desk.claim("slack:b") is None
    assert await desk.settle(marked)


async def test_people_take_deliveries_out_and_try_them_again(desk: Desk):
    """Only in the states where that means something; each wakes its lane."""
    woken: list[frozenset[str]] = []
    made = await desk.add(desk.of)
    desk.store.on_work(woken.append)

    async def redeliver():
        return await desk.store.run(lambda r: r.redeliver(made, now=now(), maybe_sent=True))

    async def drop():
        return await desk.store.run(lambda r: r.drop(made, state=State.DROPPED, code="why", now=now()))

    assert not await redeliver()
    claim = await desk.claim()
    assert not await drop()
    await desk.settle(claim, Outcome(state=State.FAILED, code="rejected"))
    assert await redeliver()
    claim = await desk.claim()
    assert (claim.attempts, claim.maybe_sent) == (2, True)
    await desk.settle(claim, Outcome(state=State.UNCLEAR))
    assert await drop()
    assert not await drop()
    assert not await desk.store.run(lambda r: r.drop("d_none", state=State.DROPPED, code="", now=now()))
    assert woken == [frozenset({LANE}), frozenset({LANE})]
    [row] = [row for row in await desk.listed() if row["id"] == made]
    assert (row["state"], row["code"], row["what"], row["lane"]) == ("dropped", "why", "card", LANE)
    assert (row["number"], row["attempts"]) == (desk.of.number, 2)
    assert await desk.store.read(lambda r: r.delivery_of(what=What.CARD, subject=desk.of.id)) == made
    assert await desk.store.read(lambda r: r.delivery_of(what=What.REPLY, subject=desk.of.id)) is None


async def test_nothing_in_the_outbox_needs_a_conversation(desk: Desk):
    """An alarm or an unreadable event belongs to none."""

    def act(records):
        records.add_delivery(
            Delivery(id=records.new_id("d"), what=What.NOTICE, lane="slack:dm:U0", subject="a_1"), now=now()
        )

    await desk.store.run(act)
    assert (await desk.claim("slack:dm:U0")).conversation_id is None


async def test_one_lane_has_one_in_flight_whoever_asks(url, opened, store: Store):
    """Twelve askers on two stores: every delivery is claimed once, and never two of a lane at a time."""
    of = await store.run(taken_in)
    both = [Desk(store, "one"), Desk(opened(url), "two")]
    made = {await both[0].add(of) for _ in range(30)}
    flying, claimed = set(), []

    async def work(desk):
        for _ in range(200):
            if claim := await desk.claim():
                assert not flying, "two in flight"
                flying.add(claim.id)
                claimed.append(claim.id)
                await desk.mark(claim)
                flying.discard(claim.id)
                assert await desk.settle(claim)
            elif not await desk.lanes():
                return
            await asyncio.sleep(0)

    await asyncio.gather(*(work(both[n % 2]) for n in range(12)))
    assert len(claimed) == len(set(claimed)) == len(made) + 1
