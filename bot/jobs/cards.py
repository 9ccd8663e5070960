"""Carries a conversation's card: posts it, redraws it, moves it to another channel, takes back one that is too many."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot import log
from bot.domain import carry, place
from bot.domain.alarm import Place
from bot.domain.delivery import QUIET, Claim, Outcome, State
from bot.domain.picture import Picture
from bot.domain.store import Records
from bot.domain.tell import person_of
from bot.failpoint import failpoint
from bot.jobs.slack import NO_CHANNEL, PLAIN_AFTER, Message, SlackDesk, key_of
from bot.slack.verdict import NOT_FOUND, OPEN, Called, Verdict

logger = logging.getLogger("portaldesk.slack")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardJob:
    """Everything that one card needs, read in one go. `channel`: Slack's id, None when no channel can be used."""

    picture: Picture | None
    place: Place
    channel: str | None


def card_job(records: Records, *, claim: Claim) -> CardJob:
    """Read what a card delivery draws."""
    picture = records.picture(claim.subject)
    known = records.place(conversation_id=claim.subject, slot=claim.slot) or Place(
        conversation_id=claim.subject, slot=claim.slot, key=key_of(claim.subject, claim.slot)
    )
    channel = place.usable(records, department=picture.conversation.department, slot=claim.slot) if picture else None
    return CardJob(
        picture=picture,
        place=known,
        channel=channel.id if channel else None,
    )


class CardCarrier:
    """Posts a conversation's card, or redraws it, from its present state."""

    def __init__(
        self,
        desk: SlackDesk,
        *,
        draw: Callable[..., Message],
        plain: Callable[..., Message],
        moved: Callable[..., Message],
    ) -> None:
        self._desk = desk
        self._draw = draw
        self._plain = plain
        self._moved = moved

    async def carry(self, claim: Claim) -> None:
        """Post or redraw, and keep where it stands."""
        desk = self._desk
        job = await desk.store.read(card_job, claim=claim)
        if job.picture is None:
            await desk.settle(claim, Outcome(state=State.DROPPED, code="gone"))
            return
        picture = job.picture
        if claim.slot.startswith("dm:"):
            opened, job = await self._direct(claim, job)
            if not opened.done:
                await desk.settle(claim, await desk.outcome(claim, opened, channel=""))
                return
        if job.channel is None:
            again = desk.clock() + NO_CHANNEL
            await desk.settle(claim, Outcome(state=State.PENDING, again_at=again, counted=False, code="no_channel"))
            return
        message = self._message(claim, picture)
        called, stands = await self._put(claim, job, message)
        if called.verdict is Verdict.CONTENT:
            called, stands = await self._put(claim, job, self._plain(picture.conversation))
        kept = await self._settle(claim, called, stands, drawn=picture)
        if not kept and "channel" in called.data and stands.ts != job.place.ts:
            await self._withdraw(claim, stands)

    async def _direct(self, claim: Claim, job: CardJob) -> tuple[Called, CardJob]:
        """The same with the direct channel of the person whom the slot names."""
        if job.place.channel:
            return Called(verdict=Verdict.DONE), replace(job, channel=job.place.channel)
        opened = await self._desk.poster.direct_channel(person_of(claim.slot))
        return opened, replace(job, channel=str((opened.data.get("channel") or {}).get("id") or "") or None)

    def _message(self, claim: Claim, picture: Picture) -> Message:
        if claim.attempts > PLAIN_AFTER:
            return self._plain(picture.conversation)
        return self._draw(picture, slot=claim.slot, now=self._desk.clock(), stopped=picture.stopped)

    async def _put(self, claim: Claim, job: CardJob, message: Message) -> tuple[Called, Place]:
        desk, stands = self._desk, job.place
        assert job.channel is not None
        if stands.ts and stands.channel == job.channel:
            called = await self._redraw(claim, job.channel, stands.ts, message)
            if called.verdict is not Verdict.GONE:
                return called, stands
            if called.code != NOT_FOUND:
                claim = replace(claim, maybe_sent=False)  # it is there, but not ours to change: not to be found again
        if job.picture and stands.ts and stands.channel and stands.channel != job.channel:
            # Its words go first where it stood, or it is all tried again: they must not stay with whom they left.
            left = await self._redraw(claim, stands.channel, stands.ts, self._moved(job.picture.conversation))
            if left.verdict in OPEN:
                return left, stands
            claim = replace(claim, maybe_sent=True, first_sent_at=job.picture.conversation.came_at)  # here, once before
        called = await desk.post(claim, job.channel, message, key=stands.key)
        if called.done and "channel" not in called.data:  # found, not posted: it may show what was true then
            found = str(called.data["ts"])
            redrawn = await self._redraw(claim, job.channel, found, message)
            if redrawn.verdict is Verdict.GONE:  # taken away, or not ours to change
                called = await desk.post(replace(claim, maybe_sent=False), job.channel, message, key=stands.key)
            elif not redrawn.done:
                return redrawn, replace(stands, channel=job.channel, ts=found)
        if called.done:
            stands = replace(stands, channel=job.channel, ts=str(called.data["ts"]))
        return called, replace(stands, channel=stands.channel or job.channel)

    async def _redraw(self, claim: Claim, channel: str, ts: str, message: Message) -> Called:
        """Change what stands there, or take it away where nobody may: its words are not true any more."""
        return await self._desk.take_away(channel, ts, await self._desk.update(claim, channel, ts, message))

    async def _settle(self, claim: Claim, called: Called, stands: Place, *, drawn: Picture) -> bool:
        desk = self._desk
        outcome = await desk.outcome(claim, called, channel=stands.channel or "")
        if called.verdict is Verdict.CHANNEL and not stands.ts and not claim.slot.startswith("dm:"):
            return await desk.store.run(carry.settle_elsewhere, claim=claim, code=called.code, now=desk.clock())
        if not called.done:
            return await desk.settle(claim, outcome)
        kept = await desk.store.run(
            carry.settle_card, claim=claim, outcome=outcome, drawn=drawn, place=stands, now=desk.clock()
        )
        log.event(logger, "slack.card.drawn", conversation=claim.subject, delivery=claim.id, attempts=claim.attempts)
        return kept

    async def _withdraw(self, claim: Claim, stands: Place) -> None:
        """Take our card back: we stood still beyond the lease, and whoever took over posted one with the same key."""
        desk = self._desk
        for _ in range(3):
            await asyncio.sleep(QUIET.total_seconds())  # the other one may be about to post, or to find ours
            job = await desk.store.read(card_job, claim=claim)
            if not job.place.ts or job.place.ts == stands.ts:
                return
            failpoint("slack.before_delete")
            called = await desk.poster.delete(str(stands.channel), str(stands.ts))
            if called.done or called.code == NOT_FOUND:
                log.event(logger, "slack.card.withdrawn", conversation=claim.subject, delivery=claim.id)
                return
