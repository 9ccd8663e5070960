"""Where cards stand in Slack, and what is known of the channels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from bot.domain.alarm import Channel, Place
from bot.domain.conversation import CLOSED
from storage.sql import Sql
from storage.tables import channels, conversations, places
from storage.transaction import Row, Transaction
from storage.types import micros, moment

_p = places.c
_PLACE = select(_p.conversation_id, _p.slot, _p.key, _p.channel, _p.ts)
_ONE = Sql(_PLACE.where(_p.conversation_id == bindparam("conversation_id"), _p.slot == bindparam("slot")))
_EACH = Sql(_PLACE.where(_p.conversation_id == bindparam("conversation_id")).order_by(_p.slot))
_AT = Sql(_PLACE.where(_p.channel == bindparam("channel"), _p.ts == bindparam("ts")).limit(1))
_OPEN = Sql(
    _PLACE.join(conversations, conversations.c.id == _p.conversation_id)
    .where(_p.channel == bindparam("channel"), *(conversations.c.status != status.value for status in sorted(CLOSED)))
    .order_by(conversations.c.number)
)
_DOUBTFUL = Sql(
    "SELECT p.conversation_id, p.slot, p.key, p.channel, p.ts, MIN(d.first_sent_at) FROM deliveries d"
    " JOIN places p ON p.conversation_id = d.conversation_id AND p.slot = d.slot"
    " WHERE d.state = 'delivered' AND d.maybe_sent AND d.settled_at >= :since AND d.what = 'card'"
    " AND d.lane LIKE 'slack:dm:%' AND p.channel IS NOT NULL AND p.ts IS NOT NULL"
    " GROUP BY p.conversation_id, p.slot, p.key, p.channel, p.ts"
)
_CHANNEL = select(channels.c.named, channels.c.id, channels.c.trouble)
_NAMED = Sql(_CHANNEL.where(channels.c.named == bindparam("known_as")))
_OF_ID = Sql(_CHANNEL.where(channels.c.id == bindparam("known_as")).limit(1))
_SAVE_PLACE = Sql(
    "INSERT INTO places (conversation_id, slot, key, channel, ts)"
    " VALUES (:conversation_id, :slot, :key, :channel, :ts) "
    "ON CONFLICT (conversation_id, slot) DO UPDATE SET key = excluded.key, channel = excluded.channel, ts = excluded.ts"
)
_SAVE_CHANNEL = Sql(
    "INSERT INTO channels (named, id, trouble) VALUES (:named, :id, :trouble) "
    "ON CONFLICT (named) DO UPDATE SET id = excluded.id, trouble = excluded.trouble"
)


def place(t: Transaction, *, conversation_id: str, slot: str) -> Place | None:
    """Where that card stands, or None."""
    row = t.one(_ONE, conversation_id=conversation_id, slot=slot)
    return _place(row) if row else None


def places_of(t: Transaction, *, conversation_id: str) -> Sequence[Place]:
    """Everywhere that conversation's card stands, or is about to."""
    return [_place(row) for row in t.rows(_EACH, conversation_id=conversation_id)]


def place_at(t: Transaction, *, channel: str, ts: str) -> Place | None:
    """The card that stands there, or None."""
    row = t.one(_AT, channel=channel, ts=ts)
    return _place(row) if row else None


def doubtful_places(t: Transaction, *, since: datetime) -> Sequence[tuple[Place, datetime]]:
    """Cards in direct messages whose post was in doubt before it was made, and when it was first tried."""
    rows = t.rows(_DOUBTFUL, since=micros(since))
    return [(_place(row[:5]), moment(row[5]) if row[5] is not None else since) for row in rows]


def open_places(t: Transaction, *, channel: str) -> Sequence[Place]:
    """Cards of conversations that are not closed, standing in that channel."""
    return [_place(row) for row in t.rows(_OPEN, channel=channel)]


def save_place(t: Transaction, place: Place) -> None:
    """Keep where a card stands."""
    t.run(
        _SAVE_PLACE,
        conversation_id=place.conversation_id,
        slot=place.slot,
        key=place.key,
        channel=place.channel,
        ts=place.ts,
    )


def _place(row: Row) -> Place:
    return Place(conversation_id=row[0], slot=row[1], key=row[2], channel=row[3], ts=row[4])


def channel(t: Transaction, named: str) -> Channel | None:
    """What is known of a channel that the practice file names so, or that has this id."""
    row = t.one(_NAMED, known_as=named) or t.one(_OF_ID, known_as=named)
    return Channel(named=row[0], id=row[1], trouble=row[2]) if row else None


def save_channel(t: Transaction, channel: Channel) -> None:
    """Keep what is known of a channel."""
    t.run(_SAVE_CHANNEL, named=channel.named, id=channel.id, trouble=channel.trouble)
