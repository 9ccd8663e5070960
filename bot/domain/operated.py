"""What whoever runs the service does with a delivery, at a shell: have it tried again, or take it out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import doubt, overdue, tell
from bot.domain.conversation import Note
from bot.domain.delivery import State
from bot.domain.journal import Entry
from bot.domain.refused import Refusal, Refused
from bot.domain.reply import Reply
from bot.domain.store import Records


def retry(records: Records, *, delivery_id: str, by: str, twice: bool, now: datetime) -> bool:
    """Try a failed or unclear delivery again, as the card's buttons do; False for one in another state.

    An unclear answer only with `twice`: that it may reach the family a second time is theirs who press Send again.
    """
    carried = records.reply_delivered_by(delivery_id)
    if carried is not None:
        if not _answer_again(records, carried, twice=twice, now=now):
            return False
    elif not records.redeliver(delivery_id, now=now, maybe_sent=None):
        return False
    _journal(records, delivery_id, State.PENDING, by=by, twice=twice, now=now)
    return True


def _answer_again(records: Records, carried: Reply, *, twice: bool, now: datetime) -> bool:
    conversation = records.conversation(carried.conversation_id)
    picture, reply = records.picture(carried.conversation_id), records.reply(carried.id)  # behind its lock
    if conversation is None or picture is None or reply is None:
        return False
    if reply.state not in (State.FAILED, State.UNCLEAR):
        return False
    doubt.may_go_again(picture, reply)
    if reply.state is State.UNCLEAR and not twice:
        raise Refused(
            f"This answer may have arrived. The card of No. {conversation.number} has Check portal, Mark delivered and "
            "Send again: let somebody who can look into the portal decide. If nobody can, and it may reach the family "
            "a second time: --may-arrive-twice.",
            because=Refusal.NOT_NOW,
        )
    doubt.again(records, conversation, reply, now=now)
    return True


def drop(records: Records, *, delivery_id: str, by: str, why: str, now: datetime) -> bool:
    """Take a delivery out for good, with a note on its card if it was an answer; False for one in flight or settled."""
    reply = records.reply_delivered_by(delivery_id)
    conversation = records.conversation(reply.conversation_id) if reply else None  # locked first, as by everybody
    if not records.drop(delivery_id, state=State.DROPPED, code="dropped", now=now):
        return False
    reply = records.reply(reply.id) if reply else None
    if reply and conversation:
        records.save_reply(
            replace(reply, state=State.DROPPED, code="by_operator", reason=why, decide_by=None, next_try_at=None)
        )
        overdue.settled(records, conversation.id, now=now)
        words = Note(id=records.new_id("n"), conversation_id=conversation.id, author=by, text=why, at=now)
        records.add_note(words, channel="cli", ts=delivery_id)
        tell.draw(records, conversation, now=now)
    _journal(records, delivery_id, State.DROPPED, by=by, twice=False, now=now)
    return True


def _journal(records: Records, delivery_id: str, state: State, *, by: str, twice: bool, now: datetime) -> None:
    detail: dict[str, str | int | bool | None] = {"may_arrive_twice": True} if twice else {}
    records.journal(Entry(at=now, actor=by, action=f"delivery.{state.value}", subject=delivery_id, detail=detail))
