"""Lanes: folds, portals that stand still, what people and a clean end change."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.domain.delivery import Delivery, Outcome, State, What, redraw_lane, reply_lane
from bot.domain.store import Store
from tests.storage.desk import DELIVERED, LANE, Desk, now
from tests.storage.family import MINUTE, card, sent, taken_in


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


async def test_what_waits_is_in_the_lane_that_was_asked_for_last(desk: Desk):
    """Its conversation was moved, or a former version had another lane for it: it waits behind no other place's posts."""
    other, woken = "slack:dep:Refills", list[frozenset[str]]()
    first = await desk.add(desk.of, fold="card:1")
    desk.store.on_work(woken.append)
    await desk.add(desk.of, lane=other, fold="card:1")
    assert woken == [frozenset({other})]
    assert await desk.claim() is None
    assert (await desk.claim(other)).id == first


async def test_a_post_that_may_stand_there_is_not_hastened_by_a_redraw(desk: Desk):
    """Looked for while its call may still arrive, it would be made twice; a redraw that arrives twice shows the same."""
    later = now() + MINUTE
    for lane in (LANE, redraw_lane("c")):
        await desk.add(desk.of, lane=lane, fold=lane)
        claim = await desk.claim(lane)
        await desk.settle(claim, Outcome(state=State.PENDING, again_at=later, maybe_sent=True))
        await desk.add(desk.of, lane=lane, fold=lane, urgent=True)
    assert await desk.claim() is None
    assert (await desk.claim(redraw_lane("c"))).maybe_sent
    claim = await desk.claim(at=later)
    assert (claim.maybe_sent, claim.urgent) == (True, True)


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


@pytest.mark.parametrize("how", ["settled", "given back", "inherited", "parked", "tried again"])
async def test_whoever_takes_in_a_twin_has_its_urgency_and_its_lane(url: str, desk: Desk, how: str):
    """However it becomes pending again: what became urgent, or moved, meanwhile does not lose that with the twin."""
    first, other = await desk.add(desk.of, fold="card:1"), "slack:dep:Refills"
    claim = await desk.claim()
    again = Outcome(state=State.PENDING, again_at=now())
    acts = {
        "settled": lambda r: r.settle(claim, again, now=now()),
        "given back": lambda r: r.release(by=desk.name, now=now()),
        "inherited": lambda r: r.inherit(by="another", now=now()),
        "parked": lambda r: r.park(now=now()),
        "tried again": lambda r: r.redeliver(claim.id, now=now(), maybe_sent=None),
    }
    if how == "inherited" and not url.startswith("sqlite"):
        return  # its former life may be another's present one
    if how == "tried again":
        await desk.settle(claim, Outcome(state=State.FAILED, code="gone"))
    second = await desk.add(desk.of, lane=other, fold="card:1", urgent=True)
    await desk.store.run(acts[how])
    assert [row["id"] for row in await desk.listed(State.DROPPED)] == [second]
    found = await desk.claim(other, at=now() + MINUTE)
    assert (found.id, found.urgent) == (first, True)


async def test_a_stopped_portal_holds_its_lanes(desk: Desk):
    """Nothing is dropped, and starting it wakes exactly what waited."""
    woken: list[frozenset[str]] = []
    desk.store.on_work(woken.append)
    lane = reply_lane(desk.of.id)
    await desk.store.run(sent, of=desk.of)
    assert woken == [frozenset({lane})]
    assert await desk.store.run(lambda r: r.stop_portal("main", now=desk.of.came_at)) is True
    assert await desk.store.run(lambda r: r.stop_portal("main", now=now())) is False
    assert (await desk.store.read(lambda r: r.picture(desk.of.id))).stopped == desk.of.came_at
    assert await desk.claim(lane) is None
    assert lane not in await desk.lanes()
    assert await desk.store.run(lambda r: r.start_portal("main")) is True
    assert await desk.store.run(lambda r: r.start_portal("main")) is False
    assert woken[1:] == [frozenset({lane})]
    assert (await desk.store.read(lambda r: r.picture(desk.of.id))).stopped is None
    assert await desk.claim(lane) is not None


async def test_lanes_tell_when_their_first_may_go(desk: Desk):
    """A lapsed lease counts as work, a valid one sets the time of what waits behind it."""
    lane = reply_lane(desk.of.id)
    soon = (now() + MINUTE).replace(microsecond=7)
    assert await desk.lanes() == {}
    await desk.store.run(sent, of=desk.of)
    await desk.add(desk.of, lane="slack:later", not_before=soon)
    await desk.add(desk.of, lane="look_up:c_1")
    await desk.add(desk.of, lane="slack:busy")
    await desk.add(desk.of, lane="slack:busy")
    busy = await desk.claim("slack:busy")
    found = await desk.lanes()
    assert set(found) == {lane, "look_up:c_1", "slack:later", "slack:busy"}
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


async def test_what_is_urgent_does_not_wait_for_its_next_try_when_the_channel_takes_posts_again(desk: Desk):
    """After an outage the first post that goes brings it forward; what was never tried, or is not urgent, stays put."""
    ahead = Outcome(state=State.PENDING, again_at=now() + MINUTE, code="http_500")
    urgent = await desk.add(desk.of, urgent=True)
    await desk.settle(await desk.claim(), ahead)
    calm = await desk.add(desk.of)
    await desk.settle(await desk.claim(), ahead)
    later = await desk.add(desk.of, urgent=True, not_before=now() + MINUTE)
    elsewhere = await desk.add(desk.of, lane="slack:dep:Refills", urgent=True)
    await desk.settle(await desk.claim("slack:dep:Refills"), ahead)
    await desk.add(desk.of)
    first = await desk.claim()
    assert await desk.store.run(lambda r: r.settle(first, DELIVERED, now=first.created_at + MINUTE / 2))
    at = first.created_at + MINUTE / 2
    assert (await desk.claim(at=at)).id == urgent
    assert {row["id"] for row in await desk.listed(State.PENDING)} == {calm, later, elsewhere}
    assert await desk.claim("slack:dep:Refills", at=at) is None


async def test_claims_that_were_not_sent_are_given_back(desk: Desk):
    """At a clean end: what was marked stays for whoever takes it over, the rest is free at once and not counted.

    A post that was cut off in the middle may have been made, so it is looked for; an answer was surely not marked.
    """
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
    assert (again.attempts, again.maybe_sent) == (1, True)
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


@pytest.mark.postgres
async def test_a_range_is_asked_only_of_what_is_ordered_by_bytes(postgres_url: str):
    """`reply:c_1` lies between `reply:` and `reply;` by its bytes, and not as people sort, like most databases."""
    asked = {
        match[1]
        for path in Path("storage").rglob("*.py")
        for match in re.finditer(r"([\w.]+) >= '[^']*'", path.read_text(encoding="utf-8"))
    }
    assert {column.split(".")[-1] for column in asked} == {"lane"}
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute(
            "SELECT table_name, collation_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'lane' AND table_name = 'deliveries'"
        ).fetchall()
    assert found == [("deliveries", "C")]


async def test_what_a_post_costs_does_not_grow_with_what_waits(sqlite_url: str, opened: Callable[[str], Store]):
    """In steps of SQLite's own machine: the tick's look, and a post that goes after an outage, before 20 and 2,000."""
    store = opened(sqlite_url)
    desk = Desk(store)
    of = await store.run(taken_in)

    def waits(records: Any, many: int) -> None:
        for _ in range(many):
            records.add_delivery(card(records, of), now=now() - 60 * MINUTE)

    def steps(records: Any, name: str, *what: object, **more: object) -> tuple[int, Any]:
        taken = itertools.count()
        driver = records._cursor.connection
        driver.set_progress_handler(lambda: next(taken) < 0, 10)
        try:
            made = getattr(records, name)(*what, **more)
            return next(taken), made
        finally:
            driver.set_progress_handler(None, 10)

    costs = []
    for many in (20, 2_000):
        await store.run(waits, many=many)
        look, lanes = await store.run(lambda r: steps(r, "lanes", now=now()))
        assert [lane for lane, _ in lanes] == [LANE]
        ask, claim = await store.run(lambda r: steps(r, "claim", LANE, now=now(), by="one"))
        await desk.mark(claim)
        end, settled = await store.run(lambda r, claim: steps(r, "settle", claim, DELIVERED, now=now()), claim=claim)
        assert settled
        costs.append((look, ask, end))
    assert [more for less, more in zip(*costs, strict=True) if more > 2 * less + 20] == [], costs
