"""Open: the whole message, and everything that this person may do with it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.conversation import Note
from bot.domain.entitled import seat, write
from bot.domain.permission import Act, Tie
from bot.domain.picture import Picture
from bot.domain.refused import Refused
from bot.domain.staff import Person, Staff
from bot.domain.store import Records, StoreUnavailable
from bot.slack import form, names, sentence
from bot.slack import open as window
from handlers.context import Front, ref_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What an Open window shows. `acts`: what this person may do; `stopped`: since when the portal's queue stands."""

    picture: Picture
    notes: tuple[Note, ...]
    staff: Staff
    acts: frozenset[Act]
    bound: Tie
    stopped: datetime | None


def open_message(records: Records, *, conversation_id: str, person: Person, now: datetime) -> Opened:
    """Everything about one conversation, for somebody who may see it; that they looked is journalled."""
    found = seat(records, conversation_id=conversation_id, person=person, act=Act.OPEN)
    write(records, "message.opened", found.conversation, by=found.staff, now=now)
    return Opened(
        picture=found.picture,
        notes=() if found.bound is Tie.GLIMPSE else tuple(records.notes(conversation_id)),
        staff=found.staff,
        acts=found.acts,
        bound=found.bound,
        stopped=found.picture.stopped,
    )


def register(app: AsyncApp, front: Front) -> None:
    """The button, the overflow entry and the window's own pages."""

    async def press_open(ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        await ack()
        front.later(_show(front, body, ref_of(action)))

    async def press_more(ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        await ack()
        page = names.number(str(action.get("block_id") or ""))
        front.later(_show(front, body, ref_of(action), page=page, turn=True))

    async def from_menu(body: Mapping[str, Any], conversation_id: str) -> None:
        await _show(front, body, conversation_id)

    async def again(body: Mapping[str, Any]) -> None:
        conversation_id = form.window_id(body.get("view") or {})
        await _show(front, body, conversation_id, turn=True)

    front.presses["open"] = from_menu
    front.redraws[names.OPEN] = again

    app.action(names.CARD_OPEN)(press_open)
    app.action(names.OPEN_MORE)(press_more)


async def _show(
    front: Front, body: Mapping[str, Any], conversation_id: str, *, page: int = 0, turn: bool = False
) -> None:
    view = await _view(front, body, conversation_id, page=page)
    if view is None:
        return
    if turn:
        current = body.get("view") or {}
        await front.poster.call("views.update", view_id=current.get("id"), hash=current.get("hash"), view=view)
    else:
        await front.show(body, view)


async def _view(front: Front, body: Mapping[str, Any], conversation_id: str, *, page: int) -> dict[str, Any] | None:
    person = await front.person(body)
    try:
        opened = await front.act(open_message, person=person, about=conversation_id, conversation_id=conversation_id)
    except Refused as refused:
        await front.tell(body, refused.sentence)
        return None
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
        return None
    return window.build(
        opened.picture,
        opened.notes,
        opened.staff,
        front.clock(),
        opened.acts,
        page=page,
        metadata=conversation_id,
        stopped=opened.stopped,
        bound=opened.bound,
    )
