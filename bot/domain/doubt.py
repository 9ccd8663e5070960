"""An answer that did not arrive, or may have: try again, look it up, or say what became of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import overdue, tell
from bot.domain.answer import after_answer
from bot.domain.conversation import Conversation, Status
from bot.domain.decision import to_enter
from bot.domain.delivery import Delivery, State, What
from bot.domain.entitled import entitled
from bot.domain.journal import Entry
from bot.domain.permission import Act
from bot.domain.picture import Picture
from bot.domain.refused import Refusal, Refused
from bot.domain.reply import Reply
from bot.domain.send import answerable, last_reply, may_reach
from bot.domain.staff import Person
from bot.domain.store import Records

FOR_EVER = timedelta(days=3650)
ASKED_AT_ONCE = 100  # unclear answers that one hourly round asks about


def retry(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Reply:
    """Try a failed answer again: the same words, the same key."""
    conversation, staff, picture = entitled(records, conversation_id=conversation_id, person=person, act=Act.RETRY)
    reply = last_reply(picture, State.FAILED)
    may_go_again(picture, reply)
    again(records, conversation, reply, now=now)
    _journal(records, "reply.retried", reply, actor=staff.slack, now=now)
    return reply


def send_again(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Reply:
    """Send an unclear answer once more; a person took it upon them that it may arrive twice."""
    conversation, staff, picture = entitled(
        records, conversation_id=conversation_id, person=person, act=Act.SETTLE_DOUBT
    )
    reply = last_reply(picture, State.UNCLEAR)
    may_go_again(picture, reply)
    again(records, conversation, replace(reply, settled_by=staff.slack), now=now)
    _journal(records, "reply.sent_again", reply, actor=staff.slack, now=now)
    return reply


def may_go_again(picture: Picture, reply: Reply) -> None:
    """Refuse the same answer once more where it would go nowhere, or reach whom it must not.

    What has become confidential since must not reach the account that it was once written to.
    """
    answerable(picture)
    if reply.to != picture.sender.portal_user_id or not may_reach(picture, reply.to):
        raise Refused(
            "Since this answer was written, the conversation became confidential or another account took it over. "
            "It cannot go out any more; press Reply and write anew, or phone.",
            because=Refusal.CONFIDENTIAL,
        )
    if reply.code == "portal_failed":  # under the same key the portal would only repeat its receipt
        raise Refused(
            "The portal took this answer and could not deliver it; the same one again would not get further. "
            "Press Reply and send it anew, or phone the family.",
            because=Refusal.NOT_NOW,
        )


def mark_delivered(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Reply:
    """A person saw the unclear answer in the portal."""
    conversation, staff, picture = entitled(
        records, conversation_id=conversation_id, person=person, act=Act.SETTLE_DOUBT
    )
    reply = last_reply(picture, State.UNCLEAR)
    arrived(records, conversation, replace(reply, settled_by=staff.slack), code="seen_by_person", now=now)
    _journal(records, "reply.marked_delivered", reply, actor=staff.slack, now=now)
    return reply


def check_portal(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Reply:
    """Ask the portal whether it has the unclear answer."""
    conversation, staff, picture = entitled(
        records, conversation_id=conversation_id, person=person, act=Act.SETTLE_DOUBT
    )
    reply = last_reply(picture, State.UNCLEAR)
    _look_up(records, conversation, reply, now=now)
    _journal(records, "reply.look_up", reply, actor=staff.slack, now=now)
    return reply


def ask_again(
    records: Records, *, after: tuple[datetime, str] | None = None, now: datetime
) -> tuple[int, tuple[datetime, str] | None]:
    """Ask the portal about answers that are unclear, as Check portal does: it may know by now. How many, and the last.

    So many at once as a round may: it goes on behind `after`, the last one of the round before, and around the end, so
    that each has its turn.
    """
    before = now + FOR_EVER
    waiting = list(records.doubts_over(before=before, limit=ASKED_AT_ONCE, after=after))
    if after and len(waiting) < ASKED_AT_ONCE:
        asked = {reply.id for reply in waiting}
        first = records.doubts_over(before=before, limit=ASKED_AT_ONCE - len(waiting))
        waiting += [reply for reply in first if reply.id not in asked]
    for reply in waiting:
        conversation = records.conversation(reply.conversation_id)
        if conversation is not None:
            _look_up(records, conversation, reply, now=now)
    last = waiting[-1] if waiting else None
    return len(waiting), (last.decide_by, last.id) if last and last.decide_by else None


def _look_up(records: Records, conversation: Conversation, reply: Reply, *, now: datetime) -> None:
    records.add_delivery(
        Delivery(
            id=records.new_id("d"),
            what=What.LOOK_UP,
            lane=f"look_up:{conversation.id}",
            subject=reply.id,
            conversation_id=conversation.id,
            portal=conversation.portal,
            fold=f"look_up:{reply.id}",
        ),
        now=now,
    )


def arrived(records: Records, conversation: Conversation, reply: Reply, *, code: str, now: datetime) -> None:
    """The portal has an answer that was in doubt."""
    delivery = records.delivery_of(what=What.REPLY, subject=reply.id)
    if delivery is None or not records.drop(delivery, state=State.DELIVERED, code=code, now=now):
        raise Refused("Somebody settled this already. Look at the card again.", because=Refusal.NOT_NOW)
    records.save_reply(replace(reply, state=State.DELIVERED, delivered_at=now, code="", reason="", decide_by=None))
    overdue.settled(records, conversation.id, now=now)
    answered(records, conversation, reply, now=now)


def found(records: Records, conversation: Conversation, reply: Reply, *, now: datetime) -> None:
    """The portal was asked about an unclear answer and has it."""
    arrived(records, conversation, reply, code="looked_up", now=now)
    _journal(records, "reply.delivered", reply, actor="service", now=now)


def not_found(records: Records, conversation: Conversation, reply: Reply, *, known: bool, now: datetime) -> None:
    """The portal was asked about an unclear answer and does not have it (`known`), or cannot tell."""
    if known:
        delivery = records.delivery_of(what=What.REPLY, subject=reply.id)
        if delivery is None or not records.drop(delivery, state=State.FAILED, code="not_found", now=now):
            return
        reply = replace(
            reply,
            state=State.FAILED,
            code="not_found",
            reason="the portal says that it does not have this answer",
            decide_by=None,
        )
        overdue.settled(records, conversation.id, now=now)
        _journal(records, "reply.failed", reply, actor="service", now=now)
    else:
        reply = replace(reply, code="cannot_tell", reason="the portal cannot tell; please look into it yourself")
    records.save_reply(reply)
    tell.draw(records, conversation, now=now)


def again(records: Records, conversation: Conversation, reply: Reply, *, now: datetime) -> None:
    """Have the same answer tried once more, under its key: a person said so, and with that the doubt is over.

    Not where the portal alone said that it has nothing: the first try may get there yet, so it is asked once more.
    """
    delivery = records.delivery_of(what=What.REPLY, subject=reply.id)
    doubt = None if reply.code == "not_found" else False
    if delivery is None or not records.redeliver(delivery, now=now, maybe_sent=doubt):
        raise Refused("It is being tried already. Look at the card again.", because=Refusal.NOT_NOW)
    records.save_reply(
        replace(reply, state=State.PENDING, code="", reason="", decide_by=None, next_try_at=now, portal_status=None)
    )
    overdue.settled(records, conversation.id, now=now)
    answered(records, conversation, reply, now=now)


def answered(records: Records, conversation: Conversation, reply: Reply, *, now: datetime) -> None:
    """An answer stands after all, or is on its way: what the newest one said of the conversation holds again.

    Unless it is over, the family wrote or it was forwarded since, or the newest answer did not arrive itself.
    """
    picture = records.picture(conversation.id)
    last = picture.replies[-1] if picture else reply
    wrote = picture and any(m.received_at > last.written_at for m in picture.messages)
    handed = picture and picture.handed
    if conversation.status is not Status.OPEN or wrote or handed or last.state in (State.FAILED, State.UNCLEAR):
        present = replace(conversation, version=conversation.version + 1)
    else:
        entering = bool(picture and to_enter(picture.decisions))
        present = after_answer(conversation, last, entering=entering, now=now)
    records.save_conversation(present)
    tell.draw(records, present, now=now)


def _journal(records: Records, action: str, reply: Reply, *, actor: str, now: datetime) -> None:
    records.journal(
        Entry(at=now, actor=actor, action=action, subject=reply.conversation_id, detail={"reply": reply.id})
    )
