"""What comes after the first message: the family writes again, or changes what it wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import sequence, tell
from bot.domain.conversation import CLOSED, Conversation, Status
from bot.domain.delivery import Delivery, What, slack_lane
from bot.domain.event import MessageUpdated
from bot.domain.journal import Entry
from bot.domain.message import Standing, StoredMessage
from bot.domain.practice import Practice
from bot.domain.promise import URGENT_WITHIN, promised
from bot.domain.store import Records
from bot.domain.turn import Turn


def join(
    records: Records, conversation: Conversation, stored: StoredMessage, *, practice: Practice, now: datetime
) -> None:
    """A further message of the same account: the card comes back to life with it."""
    stored = replace(stored, received_at=_heard_at(records, conversation, now=now))
    records.add_message(stored)
    _revive(records, conversation, stored, practice=practice, action="message.followed", now=now)


def updated(records: Records, event: MessageUpdated, *, portal: str, now: datetime) -> bool:
    """The message was changed in the portal; False when nothing is new (same content, or an older version)."""
    stored = records.message_of(portal=portal, message_id=event.message.message_id)
    if stored is None or stored.content_sha256 == event.content_sha256:
        return False
    new, old = event.message.version, stored.content.version
    if new is not None and old is not None and new <= old:
        return False
    before, after = stored.content, event.message
    if (before.sender.portal_user_id, before.thread_id) != (after.sender.portal_user_id, after.thread_id):
        _other_account(records, stored, portal=portal, now=now)
        return False
    conversation = records.conversation(stored.conversation_id)
    if conversation is None:
        return False
    changed = replace(
        stored,
        content=event.message,
        content_sha256=event.content_sha256,
        received_at=_heard_at(records, conversation, now=now),
        standing=Standing.CURRENT,
    )
    records.save_message(changed)
    _revive(records, conversation, changed, practice=tell.in_force(records), action="message.changed", now=now)
    return True


def _heard_at(records: Records, conversation: Conversation, *, now: datetime) -> datetime:
    """When the family's words came: later than every answer that was written without them."""
    return sequence.after(now, (reply.written_at for reply in records.replies_of(conversation.id)))


def _other_account(records: Records, stored: StoredMessage, *, portal: str, now: datetime) -> None:
    """A change that would hand a message to another account or thread is kept apart: an answer must not follow it."""
    records.journal(
        Entry(
            at=now,
            actor=f"portal:{portal}",
            action="message.change_refused",
            subject=stored.conversation_id,
            outcome="refused",
            detail={"message": stored.id},
        )
    )
    tell.ring(
        records,
        key=f"moved:{portal}",
        words=f"The portal {portal} changed a message so that it belongs to another account or thread. I kept the "
        "message as it was, so that no answer reaches somebody else. Ask the portal's vendor to look into it.",
        now=now,
    )


def _revive(
    records: Records,
    conversation: Conversation,
    stored: StoredMessage,
    *,
    practice: Practice,
    action: str,
    now: datetime,
) -> None:
    again = conversation.status is not Status.OPEN
    newly_urgent = stored.content.urgent and not conversation.urgent
    present = replace(
        conversation,
        version=conversation.version + 1,
        status=Status.OPEN,
        snoozed_until=None,
        urgent=conversation.urgent or stored.content.urgent,
        confidential=conversation.confidential or stored.content.confidential,
    )
    if again:
        present = _opened_again(present, stored, practice=practice, now=now, closed=conversation.status in CLOSED)
    elif newly_urgent:
        present = replace(present, due_at=min(present.due_at, now + URGENT_WITHIN))
    records.save_conversation(present)
    records.journal(
        Entry(
            at=now,
            actor=f"portal:{conversation.portal}",
            action=action,
            subject=conversation.id,
            detail={"message": stored.id, "again": again},
        )
    )
    tell.draw(records, present, now=now)
    picture = records.picture(conversation.id) if present.confidential and not conversation.confidential else None
    if picture:
        tell.quieten(records, present, picture.messages, now=now)
    _tell(records, present, stored, again=again, now=now)
    if newly_urgent:
        tell.announce(records, present, practice=practice, now=now)


def _opened_again(
    conversation: Conversation, stored: StoredMessage, *, practice: Practice, now: datetime, closed: bool
) -> Conversation:
    department = practice.department(conversation.department)
    came = min(stored.content.sent_at, now)
    return replace(
        conversation,
        holder=None,
        held_since=None,
        turn=Turn.NEW,
        came_at=came,
        due_at=promised(came=came, urgent=conversation.urgent, department=department, practice=practice, now=now),
        opened_again=conversation.opened_again or closed,
        closed_at=None,
        closed_by=None,
    )


def _tell(records: Records, conversation: Conversation, stored: StoredMessage, *, again: bool, now: datetime) -> None:
    """A post in the card's thread; when people had put the card aside, also one for the channel, without words."""
    posts = [What.FOLLOW_UP, What.AGAIN] if again else [What.FOLLOW_UP]
    for what in posts:
        records.add_delivery(
            Delivery(
                id=records.new_id("d"),
                what=what,
                lane=slack_lane(f"dep:{conversation.department}"),
                subject=stored.id,
                conversation_id=conversation.id,
                slot="department",
                urgent=conversation.urgent,
            ),
            now=now,
        )
