"""Answering a family: the window opens, and Send is pressed once, by somebody who may, on what they saw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.answer import Answer, answer
from bot.domain.conversation import Status
from bot.domain.delivery import State
from bot.domain.entitled import entitled, open_window, seat
from bot.domain.journal import Entry
from bot.domain.message import Relationship
from bot.domain.permission import Act
from bot.domain.picture import Picture
from bot.domain.refused import Refusal, Refused
from bot.domain.reply import Reply
from bot.domain.staff import Person, Staff
from bot.domain.store import Records
from bot.domain.window import Window, mine
from bot.domain.words import Ticks, checked_words, only_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An opened window with everything it shows, and the person who has it before them.

    `stopped`: since when the portal's queue stands still, None while it moves.
    """

    window: Window
    picture: Picture
    staff: Staff
    stopped: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was written and ticked in a reply window."""

    text: str
    done_after: bool
    read_tick: bool = False
    proxy_tick: bool = False
    sibling_tick: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """Nothing was sent, since something changed while the window was open. `seen_until`: what came later is new."""

    desk: Desk
    seen_until: datetime


def open_reply(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Desk:
    """Open the reply window, if this person may answer this conversation now."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.REPLY)
    answerable(found.picture)
    window = open_window(records, found, what="reply", now=now)
    return _desk(window, found.picture, found.staff)


def desk_of(records: Records, *, window_id: str, person: Person) -> Desk:
    """An opened reply window of this person, to draw it again; Refused when it is over or they may not any more."""
    window = mine(records.window(window_id), person.slack, "reply")
    _, staff, picture = entitled(records, conversation_id=window.conversation_id, person=person, act=Act.REPLY)
    return _desk(window, picture, staff)


def _desk(window: Window, picture: Picture, staff: Staff) -> Desk:
    return Desk(window=window, picture=picture, staff=staff, stopped=picture.stopped)


def send(records: Records, *, window_id: str, person: Person, form: Form, now: datetime) -> Reply | Stale:
    """Send an answer: one window, one reply. The recipient comes from our own row, never from Slack."""
    window = mine(records.window(window_id), person.slack, "reply")
    conversation, staff, picture = entitled(
        records, conversation_id=window.conversation_id, person=person, act=Act.REPLY
    )
    answerable(picture)
    ticks = Ticks(proxy=form.proxy_tick, sibling=form.sibling_tick)
    text = checked_words(form.text, picture=picture, ticks=ticks, records=records, field="reply_text")
    only_once(text, picture=picture, by=person.slack, field="reply_text")
    if conversation.version != window.version:
        return _shown_again(records, _desk(window, picture, staff), now=now)
    if window.stale and not form.read_tick:
        raise Refused(
            "Something changed while you wrote. Read it above, tick this, and press Send.",
            because=Refusal.UNREAD_CHECK,
            field="stale_read",
        )
    return _sent(records, _desk(window, picture, staff), text, form, now=now)


def answerable(picture: Picture) -> None:
    """Refuse an answer that would go nowhere, or to the wrong account."""
    conversation = picture.conversation
    if conversation.status is Status.WITHDRAWN:
        raise Refused(
            "The family took this message back. Nothing was sent; phone them if it still matters.",
            because=Refusal.CLOSED,
        )
    if conversation.status is Status.ELSEWHERE:
        raise Refused(
            "This was handled in the portal itself. Nothing was sent; look there before you write again.",
            because=Refusal.CLOSED,
        )
    if len({stored.content.sender.portal_user_id for stored in picture.messages}) > 1:
        raise Refused(
            "This conversation holds messages of two accounts, so I cannot know whom an answer would reach. "
            "Phone the family, and tell your admin.",
            because=Refusal.NOT_NOW,
        )
    if not may_reach(picture, picture.sender.portal_user_id):
        raise Refused(
            "This answer may go only to the teenager's own account, and somebody else's account wrote this message. "
            "Answer by phone, or ask a prescriber.",
            because=Refusal.CONFIDENTIAL,
        )


def may_reach(picture: Picture, portal_user_id: str) -> bool:
    """Whether an answer may go to that account: of a confidential conversation only the patient's own may read."""
    if not picture.conversation.confidential:
        return True
    return any(
        stored.content.sender.relationship is Relationship.SELF
        for stored in picture.messages
        if stored.content.sender.portal_user_id == portal_user_id
    )


def _shown_again(records: Records, desk: Desk, *, now: datetime) -> Stale:
    seen_until = desk.window.opened_at
    window = replace(desk.window, version=desk.picture.conversation.version, opened_at=now, stale=True)
    records.save_window(window)
    records.journal(
        Entry(
            at=now,
            actor=desk.staff.slack,
            action="reply.stopped",
            subject=window.conversation_id,
            outcome="refused",
            detail={"because": Refusal.CHANGED.value},
        )
    )
    return Stale(desk=replace(desk, window=window), seen_until=seen_until)


def _sent(records: Records, desk: Desk, text: str, form: Form, *, now: datetime) -> Reply:
    reply = answer(records, desk.picture, Answer(text=text, done_after=form.done_after), by=desk.staff, now=now)
    records.save_window(replace(desk.window, used_by=reply.id))
    return reply


def last_reply(picture: Picture, state: State) -> Reply:
    """The newest answer that is in that state, for the buttons that act on it."""
    for reply in reversed(picture.replies):
        if reply.state is state:
            return reply
    raise Refused("This card was out of date and I have redrawn it. Please look again.", because=Refusal.NOT_NOW)
