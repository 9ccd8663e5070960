"""A card that nobody redraws: it was posted while its channel changed, and somebody presses it. It is taken away."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot import log
from bot.domain.store import Records, Store
from bot.slack.poster import Poster

logger = logging.getLogger("portaldesk.press")

YOUNG = timedelta(minutes=2)  # a card that was posted just now may be on its way into our records


async def taken_away(
    store: Store, poster: Poster, body: Mapping[str, Any], conversation_id: str, *, now: datetime
) -> None:
    """Take the pressed card away if the conversation's card stands elsewhere; the hourly look would do it as well."""
    container = body.get("container") or {}
    channel, ts = str(container.get("channel_id") or ""), str(container.get("message_ts") or "")
    if not channel or not ts or float(ts) > (now - YOUNG).timestamp():
        return
    keys = await store.read(_stands_elsewhere, conversation_id=conversation_id, channel=channel, ts=ts)
    found = await poster.standing(channel, since=float(ts), until=float(ts)) if keys else None
    if found and any(ts in found[key].stands for key in keys if key in found):
        await poster.delete(channel, ts)
        log.event(logger, "card.astray", conversation=conversation_id)


def _stands_elsewhere(records: Records, *, conversation_id: str, channel: str, ts: str) -> list[str]:
    """The keys of the conversation's cards, when none of them is the one that stands there."""
    places = [place for place in records.places_of(conversation_id=conversation_id) if place.ts]
    return [] if any((place.channel, place.ts) == (channel, ts) for place in places) else [one.key for one in places]
