"""Carries answers to the portal, and asks it about those in doubt."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot import log
from bot.domain import carry, doubt
from bot.domain.delivery import LEASE_OVER, Claim, Outcome, State, What
from bot.domain.reply import Reply
from bot.domain.send import may_reach
from bot.domain.store import Records, Store
from bot.failpoint import failpoint
from bot.jobs.outbox import still_ours
from bot.portals.base import Arrival, Portal, ThreadAfter
from bot.portals.decision import decision_of

logger = logging.getLogger("portaldesk.replies")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyJob:
    """An answer on its way, and the portal it goes to."""

    reply: Reply
    portal: str


def reply_job(records: Records, *, claim: Claim) -> ReplyJob | None:
    """Read the answer that a claim carries."""
    reply = records.reply(claim.subject)
    conversation = records.conversation(reply.conversation_id) if reply else None
    return ReplyJob(reply=reply, portal=conversation.portal) if reply and conversation else None


class ReplyCarrier:
    """Sends answers, and looks up doubtful ones: what a portal can do about repeats decides (CONTRACT section 5)."""

    def __init__(
        self,
        store: Store,
        portals: Mapping[str, Portal],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._portals = portals
        self._clock = clock

    async def carry(self, claim: Claim) -> None:
        """Send it or look it up, and settle it."""
        job = await self._store.read(reply_job, claim=claim)
        portal = self._portals.get(job.portal) if job else None
        if job is None or portal is None:
            outcome = Outcome(
                state=State.FAILED, code="no_portal", words="this portal is not set up any more; ask your admin"
            )
        elif claim.what is What.LOOK_UP:
            await self._look_up(claim, job, portal)
            return
        else:
            outcome = await self._send(claim, job.reply, portal)
        failpoint("reply.before_settle")
        await self._store.run(carry.settle_reply, claim=claim, outcome=outcome, now=self._clock())
        log.event(
            logger,
            "reply.tried",
            reply=claim.subject,
            state=outcome.state.value,
            code=outcome.code,
            attempts=claim.attempts,
        )

    async def _send(self, claim: Claim, reply: Reply, portal: Portal) -> Outcome:
        now = self._clock()
        ours = still_ours(claim, now=now)
        marked = await self._store.run(mark, claim=claim, reply=reply, now=now) if ours else False
        if marked is None:
            return Outcome(
                state=State.FAILED,
                code="confidential_since",
                words="the conversation became confidential after this was written, so it was not given to the portal",
            )
        if not marked:
            return Outcome(
                state=State.PENDING, again_at=now, maybe_sent=claim.maybe_sent, counted=False, code=LEASE_OVER
            )
        after: ThreadAfter = "closed" if reply.done_after else "open"
        decision = decision_of(reply.decision)
        if not reply.text and decision is not None:
            return await portal.send_decision(
                reply, after, decision, attempts=claim.attempts, maybe_sent=claim.maybe_sent
            )
        return await portal.send_reply(reply, after, decision, attempts=claim.attempts, maybe_sent=claim.maybe_sent)

    async def _look_up(self, claim: Claim, job: ReplyJob, portal: Portal) -> None:
        failpoint("look_up.before_ask")
        asked = await portal.look_up(job.reply.id)
        failpoint("look_up.before_settle")
        await self._store.run(looked_up, claim=claim, arrival=asked.arrival, now=self._clock())


def looked_up(records: Records, *, claim: Claim, arrival: Arrival, now: datetime) -> bool:
    """A person asked the portal about an unclear answer: settle what it said."""
    if not records.settle(claim, Outcome(state=State.DELIVERED, code=arrival.value), now=now):
        return False
    reply = records.reply(claim.subject)
    conversation = records.conversation(reply.conversation_id) if reply else None
    if reply is None or conversation is None or reply.state is not State.UNCLEAR:
        return True
    if arrival is Arrival.FOUND:
        doubt.found(records, conversation, reply, now=now)
    else:
        doubt.not_found(records, conversation, reply, known=arrival is Arrival.NOT_FOUND, now=now)
    return True


def mark(records: Records, *, claim: Claim, reply: Reply, now: datetime) -> bool | None:
    """From here on it may have left; False when another worker has it.

    None when it must not leave any more (SAFETY I13): what became confidential since may not reach its account.
    """
    records.conversation(reply.conversation_id)  # its lock: nobody makes it confidential between here and the mark
    picture = records.picture(reply.conversation_id)
    if picture is None or not may_reach(picture, reply.to):
        return None
    return records.mark_sending(claim, now=now)
