"""The slow rounds: channels looked at, a stopped portal tried again, what waits too long shown to a person."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot import log
from bot.domain import intake, look, place, tell
from bot.domain.alarm import Channel
from bot.domain.practice import Practice
from bot.domain.store import InboxState, Records, Store
from bot.domain.unshown import Unshown
from bot.failpoint import failpoint
from bot.slack.poster import Poster
from bot.slack.verdict import Verdict, trouble_of

logger = logging.getLogger("portaldesk.rounds")

# Slack could not say: what is known stays, and a channel that nobody looked at stays unused.
_AWAY = frozenset({Verdict.UNSURE, Verdict.UNSENT, Verdict.LIMITED})
WAITS_AT_MOST = timedelta(hours=24)  # an event about a message that never came (CONTRACT section 5)
AT_ONCE = 50  # events shown in one transaction; the next round takes the next
PAGES = 50  # of conversations.list, 200 channels each


class ChannelRound:
    """Learns the ids of channels that the practice file names, and which of them can be used."""

    def __init__(self, store: Store, poster: Poster, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._poster = poster
        self._clock = clock

    async def look_at_new(self) -> None:
        """The same as soon as the practice file in force names a channel that nobody looked at yet."""
        if await self._store.read(place.unknown):
            await self.run()

    async def run(self) -> None:
        """Look at every channel that the practice file names."""
        named = place.names(await self._store.read(_practice))
        ids = await channel_ids(self._poster) if any(name.startswith("#") for name in named) else {}
        if ids is None:
            return
        for name in sorted(named):
            channel_id = ids.get(name.removeprefix("#")) if name.startswith("#") else name
            await self._look(name, channel_id)

    async def _look(self, name: str, channel_id: str | None) -> None:
        before = await self._store.read(_known, name=name)
        trouble: str | None = "not_found"
        if channel_id is not None:
            called = await self._poster.call("conversations.info", read=True, channel=channel_id)
            trouble = trouble_of(called)
            if trouble is None and called.verdict not in _AWAY:
                trouble = ""  # Slack will never say (a scope is missing): the first post will tell
        failpoint("channel.before_keep")
        await self._store.run(
            _keep, name=name, channel_id=channel_id, trouble=trouble, before=before, now=self._clock()
        )


class UnshownRound:
    """Holds the posts about what could not be shown against Slack, a few each time: cards are redrawn as ever."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._after: Unshown | None = None

    async def run(self) -> None:
        """The next of those that nobody looked into; after the newest the oldest again."""
        self._after = await self._store.run(look.remind, after=self._after, now=self._clock())


async def channel_ids(poster: Poster) -> dict[str, str] | None:
    """The ids of all channels that I can see, by name without #; None when Slack does not say."""
    ids: dict[str, str] = {}
    cursor: str | None = None
    for _ in range(PAGES):
        called = await poster.call(
            "conversations.list",
            read=True,
            types="public_channel,private_channel",
            exclude_archived="false",
            limit=200,
            cursor=cursor,
        )
        if not called.done:
            log.event(logger, "channels.not-listed", level=logging.WARNING, code=called.code)
            return None
        ids.update({str(c["name"]): str(c["id"]) for c in called.data.get("channels") or ()})
        cursor = (called.data.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            break
    return ids


def _practice(records: Records) -> Practice:
    return tell.in_force(records)


def _known(records: Records, *, name: str) -> Channel | None:
    return records.channel(name)


def _keep(
    records: Records, *, name: str, channel_id: str | None, trouble: str | None, before: Channel | None, now: datetime
) -> None:
    known = records.channel(name)
    if (
        known != before
    ):  # an event came while Slack answered: it is newer than the answer, and the next round asks again
        return
    ours = known if known and known.named == name else None  # under another name it rang another alarm
    if ours and ours.id and channel_id and ours.id != channel_id and not ours.unseen:
        # Anybody can give a channel the name that another one had: who reads it, only an admin can know.
        place.troubled(records, channel_id=ours.id, trouble="replaced", now=now, only=name)
        return
    if trouble is None and (known is None or known.unseen or known.id == channel_id):
        return
    if not trouble and ours and ours.id == channel_id and ours.trouble == place.NO_POSTING:
        return  # else all its cards would go there and back with each round
    if ours is None or ours.id != channel_id:
        kept = ours.id if ours and channel_id is None else channel_id
        records.save_channel(Channel(named=name, id=kept, trouble=ours.trouble if ours else ""))
    if trouble is None:
        return
    if channel_id is None:
        known = records.channel(name)
        if known and known.trouble != trouble:
            records.save_channel(replace(known, trouble=trouble))
            tell.ring(
                records,
                key=f"channel:{name}",
                words=f"The channel {name} {place.TROUBLES[trouble]}. Until then its cards go to another channel.",
                now=now,
            )
        return
    place.troubled(records, channel_id=channel_id, trouble=trouble, now=now, only=name)


def counts(records: Records, *, now: datetime) -> tuple[int, int]:
    """Open alarms, and lanes of the outbox with work."""
    return len(records.open_alarms()), len(records.lanes(now=now))


def waiting_too_long(records: Records, *, now: datetime) -> int:
    """Show to a person what waits for a message that never came; how many."""
    found = records.waiting_since(before=now - WAITS_AT_MOST)[:AT_ONCE]
    for inbox_id in found:
        records.settle_inbox(inbox_id, state=InboxState.QUARANTINED, type="", reason="what it is about never came")
        intake.show(records, inbox_id=inbox_id, now=now)
    if found:
        tell.ring(
            records,
            key=f"waited:{now.date().isoformat()}",
            words="The portal told about messages that never came here. Each is shown in the default department's "
            "channel; please look for them in the portal.",
            now=now,
        )
    return len(found)


def try_portals_again(records: Records, *, portals: tuple[str, ...], now: datetime) -> int:
    """Let stopped portals' queues try one answer again: a mended secret is found without a restart; how many."""
    del now
    return sum(1 for portal in portals if records.start_portal(portal))
