"""The outbox: order, leases, fences, doubt."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.domain.delivery import CALL_LIMIT, LEASE, REDRAW_LANE, Outcome, State, What, reply_lane
from bot.domain.store import Store
from tests.storage.desk import LANE, Desk, now
from tests.storage.family import MINUTE, sent, taken_in


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


async def test_an_earlier_answer_that_is_tried_again_waits_for_the_one_in_flight(desk: Desk):
    """Retry on a failed answer while a later one is on its way: that one is taken over first if its worker died."""
    lane = reply_lane(desk.of.id)
    replies = [await desk.store.run(sent, of=desk.of) for _ in range(2)]
    failed = await desk.claim(lane)
    await desk.settle(failed, Outcome(state=State.FAILED, code="rejected"))
    flying = await desk.claim(lane)
    assert flying.subject == replies[1].id
    assert await desk.store.run(lambda r: r.redeliver(failed.id, now=now(), maybe_sent=False))
    assert await desk.claim(lane) is None, "in flight"
    await desk.lapse(flying)
    taken_over = await desk.claim(lane)
    assert (taken_over.id, taken_over.attempts, taken_over.maybe_sent) == (flying.id, 2, True)
    assert not await desk.settle(flying)
    assert await desk.settle(taken_over)
    assert (await desk.claim(lane)).subject == replies[0].id


async def test_what_failed_is_listed_first_however_many_cards_are_open(desk: Desk):
    """Every open card has a redraw for later: none of them is listed or counted, and none pushes out what is wrong."""
    failed = await desk.add(desk.of)
    await desk.settle(await desk.claim(), Outcome(state=State.FAILED, code="too_long"))
    reply = await desk.store.run(sent, of=desk.of)
    answer = await desk.claim(reply_lane(desk.of.id))
    assert answer.subject == reply.id
    await desk.settle(answer, Outcome(state=State.UNCLEAR))
    waits = await desk.add(desk.of)
    for n in range(3):
        await desk.add(desk.of, lane="slack:redraw", fold=f"later:{n}", not_before=now() + 60 * MINUTE)

    async def listed(limit):
        rows, total = await desk.store.read(lambda r: r.undelivered(now=now(), limit=limit))
        return [row["id"] for row in rows], total

    assert await listed(3) == ([failed, answer.id, waits], 3)
    assert await listed(1) == ([failed], 3)


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


async def test_what_a_former_life_had_in_hand_is_free_where_nobody_else_lives(url, desk: Desk):
    """A redraw at once, a post when its call must be over; never an answer, nor what another replica may be at."""
    for lane in (REDRAW_LANE, LANE, reply_lane(desk.of.id)):
        await desk.add(desk.of, lane=lane)
        assert await desk.claim(lane)
    begun, alone = now(), url.startswith("sqlite")
    freed = await desk.store.run(lambda r: r.inherit(by="next life", now=begun))
    assert freed == (2 if alone else 0)
    assert await desk.store.run(lambda r: r.inherit(by=desk.name, now=begun)) == 0  # its own claims stay
    over = begun + CALL_LIMIT
    assert (await desk.claim(LANE, at=over - MINUTE / 60)) is None
    found = [await desk.claim(lane, at=over) for lane in (REDRAW_LANE, LANE, reply_lane(desk.of.id))]
    assert [claim is not None for claim in found] == [alone, alone, False]
    assert all(claim.maybe_sent for claim in found if claim)


async def test_a_redraw_that_died_as_a_post_waits_like_one(url, desk: Desk):
    """The card had to be posted anew, and that was written down: made again at once, it could stand there twice."""
    await desk.add(desk.of, lane=REDRAW_LANE)
    assert await desk.mark(await desk.claim(REDRAW_LANE))
    begun = now()
    await desk.store.run(lambda r: r.inherit(by="next life", now=begun))
    assert await desk.claim(REDRAW_LANE, at=begun + CALL_LIMIT - MINUTE / 60) is None
    assert (await desk.claim(REDRAW_LANE, at=begun + CALL_LIMIT) is not None) == url.startswith("sqlite")


async def test_the_lane_of_a_post_that_died_goes_on_meanwhile(url, desk: Desk):
    """Nobody lives who could hold it: what stands behind it is posted at once; on PostgreSQL that may be somebody."""
    died, behind = [await desk.add(desk.of) for _ in range(2)]
    assert (await desk.claim()).id == died
    begun, alone = now(), url.startswith("sqlite")
    await desk.store.run(lambda r: r.inherit(by="next life", now=begun))
    claim = await desk.claim(at=begun)
    assert (claim and claim.id) == (behind if alone else None)
    if alone:
        await desk.settle(claim)
        again = await desk.claim(at=begun + CALL_LIMIT)
        assert (again.id, again.maybe_sent, again.attempts) == (died, True, 2)


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
