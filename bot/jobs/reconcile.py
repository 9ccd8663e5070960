"""Every hour: what we believe to stand in Slack is held against Slack, and what is unclear is asked about again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot import log
from bot.domain import doubt, place, tell
from bot.domain.alarm import Place
from bot.domain.store import Records, Store
from bot.slack.poster import Poster

logger = logging.getLogger("portaldesk.reconcile")

SLOTS = frozenset({"department", "urgent"})  # what stands in a channel; direct messages and threads are people's own
YOUNG = timedelta(minutes=2)  # a card that was posted just now may not be in the history yet
LATE = timedelta(hours=1)  # how much earlier than our oldest card one may stand that was posted in doubt
REACH = timedelta(days=30)  # how far back a channel is read


class Reconciler:
    """Compares, one channel after the other. Where Slack does not answer, nothing is changed."""

    def __init__(self, store: Store, poster: Poster, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._poster = poster
        self._clock = clock

    async def run(self) -> None:
        """Look at every channel; deleted cards are posted again, of two with one key the later one goes."""
        believed = await self._store.read(standing)
        elsewhere = {card.key: card for cards in believed.values() for card in cards}
        for channel, cards in believed.items():
            await self._channel(channel, cards, elsewhere)
        asked = await self._store.run(doubt.ask_again, now=self._clock())
        log.event(logger, "reconcile.done", count=asked)

    async def _channel(self, channel: str, cards: Sequence[Place], elsewhere: Mapping[str, Place]) -> None:
        now = self._clock()
        oldest = (now - REACH).timestamp()
        since = max(oldest, min(float(card.ts or 0) for card in elsewhere.values()) - LATE.total_seconds())
        found = await self._poster.standing(channel, since=since)
        if found is None:
            return
        young = (now - YOUNG).timestamp()
        for card in cards:
            stands = found.get(card.key, ())
            if card.ts in stands:
                await self._one(channel, card, stands)
            elif since <= float(card.ts or 0) < young:
                other = stands[0] if stands else None
                if await self._store.run(place.gone, lost=card, found=other, now=self._clock()):
                    log.event(logger, "reconcile.card.lost", conversation=card.conversation_id)
        for key, stands in found.items():
            other_card = elsewhere.get(key)
            if other_card is not None and other_card.channel != channel:
                await self._astray(channel, other_card, [ts for ts in stands if float(ts) < young])

    async def _astray(self, channel: str, card: Place, stands: Sequence[str]) -> None:
        """A card whose post was in doubt when its channel changed: it stands here as well, and nobody redraws it."""
        known = await self._store.read(_place, card=card)
        if known is None or known.ts is None or known.channel == channel:
            return  # it is being moved here
        for ts in stands:
            await self._poster.call("chat.delete", channel=channel, ts=ts)
            log.event(logger, "reconcile.card.twice", conversation=card.conversation_id)

    async def _one(self, channel: str, card: Place, stands: Sequence[str]) -> None:
        """Of several with one key, those that we do not redraw go; what was written in their threads is kept here."""
        for ts in stands:
            if ts != card.ts:
                await self._poster.call("chat.delete", channel=channel, ts=ts)
                log.event(logger, "reconcile.card.twice", conversation=card.conversation_id)


def standing(records: Records) -> dict[str, list[Place]]:
    """The open cards that we believe to stand in the practice's channels, by channel; empty when there are none."""
    channels = {known.id for named in place.names(tell.in_force(records)) if (known := records.channel(named))}
    found = {
        channel: [card for card in records.open_places(channel=channel) if card.ts and card.slot in SLOTS]
        for channel in sorted(one for one in channels if one)
    }
    return found if any(found.values()) else {}


def _place(records: Records, *, card: Place) -> Place | None:
    return records.place(conversation_id=card.conversation_id, slot=card.slot)
