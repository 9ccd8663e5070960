"""A card that nobody redraws: it was posted while its channel changed, and somebody presses it. It is taken away."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import log
from bot.domain.alarm import Place
from bot.domain.store import Records, Store
from bot.slack.poster import YOUNG, Poster

logger = logging.getLogger("portaldesk.press")

_WITHIN = 5.0  # seconds for a look into the database
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Where a card stands that somebody pressed, and the conversation that its button names."""

    conversation_id: str
    channel: str
    ts: str

    @classmethod
    def of(cls, body: Mapping[str, Any], conversation_id: str) -> Pressed | None:
        """None for what was pressed elsewhere than on a message."""
        container = body.get("container") or {}
        channel, ts = container.get("channel_id"), container.get("message_ts")
        known = conversation_id and isinstance(channel, str) and isinstance(ts, str) and _TS.fullmatch(ts)
        return cls(conversation_id=conversation_id, channel=str(channel), ts=str(ts)) if known else None


async def taken_away(store: Store, poster: Poster, pressed: Pressed, *, now: datetime) -> None:
    """Take the pressed card away, if the one that we redraw surely stands elsewhere; else the hourly look decides."""
    if float(pressed.ts) > (now - YOUNG).timestamp():
        return
    for place in await store.read(_elsewhere, within=_WITHIN, pressed=pressed):
        ours = await _stands(poster, place, str(place.channel), str(place.ts))
        if ours and await _stands(poster, place, pressed.channel, pressed.ts):
            if place not in await store.read(_elsewhere, within=_WITHIN, pressed=pressed):
                return
            if (await poster.delete(pressed.channel, pressed.ts)).done:
                log.event(logger, "card.astray", conversation=pressed.conversation_id)
            return


def _elsewhere(records: Records, *, pressed: Pressed) -> Sequence[Place]:
    """Where the conversation's cards stand; none while one of them is about to change, or if it was that one."""
    if records.redraw_waits(pressed.conversation_id):
        return ()
    places = [place for place in records.places_of(conversation_id=pressed.conversation_id) if place.ts]
    return () if any((place.channel, place.ts) == (pressed.channel, pressed.ts) for place in places) else places


async def _stands(poster: Poster, card: Place, channel: str, ts: str) -> bool:
    found = await poster.standing(channel, since=float(ts), until=float(ts))
    return bool(found and card.key in found and ts in found[card.key].stands)
