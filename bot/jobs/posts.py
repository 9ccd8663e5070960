"""Carries what is no card: thread posts, pings, alarms, what could not be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain import backlog, carry, place, tell
from bot.domain.alarm import Alarm, Place
from bot.domain.backlog import Digest
from bot.domain.delivery import Claim, Outcome, State, What
from bot.domain.picture import Picture
from bot.domain.practice import Practice
from bot.domain.store import Records
from bot.domain.unshown import Unshown
from bot.failpoint import failpoint
from bot.jobs.slack import NO_CHANNEL, SlackDesk
from bot.slack.verdict import Called, Verdict

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostJob:
    """What a post is about. `channel` is Slack's id of the channel, None when none can be used.

    `left`: it stands in a thread that its card is not in any more.
    """

    practice: Practice
    picture: Picture | None
    card: Place | None
    alarm: Alarm | None
    unshown: Unshown | None
    channel: str | None
    left: bool


def post_job(records: Records, *, claim: Claim) -> PostJob:
    """Read what a post shows and where it goes."""
    practice = tell.in_force(records)
    picture = records.picture(claim.conversation_id) if claim.conversation_id else None
    card = records.place(conversation_id=claim.conversation_id, slot=claim.slot) if claim.conversation_id else None
    department = picture.conversation.department if picture else practice.default_department
    department = claim.subject if claim.what is What.DIGEST else department
    channel = place.usable(records, department=department, slot=claim.slot)
    home = records.place(conversation_id=claim.conversation_id, slot="department") if claim.conversation_id else None
    return PostJob(
        practice=practice,
        picture=picture,
        card=card,
        alarm=records.alarm(claim.subject) if claim.what is What.NOTICE else None,
        unshown=records.unshown(claim.subject) if claim.what is What.UNREADABLE else None,
        channel=channel.id if channel else None,
        left=bool(home and card and home.channel != card.channel),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How posts look: functions of bot.slack, so that this module decides nothing about looks."""

    follow_up: Callable[..., Message]
    again: Callable[[Picture, bool], Message]
    ping: Callable[[Picture], Message | None]
    stuck: Callable[[Picture], Message]
    news: Callable[[Picture, str, str], Message]
    notice: Callable[[Alarm], Message]
    unreadable: Callable[[Unshown, Practice, datetime], Message]
    digest: Callable[[Digest, Practice, datetime], Message]


class PostCarrier:
    """Carries FOLLOW_UP, AGAIN, PING, NEWS, NOTICE, DIGEST and UNREADABLE."""

    def __init__(self, desk: SlackDesk, words: Words) -> None:
        self._desk = desk
        self._words = words

    async def carry(self, claim: Claim) -> None:
        """Post it where it belongs, once."""
        job = await self._desk.store.read(post_job, claim=claim)
        match claim.what:
            case What.FOLLOW_UP | What.AGAIN:
                await self._in_thread(claim, job)
            case What.PING if claim.slot.startswith("dm:"):
                await self._to_person(claim, self._words.stuck(job.picture) if job.picture else None, job.channel)
            case What.NEWS:
                news, _, by = claim.subject.partition(":")
                message = self._words.news(job.picture, news, by) if job.picture else None
                await self._to_person(claim, message, job.channel)
            case What.PING:
                message = self._words.ping(job.picture) if job.picture else None
                await self._in_channel(claim, message, job.channel)
            case What.DIGEST:
                now = self._desk.clock()
                told = await self._desk.store.read(backlog.digest, department=claim.subject, now=now)
                message = self._words.digest(told, job.practice, now) if told.cards else None
                await self._in_channel(claim, message, job.channel)
            case What.UNREADABLE:
                await self._unshown(claim, job)
            case _:
                await self._to_person(claim, self._words.notice(job.alarm) if job.alarm else None, job.channel)

    async def _in_thread(self, claim: Claim, job: PostJob) -> None:
        if job.picture is None:
            await self._drop(claim, "gone")
            return
        if job.card is None or not job.card.ts or not job.card.channel:
            await self._later(claim, "no_card_yet", seconds=2)
            return
        if claim.slot.startswith("post:"):
            message = self._words.follow_up(job.picture, claim.subject, left=job.left)
            await self._redrawn(claim, message, job.card, left=job.left)
            return
        failpoint("post.in_thread")
        again = claim.what is What.AGAIN
        woke = claim.subject == "woke"
        message = self._words.again(job.picture, woke) if again else self._words.follow_up(job.picture, claim.subject)
        called = await self._desk.post(
            claim, job.card.channel, message, key=claim.id, thread=job.card.ts, broadcast=again
        )
        if called.verdict is Verdict.GONE:
            await self._drop(claim, called.code)
            return
        outcome = await self._desk.outcome(claim, called, channel=job.card.channel)
        if again or not called.done:
            await self._desk.settle(claim, outcome)
            return
        stands = Place(
            conversation_id=job.picture.conversation.id,
            slot=tell.post_slot(claim.subject),
            key=claim.id,
            channel=job.card.channel,
            ts=str(called.data["ts"]),
        )
        await self._desk.store.run(
            carry.settle_post, claim=claim, outcome=outcome, place=stands, now=self._desk.clock()
        )

    async def _redrawn(self, claim: Claim, message: Message, post: Place, *, left: bool) -> None:
        """The post stands already: show it as it may be shown now; where its card has `left`, its words must go."""
        channel, ts = str(post.channel), str(post.ts)
        called = await self._desk.update(claim, channel, ts, message)
        if left:
            called = await self._desk.take_away(channel, ts, called)
        if called.verdict is Verdict.GONE:
            await self._drop(claim, called.code)
            return
        await self._settle(claim, called, channel)

    async def _unshown(self, claim: Claim, job: PostJob) -> None:
        """Post that something could not be shown, once; from then on show who looked into the portal.

        While nobody did, it is posted anew where people see it if its post was deleted or its channel cannot be used.
        """
        lost, desk = job.unshown, self._desk
        if lost is None:
            await self._drop(claim, "gone")
            return
        message = self._words.unreadable(lost, job.practice, desk.clock())
        if lost.channel and lost.ts:
            called = await desk.update(claim, lost.channel, lost.ts, message)
            if called.verdict not in (Verdict.GONE, Verdict.CHANNEL):
                await self._settle(claim, called, lost.channel)
                return
            if lost.looked_at or (job.channel == lost.channel and called.verdict is Verdict.CHANNEL):
                await self._drop(claim, called.code)
                return
        if job.channel is None:
            await self._later(claim, "no_channel", seconds=NO_CHANNEL.total_seconds())
            return
        failpoint("post.in_channel")
        called = await desk.post(claim, job.channel, message, key=claim.id)
        outcome = await desk.outcome(claim, called, channel=job.channel)
        ts = str(called.data.get("ts") or "") if called.done else ""
        await desk.store.run(
            carry.settle_unshown, claim=claim, outcome=outcome, channel=job.channel, ts=ts, now=desk.clock()
        )

    async def _in_channel(self, claim: Claim, message: Message | None, channel: str | None) -> None:
        if message is None:
            await self._drop(claim, "nobody_to_ping")
        elif channel is None:
            await self._later(claim, "no_channel", seconds=NO_CHANNEL.total_seconds())
        else:
            failpoint("post.in_channel")
            await self._settle(claim, await self._desk.post(claim, channel, message, key=claim.id), channel)

    async def _to_person(self, claim: Claim, message: Message | None, channel: str | None) -> None:
        if message is None:
            await self._drop(claim, "gone")
            return
        if not claim.slot.startswith("dm:"):
            await self._in_channel(claim, message, channel)
            return
        failpoint("post.to_person")
        opened = await self._desk.poster.direct_channel(claim.slot.removeprefix("dm:"))
        if not opened.done:
            await self._settle(claim, opened, "")
            return
        channel = str((opened.data.get("channel") or {}).get("id") or "")
        await self._settle(claim, await self._desk.post(claim, channel, message, key=claim.id), channel)

    async def _settle(self, claim: Claim, called: Called, channel: str) -> None:
        await self._desk.settle(claim, await self._desk.outcome(claim, called, channel=channel))

    async def _later(self, claim: Claim, code: str, *, seconds: float) -> None:
        again = self._desk.clock() + timedelta(seconds=seconds)
        await self._desk.settle(claim, Outcome(state=State.PENDING, again_at=again, counted=False, code=code))

    async def _drop(self, claim: Claim, code: str) -> None:
        await self._desk.settle(claim, Outcome(state=State.DROPPED, code=code))
