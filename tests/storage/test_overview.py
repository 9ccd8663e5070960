"""What Home asks about all conversations at once."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.conversation import Status
from bot.domain.delivery import State
from bot.domain.message import Kind
from bot.domain.store import Store
from tests.storage.family import MINUTE, NOW, answer, taken_in


async def test_what_was_decided_is_not_waiting(store: Store):
    """Open refills without a decision; neither other kinds nor closed ones."""
    refill = await store.run(taken_in, n=1)
    await store.run(taken_in, n=2, kind=Kind.GENERAL)
    closed = await store.run(taken_in, n=3)
    await store.run(lambda r: r.save_conversation(replace(closed, status=Status.DONE)))
    assert await store.read(lambda r: r.undecided()) == {refill.id}


async def test_trouble_is_what_the_family_did_not_get(store: Store):
    """Failed or unclear, of open conversations; an answer that was written later and arrived heals a failure only."""
    talks = [await store.run(taken_in, n=n) for n in range(1, 5)]

    def add(records, talk, state, written_at, **more):
        reply = answer(records, talk, written_at=written_at)
        records.add_reply(reply)
        records.save_reply(replace(reply, state=state, **more))

    failed, healed, unclear, closed = talks
    for talk in (failed, healed, closed):
        await store.run(add, talk=talk, state=State.FAILED, written_at=NOW, last_tried_at=NOW + MINUTE)
    await store.run(add, talk=failed, state=State.DELIVERED, written_at=NOW + MINUTE)
    await store.run(add, talk=healed, state=State.DELIVERED, written_at=NOW + 2 * MINUTE)
    await store.run(add, talk=unclear, state=State.UNCLEAR, written_at=NOW)
    await store.run(add, talk=unclear, state=State.DELIVERED, written_at=NOW + 2 * MINUTE)
    await store.run(lambda r: r.save_conversation(replace(closed, status=Status.DONE)))
    assert await store.read(lambda r: r.in_trouble()) == {failed.id, unclear.id}


async def test_answered_counts_families_per_department(store: Store):
    """Each conversation once, since then, when the portal took the answer and nothing is open any more."""
    talks = [await store.run(taken_in, n=n) for n in range(1, 6)]

    def add(records, talk, state=State.DELIVERED, written_at=NOW, status=Status.ANSWERED):
        reply = answer(records, talk, written_at=written_at)
        records.add_reply(reply)
        records.save_reply(replace(reply, state=state))
        records.save_conversation(replace(talk, status=status))

    for _ in range(2):
        await store.run(add, talk=talks[0])
    await store.run(add, talk=talks[1], written_at=NOW - MINUTE)
    await store.run(add, talk=talks[2], state=State.PENDING)
    await store.run(add, talk=talks[3], status=Status.OPEN)
    await store.run(add, talk=replace(talks[4], department="Elsewhere"))
    department = talks[0].department
    assert await store.read(lambda r: r.answered(since=NOW)) == {department: 1, "Elsewhere": 1}
    assert await store.read(lambda r: r.answered(since=NOW - MINUTE)) == {department: 2, "Elsewhere": 1}


async def test_when_the_newest_message_came(store: Store):
    """None before the first; then its time, to the microsecond."""
    assert await store.read(lambda r: r.last_came()) is None
    await store.run(taken_in, n=1)
    assert await store.read(lambda r: r.last_came()) == NOW


async def test_doubts_behind_one_of_them(store: Store):
    """The longest due first, of one time by id; behind the one that is named, which may be settled by now."""

    def add(records, n, minutes):
        talk = taken_in(records, n=n)
        reply = answer(records, talk, state=State.UNCLEAR, owner="U0ALICE", decide_by=NOW + minutes * MINUTE)
        records.add_reply(reply)
        return reply.id

    ids = [await store.run(add, n=n, minutes=minutes) for n, minutes in ((1, 1), (2, 1), (3, 2))]

    async def behind(after):
        found = await store.read(lambda r: r.doubts_over(before=NOW + 9 * MINUTE, limit=9, after=after))
        return [reply.id for reply in found]

    assert await behind(None) == ids
    assert await behind((NOW + MINUTE, ids[0])) == ids[1:]
    assert await behind((NOW + MINUTE, ids[1])) == ids[2:]
    assert await behind((NOW + 2 * MINUTE, ids[2])) == []
