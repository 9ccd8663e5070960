"""What the portal says afterwards: taken back, handled there, thread closed, answer read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import doubt, overdue, tell, unread
from bot.domain.answer import reopened
from bot.domain.conversation import Conversation, Status, latest
from bot.domain.delivery import State, What
from bot.domain.event import HandledElsewhere, MessageWithdrawn, ReplyStatus, ThreadClosed
from bot.domain.forward import ended as over
from bot.domain.journal import Entry
from bot.domain.message import Standing
from bot.domain.reply import Reply
from bot.domain.store import Records
from bot.domain.turn import ForwardState, Turn

_RANK = {None: 0, "accepted": 1, "delivered": 2, unread.UNREAD: 3, "read": 4, "failed": 5}


def changed(records: Records, event: MessageWithdrawn | HandledElsewhere, *, portal: str, now: datetime) -> None:
    """One message was taken back by the family, or handled in the portal."""
    stored = records.message_of(portal=portal, message_id=event.message_id)
    conversation = records.conversation(stored.conversation_id) if stored else None
    if stored is None or conversation is None:
        return
    withdrawn = isinstance(event, MessageWithdrawn)
    records.save_message(
        replace(
            stored,
            standing=Standing.WITHDRAWN if withdrawn else Standing.ELSEWHERE,
            standing_at=event.at,
            standing_by=event.by,
            standing_reason=event.reason,
        )
    )
    picture = records.picture(conversation.id)
    if picture is None:
        return
    over = (
        all(m.standing is Standing.WITHDRAWN for m in picture.messages)
        if withdrawn
        else latest(picture.messages).id == stored.id
    )
    status = (Status.WITHDRAWN if withdrawn else Status.ELSEWHERE) if over else conversation.status
    tell.quieten(records, conversation, picture.messages, now=now)
    _save(
        records, conversation, status=status, action="message.withdrawn" if withdrawn else "message.elsewhere", now=now
    )


def thread_closed(records: Records, event: ThreadClosed, *, portal: str, now: datetime) -> bool:
    """The portal closed the whole thread; False when no message of it is here yet."""
    conversations = records.conversations_of_thread(portal=portal, thread_id=event.thread_id)
    for conversation in conversations:
        if conversation.status in (Status.OPEN, Status.ANSWERED):
            _save(records, conversation, status=Status.ELSEWHERE, action="thread.closed", now=now)
    return bool(conversations)


def _save(records: Records, conversation: Conversation, *, status: Status, action: str, now: datetime) -> None:
    ended = status is not conversation.status
    present = replace(
        conversation,
        version=conversation.version + 1,
        status=status,
        closed_at=now if ended else conversation.closed_at,
        closed_by=f"portal:{conversation.portal}" if ended else conversation.closed_by,
        snoozed_until=None if ended else conversation.snoozed_until,
    )
    picture = records.picture(conversation.id) if ended and conversation.turn is not Turn.NEW else None
    if picture:
        if picture.handed:  # who got it without the prior text must not get it with the end of the forward
            present = replace(present, holder=None, turn=Turn.TAKEN)
        over(records, picture.forwards, state=ForwardState.OVER, by=f"portal:{conversation.portal}", now=now)
    records.save_conversation(present)
    records.journal(Entry(at=now, actor=f"portal:{conversation.portal}", action=action, subject=conversation.id))
    tell.draw(records, present, now=now)


def reply_status(records: Records, event: ReplyStatus, *, portal: str, now: datetime) -> bool:
    """The portal tells what became of an answer; False when it is not (yet) known here."""
    reply = records.reply(event.reply_id)
    conversation = records.conversation(reply.conversation_id) if reply else None
    reply = records.reply(event.reply_id) if conversation else None  # again, behind the conversation's lock
    if reply is None or conversation is None or conversation.portal != portal:
        return False
    if _RANK.get(event.status, 0) <= _RANK.get(reply.portal_status, 0):
        return True
    told = replace(reply, portal_status=event.status, portal_status_at=event.at, portal_reason=event.reason)
    told = (
        _failed(records, told, event, now=now) if event.status == "failed" else _arrived(records, told, event, now=now)
    )
    records.save_reply(told)
    records.journal(
        Entry(
            at=now,
            actor=f"portal:{portal}",
            action="reply.status",
            subject=conversation.id,
            detail={"reply": reply.id, "status": event.status},
        )
    )
    if event.status == "failed":
        overdue.settled(records, conversation.id, now=now)
        conversation = reopened(records, conversation)
        tell.writer(records, conversation, told, now=now, to=overdue.owner(records, conversation, told))
    elif reply.state in (State.UNCLEAR, State.FAILED):
        overdue.settled(records, conversation.id, now=now)
        doubt.answered(records, conversation, told, now=now)
        return True
    tell.draw(records, conversation, now=now)
    return True


def _failed(records: Records, reply: Reply, event: ReplyStatus, *, now: datetime) -> Reply:
    """Whatever doubt there was: it is not tried again, and holds back nothing."""
    delivery = records.delivery_of(what=What.REPLY, subject=reply.id)
    if delivery and reply.state is not State.DELIVERED:
        records.drop(delivery, state=State.FAILED, code="portal_failed", now=now)
    why = (
        f"the portal says that it could not deliver this answer: {event.reason}"
        if event.reason
        else ("the portal says that it could not deliver this answer, without a reason")
    )
    return replace(reply, state=State.FAILED, code="portal_failed", reason=why, decide_by=None)


def _arrived(records: Records, reply: Reply, event: ReplyStatus, *, now: datetime) -> Reply:
    """Whatever doubt there was: the portal has it."""
    if reply.state is State.DELIVERED:
        return reply
    delivery = records.delivery_of(what=What.REPLY, subject=reply.id)
    if delivery:
        records.drop(delivery, state=State.DELIVERED, code="portal_status", now=now)
    return replace(reply, state=State.DELIVERED, delivered_at=event.at, code="", reason="", decide_by=None)
