"""What becomes of an answer when a try ends: nobody's patience runs out because the portal asked us to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import carry, setup
from bot.domain.delivery import GIVE_UP, LEASE_OVER, Claim, Outcome, State, reply_lane
from bot.domain.reply import Reply
from bot.domain.store import Records, Store
from bot.portals.verdict import Attempt, Mode, unauthorized
from tests.domain.test_moves import PRACTICE
from tests.storage.family import MINUTE, NOW, sent, taken_in

LATE = NOW + GIVE_UP + 5 * MINUTE
WAIT = Outcome(state=State.PENDING, again_at=LATE + MINUTE, counted=False, code="http_429", words="asked us to wait")
AGAIN = Outcome(state=State.PENDING, again_at=LATE, counted=False, code=LEASE_OVER)


async def settled(store: Store, outcome: Outcome, **known: object) -> Reply:
    """The answer after a try of it that ended like this, a day after it was written; `known` came meanwhile."""
    await store.run(setup.apply_practice, document=PRACTICE, by="cli:test", now=NOW)
    talk = await store.run(taken_in)
    reply = await store.run(lambda r: sent(r, talk))
    claim = await store.run(lambda r: r.claim(reply_lane(talk.id), now=LATE - timedelta(seconds=1), by="one"))
    assert isinstance(claim, Claim)
    if known:
        await store.run(lambda r: r.save_reply(replace(reply, **known)))
    assert await store.run(carry.settle_reply, claim=claim, outcome=outcome, now=LATE)

    def states(records: Records) -> Reply | None:
        found = records.reply(reply.id)
        rows = records.deliveries(states=[found.state], limit=9) if found else ()
        assert claim.id in {row["id"] for row in rows}, "the answer and its delivery say the same"
        return found

    found = await store.run(states)
    assert found
    return found


@pytest.mark.parametrize("outcome", [
    unauthorized(Attempt(mode=Mode.IDEMPOTENT, now=LATE, attempts=9, chance=0.5)), WAIT, AGAIN,
], ids=lambda outcome: outcome.code)  # fmt: skip
async def test_who_is_asked_to_wait_does_not_give_up(one_process: Store, outcome: Outcome):
    """A refused signature over a weekend, a 429, a process that stood still: the answer is as old as before, and waits."""
    assert (await settled(one_process, outcome)).state is State.PENDING


async def test_a_failure_after_a_day_gives_up(one_process: Store):
    """The counterpart: a real failure then is the last."""
    assert (await settled(one_process, replace(WAIT, counted=True, code="http_503"))).state is State.FAILED


@pytest.mark.parametrize(("state", "code"), [(State.DELIVERED, ""), (State.FAILED, "portal_failed")])
async def test_what_the_portal_said_meanwhile_counts_also_when_nothing_was_tried(
    one_process: Store, state: State, code: str
):
    """Its own word came while the process that had the answer stood still: it is not sent anew."""
    assert (await settled(one_process, AGAIN, state=state, code=code)).state is state


async def test_when_it_was_delivered_stays_as_the_portal_said(one_process: Store):
    """A try that ended after the portal's own word, with the same key, does not make the answer arrive later."""
    arrived = Outcome(state=State.DELIVERED, code="delivered", ref="pm-1")
    known = await settled(one_process, arrived, state=State.DELIVERED, delivered_at=NOW)
    assert (known.delivered_at, known.portal_message_id) == (NOW, "pm-1")


async def test_an_answer_that_is_delivered_now_is_delivered_now(one_process: Store):
    """Also when it had once arrived, before the portal took that back and it was sent again."""
    arrived = Outcome(state=State.DELIVERED, code="delivered", ref="pm-1")
    assert (await settled(one_process, arrived, delivered_at=NOW)).delivered_at == LATE
