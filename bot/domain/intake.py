"""A new portal message: whose card it belongs on, which department, by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain import follow_up, tell
from bot.domain.conversation import Conversation, Status
from bot.domain.delivery import Delivery, What, slack_lane
from bot.domain.event import MessageCreated, MessageUpdated
from bot.domain.journal import Entry
from bot.domain.message import Kind, PortalMessage, StoredMessage
from bot.domain.practice import Practice
from bot.domain.promise import promised
from bot.domain.route import route
from bot.domain.store import InboxState, Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message on its way in: where from, when, and the practice whose rules hold."""

    portal: str
    message: PortalMessage
    content_sha256: bytes
    practice: Practice
    now: datetime


def created(records: Records, event: MessageCreated, *, portal: str, inbox_id: str, now: datetime) -> bool:
    """Take in a message; False when exactly this content is here already."""
    message = event.message
    first = records.first_heard(portal=portal, thread_id=message.thread_id, message_id=message.message_id)
    if not first and records.message_of(portal=portal, message_id=message.message_id):
        return follow_up.updated(
            records,
            MessageUpdated(message=message, content_sha256=event.content_sha256),
            portal=portal,
            now=now,
        )
    arrival = Arrival(
        portal=portal, message=message, content_sha256=event.content_sha256, practice=tell.in_force(records), now=now
    )
    home = None if first and not message.in_reply_to else _home(records, portal=portal, message=message)
    if home is None:
        opened = _open(records, arrival, inbox_id=inbox_id)
        if not first:
            _point(records, arrival, to=opened)
    else:
        follow_up.join(
            records,
            home,
            _stored(records, arrival, home.id),
            practice=arrival.practice,
            now=now,
        )
    return True


def _home(records: Records, *, portal: str, message: PortalMessage) -> Conversation | None:
    """The conversation that a message continues; None when it gets a card of its own (PRODUCT, card)."""
    home = records.conversation_of(
        portal=portal, thread_id=message.thread_id, portal_user_id=message.sender.portal_user_id
    )
    if message.in_reply_to:
        answered = records.message_of(portal=portal, message_id=message.in_reply_to)
        same_account = answered and answered.content.sender.portal_user_id == message.sender.portal_user_id
        if answered and same_account:
            home = records.conversation(answered.conversation_id)
    if home is None or message.request is not None:
        return None
    if message.kind not in (Kind.GENERAL, home.kind):
        return None
    return home if _same_child(records, home, message) else None


def _same_child(records: Records, home: Conversation, message: PortalMessage) -> bool:
    picture = records.picture(home.id)
    return picture is None or picture.patient.may_be(message.patient)


def _stored(records: Records, arrival: Arrival, conversation_id: str) -> StoredMessage:
    return StoredMessage(
        id=records.new_id("m"),
        conversation_id=conversation_id,
        portal=arrival.portal,
        content=arrival.message,
        content_sha256=arrival.content_sha256,
        received_at=arrival.now,
    )


def _open(records: Records, arrival: Arrival, *, inbox_id: str) -> Conversation:
    message, practice = arrival.message, arrival.practice
    routed = route(message, portal=arrival.portal, practice=practice)
    department = routed.department
    came = min(message.sent_at, arrival.now)
    conversation = Conversation(
        id=records.new_id("c"),
        number=records.next_number(),
        portal=arrival.portal,
        kind=message.kind,
        department=department.name,
        status=Status.OPEN,
        came_at=came,
        due_at=promised(came=came, urgent=message.urgent, department=department, practice=practice, now=arrival.now),
        urgent=message.urgent,
        confidential=message.confidential,
        why_here=routed.why,
    )
    records.add_conversation(
        conversation,
        thread_id=message.thread_id,
        portal_user_id=message.sender.portal_user_id,
        patient_id=message.patient.id,
    )
    stored = _stored(records, arrival, conversation.id)
    records.add_message(stored)
    records.journal(
        Entry(
            at=arrival.now,
            actor=f"portal:{arrival.portal}",
            action="message.received",
            subject=conversation.id,
            detail={"message": stored.id, "inbox": inbox_id, "kind": message.kind.value, "urgent": message.urgent},
        )
    )
    tell.draw(records, conversation, now=arrival.now, places=())
    tell.announce(records, conversation, practice=practice, now=arrival.now)
    return conversation


def _point(records: Records, arrival: Arrival, *, to: Conversation) -> None:
    """Redraw the other cards of the thread: from now on they point to this one."""
    thread_id = arrival.message.thread_id
    for other in records.conversations_of_thread(portal=arrival.portal, thread_id=thread_id, besides=to.id):
        tell.draw(records, other, now=arrival.now)


def quarantine(records: Records, *, inbox_id: str, portal: str, reason: str, now: datetime) -> None:
    """Keep what cannot be used, and show it to people."""
    records.settle_inbox(inbox_id, state=InboxState.QUARANTINED, type="", reason=reason)
    show(records, inbox_id=inbox_id, now=now)
    records.journal(
        Entry(at=now, actor=f"portal:{portal}", action="event.quarantined", subject=inbox_id, detail={"reason": reason})
    )


def show(records: Records, *, inbox_id: str, now: datetime) -> None:
    """Have an event that holds nothing we could use shown in the default department's channel, once."""
    if records.add_unshown(inbox_id):
        post_unshown(records, inbox_id=inbox_id, now=now)


def post_unshown(records: Records, *, inbox_id: str, now: datetime) -> None:
    """Have the post made that says so."""
    practice = tell.in_force(records)
    records.add_delivery(
        Delivery(
            id=records.new_id("d"),
            what=What.UNREADABLE,
            lane=slack_lane(f"dep:{practice.default_department}"),
            subject=inbox_id,
        ),
        now=now,
    )
