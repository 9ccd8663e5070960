"""Unclear answers whose time is over: their owner is reminded, and the admins know until somebody has decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import tell
from bot.domain.conversation import Conversation
from bot.domain.delivery import State
from bot.domain.journal import Entry
from bot.domain.reply import Reply
from bot.domain.staff import Role
from bot.domain.store import Records

AT_ONCE = 50  # doubts in one transaction; the next tick takes the next


def doubts(records: Records, *, now: datetime) -> int:
    """Ring for each unclear answer that nobody decided in time, once; how many were new (SAFETY I26).

    An owner who is away passes it to their cover; one who has no role any more to a colleague of the department.
    """
    rung = 0
    for seen in records.doubts_over(before=now, limit=AT_ONCE, unheard=True):
        conversation = records.conversation(seen.conversation_id)
        reply = records.reply(seen.id) if conversation else None  # again, behind the conversation's lock
        if conversation is None or reply is None or reply.state is not State.UNCLEAR:
            continue
        if tell.ring(records, key=_key(conversation.id), words=_words(conversation), now=now):
            _remind(records, conversation, reply, now=now)
            rung += 1
    return rung


def settled(records: Records, conversation_id: str, *, now: datetime) -> None:
    """Somebody decided, or the portal told: the alarm is over."""
    records.close_alarm(key=_key(conversation_id), now=now)


def owner(records: Records, conversation: Conversation, reply: Reply) -> str:
    """Who looks after an answer: its owner or writer, or their cover, or a colleague; in Slack's user id."""
    practice = tell.in_force(records)
    named = practice.person(reply.owner or reply.author.slack)
    covering = practice.cover(named.slack) if named and named.roles else None
    colleagues = [s for s in practice.staff if conversation.department in s.departments]
    able = [s for s in (covering, *colleagues) if s and not s.roles.isdisjoint({Role.STAFF, Role.PRESCRIBER})]
    return next((s.slack for s in (*able, *practice.admins)), reply.author.slack)


def _remind(records: Records, conversation: Conversation, reply: Reply, *, now: datetime) -> None:
    to = owner(records, conversation, reply)
    records.save_reply(replace(reply, owner=to))
    records.journal(
        Entry(at=now, actor="service", action="doubt.late", subject=conversation.id, detail={"reply": reply.id})
    )
    tell.writer(records, conversation, reply, now=now, to=to)
    tell.draw(records, conversation, now=now)


def _key(conversation_id: str) -> str:
    return f"doubt:{conversation_id}"


def _words(conversation: Conversation) -> str:
    return (
        f"Nobody has decided what became of the answer in No. {conversation.number} ({conversation.department}). "
        "The family may not have it. Its card says what to do: Check portal, Mark delivered or Send again."
    )
