"""After a restore: what may have been sent since the backup was made is parked, and looked for before it is posted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import tell
from bot.domain.delivery import DECIDE_WITHIN, State
from bot.domain.journal import Entry
from bot.domain.store import Records

WORDS = "the database was restored from a backup, so this answer may have been sent since that was made"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """What was found on its way: answers that a person must decide about, and posts that are looked for first."""

    answers: int
    posts: int


def park(records: Records, *, by: str, now: datetime) -> Parked:
    """Nothing leaves by itself: each answer on its way is unclear now, with its writer as owner (SAFETY I24)."""
    reply_ids, posts = records.park(now=now)
    for reply_id in reply_ids:
        reply = records.reply(reply_id)
        conversation = records.conversation(reply.conversation_id) if reply else None
        if reply is None or conversation is None:
            continue
        doubt = replace(
            reply,
            state=State.UNCLEAR,
            code="restored",
            reason=WORDS,
            owner=reply.author.slack,
            decide_by=now + DECIDE_WITHIN,
            next_try_at=None,
        )
        records.save_reply(doubt)
        tell.draw(records, conversation, now=now)
        tell.writer(records, conversation, doubt, now=now)
    detail: dict[str, str | int | bool | None] = {"answers": len(reply_ids), "posts": posts}
    records.journal(Entry(at=now, actor=by, action="database.restored", subject="database", detail=detail))
    return Parked(answers=len(reply_ids), posts=posts)
