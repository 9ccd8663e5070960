"""Every hour: what we believe to stand in Slack is held against Slack, and what is unclear is asked about again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot import log
from bot.domain import doubt, place, tell
from bot.domain.alarm import Place
from bot.domain.store import Records, Store
from bot.slack.poster import YOUNG, Poster, Standing

logger = logging.getLogger("portaldesk.reconcile")

SLOTS = frozenset({"department", "urgent"})  # what stands in a channel
LATELY = timedelta(days=1)  # in which a card may have been left behind, though nothing is open any more
REACH = timedelta(days=30)  # how far back a channel is read


class Reconciler:
    """Compares, one channel after the other. Where Slack does not answer, nothing is changed."""

    def __init__(self, store: Store, poster: Poster, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._poster = poster
        self._clock = clock
        self._asked: tuple[datetime, str] | None = None  # the unclear answer that was asked about last

    async def run(self) -> None:
        """Look at every channel; deleted cards are posted again, of two with one key the later one goes."""
        for channel, cards in (await self._store.read(standing)).items():
            await self._channel(channel, cards)
        await self._direct_messages()
        asked, self._asked = await self._store.run(doubt.ask_again, after=self._asked, now=self._clock())
        log.event(logger, "reconcile.done", count=asked)

    async def _direct_messages(self) -> None:
        """Where a post was in doubt and made again: the first one may have come all the same, after we looked for it.

        Nothing else is looked at there, and nothing that somebody deleted comes back: they are people's own.
        """
        now = self._clock()
        young = (now - YOUNG).timestamp()
        for card, tried in await self._store.read(_doubtful, since=now - LATELY):
            found = await self._poster.standing(str(card.channel), since=(tried - YOUNG).timestamp())
            one = (found or {}).get(card.key)
            if one and card.ts in one.stands:
                await self._one(str(card.channel), card, [ts for ts in one.stands if float(ts) < young])

    async def _channel(self, channel: str, cards: Sequence[Place]) -> None:
        now = self._clock()
        first = min([float(card.ts or 0) for card in cards], default=now.timestamp())
        since = max((now - REACH).timestamp(), min(first - 1, (now - LATELY).timestamp()))
        found = await self._poster.standing(channel, since=since)
        if found is None:
            return
        young = (now - YOUNG).timestamp()
        for card in cards:
            stands = found[card.key].stands if card.key in found else ()
            if card.ts in stands:
                await self._one(channel, card, stands)
            elif since <= float(card.ts or 0) < young:
                other = stands[0] if stands else None
                if await self._store.run(place.gone, lost=card, found=other, now=self._clock()):
                    log.event(logger, "reconcile.card.lost", conversation=card.conversation_id)
        here = {card.key for card in cards}
        await self._astray(channel, {key: one for key, one in found.items() if key not in here}, young=young)

    async def _astray(self, channel: str, found: Mapping[str, Standing], *, young: float) -> None:
        """Cards whose post was in doubt when their channel changed, or until all was done: nobody redraws them."""
        for key, ours in (await self._store.read(redrawn_instead, channel=channel, found=found)).items():
            for ts in found[key].stands:
                if ts != ours and float(ts) < young:  # or it is on its way here
                    await self._poster.delete(channel, ts)
                    log.event(logger, "reconcile.card.twice", conversation=found[key].conversation)

    async def _one(self, channel: str, card: Place, stands: Sequence[str]) -> None:
        """Of several with one key, those that we do not redraw go; what was written in their threads is kept here."""
        for ts in stands:
            if ts != card.ts:
                await self._poster.delete(channel, ts)
                log.event(logger, "reconcile.card.twice", conversation=card.conversation_id)


def _doubtful(records: Records, *, since: datetime) -> Sequence[tuple[Place, datetime]]:
    return records.doubtful_places(since=since)


def standing(records: Records) -> dict[str, list[Place]]:
    """The open cards that we believe to stand in the practice's channels, by channel."""
    channels = {known.id for named in place.names(tell.in_force(records)) if (known := records.channel(named))}
    return {
        channel: [card for card in records.open_places(channel=channel) if card.ts and card.slot in SLOTS]
        for channel in sorted(one for one in channels if one)
    }


def redrawn_instead(records: Records, *, channel: str, found: Mapping[str, Standing]) -> dict[str, str | None]:
    """By the keys of cards found in a channel: which one we redraw, open or closed; None when it is in another one."""
    kept: dict[str, str | None] = {}
    for key, one in found.items():
        for slot in SLOTS:
            card = records.place(conversation_id=one.conversation, slot=slot)
            if card and card.key == key and card.ts and (card.channel != channel or card.ts in one.stands):
                kept[key] = card.ts if card.channel == channel else None
    return kept
