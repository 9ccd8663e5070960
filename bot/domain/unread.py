"""An answer that the family does not open: whoever wrote it learns so after some days, and can call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial

from bot.domain import overdue, tell
from bot.domain.conversation import Conversation
from bot.domain.journal import Entry
from bot.domain.picture import Picture
from bot.domain.reply import Reply
from bot.domain.store import Records

AFTER = timedelta(days=3)  # by then most families who will read it have (https://pubmed.ncbi.nlm.nih.gov/26171082)
AT_MOST = timedelta(days=30)  # older ones, as after a long outage, are nobody's news
UNREAD = "unread"  # our own word beside the portal's: it has the answer, and says that nobody opened it
AT_ONCE = 50  # answers in one transaction; the next tick takes the next


def notice(records: Records, *, now: datetime) -> int:
    """Tell the writers of answers that were not opened in time, each once; how many were told.

    Only where the portal tells about reading at all, and the family has neither written nor got another answer since.
    """
    told = 0
    tells = cache(partial(records.tells_of_reading, since=now - AT_MOST))
    for seen in records.replies_unread(since=now - AT_MOST, before=now - AFTER, limit=AT_ONCE):
        conversation = records.conversation(seen.conversation_id)
        reply = records.reply(seen.id) if conversation else None  # again, behind the conversation's lock
        picture = records.picture(seen.conversation_id)
        if conversation is None or reply is None or picture is None or reply.portal_status != seen.portal_status:
            continue
        records.save_reply(replace(reply, portal_status=UNREAD))
        if _stands_last(picture, reply) and tells(conversation.portal):
            _tell(records, conversation, reply, now=now)
            told += 1
    return told


def _stands_last(picture: Picture, reply: Reply) -> bool:
    return picture.replies[-1].id == reply.id and all(m.received_at < reply.written_at for m in picture.messages)


def _tell(records: Records, conversation: Conversation, reply: Reply, *, now: datetime) -> None:
    to = overdue.owner(records, conversation, reply)
    records.journal(
        Entry(at=now, actor="service", action="reply.unread", subject=conversation.id, detail={"reply": reply.id})
    )
    tell.news(records, conversation, news=UNREAD, by=reply.author.slack, to=to, now=now)
    tell.draw(records, conversation, now=now)
