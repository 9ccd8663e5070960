"""Telling people: a card is drawn, a department is woken, an alarm rings; all through the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.alarm import Place
from bot.domain.conversation import Conversation
from bot.domain.delivery import Delivery, What, card_fold, redraw_lane, slack_lane
from bot.domain.journal import Entry
from bot.domain.message import StoredMessage
from bot.domain.practice import Practice
from bot.domain.refused import Refusal, Refused
from bot.domain.reply import Reply
from bot.domain.store import Records
from bot.domain.turn import Forward

MEANWHILE = timedelta(milliseconds=100)  # the outbox's tick, which draws it, comes by within a second more


def in_force(records: Records) -> Practice:
    """The practice; the service does not start without one."""
    practice = records.practice()
    if practice is None:
        raise Refused("No practice file was applied yet.", because=Refusal.NOT_SET_UP)
    return practice


def draw(
    records: Records,
    conversation: Conversation,
    *,
    now: datetime,
    at: datetime | None = None,
    places: Sequence[Place] | None = None,
) -> None:
    """Have the conversation's card posted or redrawn, from the state it has when it is sent; `at`: not before then.

    Redraws have lanes of their own (Slack counts chat.update apart), so that they never wait behind a backlog of
    new cards. Several redraws of one card that wait are one. `places`: where it stands, for whoever knows that already.
    """
    if places is None:
        places = records.places_of(conversation_id=conversation.id)
    for slot, stands in _cards(conversation, places):
        _draw(records, conversation, slot, stands=stands, now=now, at=at, later=at is not None)


def draw_in_channels(records: Records, conversation: Conversation, *, now: datetime, at: datetime) -> None:
    """Have its cards in channels drawn, not before `at`: a channel's trouble moves none in direct messages."""
    for slot, stands in _cards(conversation, records.places_of(conversation_id=conversation.id)):
        if not slot.startswith("dm:"):
            _draw(records, conversation, slot, stands=stands, now=now, at=at, later=True)


def draw_with_what_comes(records: Records, conversation: Conversation, *, now: datetime) -> None:
    """The same in about a second, and at once when more becomes known: one redraw, where Slack counts each of them."""
    for slot, stands in _cards(conversation, records.places_of(conversation_id=conversation.id)):
        _draw(records, conversation, slot, stands=stands, now=now, at=now + MEANWHILE if stands else None)


def _cards(conversation: Conversation, places: Sequence[Place]) -> list[tuple[str, bool]]:
    """The slots of all its cards, and whether each stands. What else stands there are posts below them."""
    stand = [one.slot for one in places if one.ts and one.slot.startswith(("department", "urgent", "dm:"))]
    wanted = ["department", "urgent"] if conversation.urgent else ["department"]
    return [(slot, slot in stand) for slot in dict.fromkeys(wanted + stand)]


def draw_one(records: Records, conversation: Conversation, slot: str, *, now: datetime, at: datetime) -> None:
    """Have one of the conversation's cards, which stands, redrawn at `at`."""
    _draw(records, conversation, slot, stands=True, now=now, at=at, later=True)


def _draw(
    records: Records,
    conversation: Conversation,
    slot: str,
    *,
    stands: bool,
    now: datetime,
    at: datetime | None = None,
    later: bool = False,
) -> None:
    """`later`: it has a time of its own, so nothing that is to be drawn now folds into it."""
    post = slack_lane("urgent" if slot == "urgent" else f"dep:{conversation.department}")
    if slot.startswith("dm:"):
        post = slack_lane(f"dm:{person_of(slot)}")
    records.add_delivery(
        Delivery(
            id=records.new_id("d"),
            what=What.CARD,
            lane=redraw_lane(conversation.id) if stands else post,
            subject=conversation.id,
            conversation_id=conversation.id,
            slot=slot,
            urgent=conversation.urgent,
            fold=card_fold(conversation.id, slot) + (":later" if later else ""),
            not_before=at,
        ),
        now=now,
    )


def direct(records: Records, conversation: Conversation, forward: Forward, *, slack: str, now: datetime) -> None:
    """Post the card into somebody's direct messages: it was forwarded to them, or came back. Redrawn like any card."""
    _draw(records, conversation, direct_slot(forward, slack), stands=False, now=now)


def direct_slot(forward: Forward, slack: str) -> str:
    """The slot of the card that stands in this person's direct messages because of that forward."""
    return f"dm:{slack}:{forward.id}"


def person_of(slot: str) -> str:
    """The Slack user id of a direct message's slot, "dm:U0ALICE" or "dm:U0ALICE:f_...": one for each forward."""
    return slot.split(":")[1]


def news(records: Records, conversation: Conversation, *, news: str, by: str, to: str, now: datetime) -> None:
    """Tell one person, in a direct message without patients' words, what a colleague did (bot.slack.news has them)."""
    records.add_delivery(
        Delivery(
            id=records.new_id("d"),
            what=What.NEWS,
            lane=slack_lane(f"dm:{to}"),
            subject=f"{news}:{by}",
            conversation_id=conversation.id,
            slot=f"dm:{to}",
            urgent=conversation.urgent,
        ),
        now=now,
    )


def again(records: Records, conversation: Conversation, *, now: datetime) -> None:
    """Bring a card back to people's eyes, after it was put aside: a post in its thread that the channel sees."""
    records.add_delivery(
        Delivery(
            id=records.new_id("d"),
            what=What.AGAIN,
            lane=slack_lane(f"dep:{conversation.department}"),
            subject="woke",
            conversation_id=conversation.id,
            slot="department",
            urgent=conversation.urgent,
        ),
        now=now,
    )


def writer(records: Records, conversation: Conversation, reply: Reply, *, now: datetime, to: str = "") -> None:
    """Tell whoever wrote an answer (or `to`), in a direct message without words of it, that it needs a look."""
    slot = f"dm:{to or reply.author.slack}"
    records.add_delivery(
        Delivery(
            id=records.new_id("d"),
            what=What.PING,
            lane=slack_lane(slot),
            subject=reply.id,
            conversation_id=conversation.id,
            slot=slot,
            urgent=conversation.urgent,
        ),
        now=now,
    )


def quieten(
    records: Records, conversation: Conversation, messages: tuple[StoredMessage, ...], *, now: datetime
) -> None:
    """Have the posts of later messages in the thread drawn again: words that are not for that channel now must go."""
    for stored in messages:
        slot = post_slot(stored.id)
        if records.place(conversation_id=conversation.id, slot=slot):
            records.add_delivery(
                Delivery(
                    id=records.new_id("d"),
                    what=What.FOLLOW_UP,
                    lane=redraw_lane(conversation.id),
                    subject=stored.id,
                    conversation_id=conversation.id,
                    slot=slot,
                    urgent=True,
                    fold=slot,
                ),
                now=now,
            )


def post_slot(message_id: str) -> str:
    """The place of a later message's post in the card's thread."""
    return f"post:{message_id}"


def announce(records: Records, conversation: Conversation, *, practice: Practice, now: datetime) -> None:
    """Wake people: an urgent message always, a new card as the department wants it."""
    department = practice.department(conversation.department)
    if conversation.urgent:
        slot = "urgent"
    elif department.notify != "none":
        slot = "department"
    else:
        return
    records.add_delivery(
        Delivery(
            id=records.new_id("d"),
            what=What.PING,
            lane=slack_lane("urgent" if slot == "urgent" else f"dep:{conversation.department}"),
            subject=conversation.id,
            conversation_id=conversation.id,
            slot=slot,
            urgent=conversation.urgent,
        ),
        now=now,
    )


def ring(records: Records, *, key: str, words: str, now: datetime) -> bool:
    """Open an alarm, and tell every admin, once for each cause; False when it rings already."""
    alarm = records.raise_alarm(key=key, words=words, now=now)
    if alarm is None:
        return False
    records.journal(Entry(at=now, actor="service", action="alarm.raised", subject=alarm.id, detail={"key": key}))
    practice = records.practice()
    people = [f"dm:{admin.slack}" for admin in practice.admins] if practice else []
    for place in people or ([f"dep:{practice.default_department}"] if practice else []):
        records.add_delivery(
            Delivery(
                id=records.new_id("d"),
                what=What.NOTICE,
                lane=slack_lane(place),
                subject=alarm.id,
                slot=place,
                urgent=True,
            ),
            now=now,
        )
    return True
