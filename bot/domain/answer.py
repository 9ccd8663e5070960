"""Words, or a decision alone, on their way to the family: the one place where an answer is made."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import tell
from bot.domain.conversation import Conversation, Status
from bot.domain.decision import Decision, asked_about, to_enter, told, untold
from bot.domain.delivery import Delivery, State, What, reply_lane
from bot.domain.forward import ended
from bot.domain.journal import Entry
from bot.domain.message import Kind, StoredMessage
from bot.domain.picture import Picture
from bot.domain.refill import Medication, RefillRequest
from bot.domain.reply import Author, Reply
from bot.domain.sequence import after
from bot.domain.staff import Role, Staff
from bot.domain.store import Records
from bot.domain.turn import ForwardState, Turn, open_chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes out: `text` for the family ("" for a decision alone), and whether the matter is done then."""

    text: str
    done_after: bool


def answer(records: Records, picture: Picture, said: Answer, *, by: Staff, now: datetime) -> Reply:
    """Put an answer on its way, with every decision that no answer has told yet; the recipient is our own row's."""
    conversation, newest = picture.conversation, picture.newest
    carried = _carried(picture)
    reply = Reply(
        id=records.new_id("r"),
        conversation_id=conversation.id,
        in_reply_to=_asked_by(picture, carried) if carried else newest.message_id,
        thread_id=newest.thread_id,
        to=newest.sender.portal_user_id,
        to_name=newest.sender.name,
        text=said.text,
        text_sha256=hashlib.sha256(said.text.encode("utf-8", "surrogatepass")).hexdigest(),
        author=author_of(by),
        written_at=after(now, (*(m.received_at for m in picture.messages), *(r.written_at for r in picture.replies))),
        done_after=said.done_after,
        decision=told(carried),
    )
    records.add_reply(reply)
    for decision in carried:
        records.told_by(decision.id, reply_id=reply.id)
    _turns_end(records, picture, reply, now=now)
    present = after_answer(conversation, reply, entering=bool(to_enter(picture.decisions)), now=now)
    records.save_conversation(present)
    _journal(records, present, reply, now=now)
    _post(records, present, reply, now=now)
    tell.draw_with_what_comes(records, present, now=now)  # the portal takes most answers at once
    return reply


def author_of(staff: Staff) -> Author:
    """Who presses Send, as the family reads it."""
    role = "prescriber" if Role.PRESCRIBER in staff.roles else "staff"
    return Author(slack=staff.slack, name=staff.name, title=staff.title, role=role)


def after_answer(conversation: Conversation, reply: Reply, *, entering: bool = False, now: datetime) -> Conversation:
    """The conversation once an answer is on its way: its writer holds it, and it is done if they said so.

    `entering`: an approved refill still has to be entered in the EHR, so it stays open.
    """
    closed = reply.done_after and not entering
    status = Status.DONE if closed else Status.OPEN if entering else Status.ANSWERED
    return replace(
        conversation,
        version=conversation.version + 1,
        status=status,
        holder=reply.author.slack,
        held_since=now if conversation.holder != reply.author.slack else conversation.held_since,
        turn=Turn.TAKEN,
        snoozed_until=None,
        closed_at=now if closed else None,
        closed_by=reply.author.slack if closed else None,
    )


def reopened(records: Records, conversation: Conversation) -> Conversation:
    """The conversation once an answer did not arrive, or nobody knows: open again, unless it is over anyway."""
    if conversation.status not in (Status.ANSWERED, Status.DONE):
        return conversation
    present = replace(conversation, status=Status.OPEN, closed_at=None, closed_by=None)
    records.save_conversation(present)
    return present


def _carried(picture: Picture) -> tuple[Decision, ...]:
    """What one answer can tell: the untold decisions of the newest message that has any (the contract names one).

    What an answer that failed should have told is untold; what was decided about other words than those that stand
    there now is not told at all.
    """
    lost = {reply.id for reply in picture.replies if reply.state is State.FAILED}
    again = tuple(replace(d, reply_id=None) if d.reply_id in lost else d for d in picture.decisions)
    waiting = [d for d in untold(again) if still_asked(picture, d)]
    newest = max(waiting, key=lambda d: (d.at, d.line), default=None)
    return tuple(d for d in waiting if newest and d.message_id == newest.message_id)


def still_asked(picture: Picture, decision: Decision) -> bool:
    """Whether what was decided about still stands there: the same child, and of a refill the same line."""
    message = next((m for m in picture.messages if m.id == decision.message_id), None)
    if message is None:
        return True
    line = _line(message, decision) if decision.kind is Kind.REFILL else None
    if decision.terms.about is None:  # an older version decided it
        return decision.kind is not Kind.REFILL or (line is not None and line.text == decision.terms.medicine)
    return decision.terms.about == asked_about(message.content.patient, line)


def _line(message: StoredMessage, decision: Decision) -> Medication | None:
    request = message.content.request
    asked = request.medications if isinstance(request, RefillRequest) else ()
    return next((m for m in asked if m.line == decision.line), None)


def _asked_by(picture: Picture, carried: Sequence[Decision]) -> str:
    """The portal's id of the message that the decisions are about."""
    about = carried[0].message_id
    return next((m.content.message_id for m in picture.messages if m.id == about), picture.newest.message_id)


def _turns_end(records: Records, picture: Picture, reply: Reply, *, now: datetime) -> None:
    """Whoever had it, or waited for it to come back, is told that the family has an answer now."""
    conversation, by = picture.conversation, reply.author.slack
    chain = open_chain(picture.forwards)
    ended(records, chain, state=ForwardState.OVER, by=by, now=now)
    concerned = {conversation.holder, *(one.by for one in chain)} if conversation.status is Status.OPEN else set()
    for slack in sorted(person for person in concerned if person and person != by):
        tell.news(records, conversation, news="answered", by=by, to=slack, now=now)


def _journal(records: Records, conversation: Conversation, reply: Reply, *, now: datetime) -> None:
    alone = not reply.text
    detail: dict[str, str | int | bool | None] = {"reply": reply.id, "done_after": reply.done_after}
    action = "decision.sent" if alone else "reply.sent"
    records.journal(Entry(at=now, actor=reply.author.slack, action=action, subject=conversation.id, detail=detail))


def _post(records: Records, conversation: Conversation, reply: Reply, *, now: datetime) -> None:
    records.add_delivery(
        Delivery(
            id=records.new_id("d"),
            what=What.REPLY,
            lane=reply_lane(conversation.id),
            subject=reply.id,
            conversation_id=conversation.id,
            urgent=conversation.urgent,
            portal=conversation.portal,
        ),
        now=now,
    )
