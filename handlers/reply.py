"""Reply: the window opens, Send is pressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import send
from bot.domain.refused import Refusal, Refused
from bot.domain.store import StoreUnavailable
from bot.failpoint import failpoint
from bot.slack import form, names, sentence
from bot.slack import reply as modal
from handlers.context import Front, ref_of
from handlers.windows import refusal


def register(app: AsyncApp, front: Front) -> None:
    """Everything that can be pressed to answer a family."""

    async def open_reply(ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        failpoint("press.received")
        await ack()
        front.later(_open(front, body, ref_of(action)))

    async def submit_reply(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        await ack(**await _submit(front, body, view))

    async def from_menu(body: Mapping[str, Any], conversation_id: str) -> None:
        await _open(front, body, conversation_id)

    front.presses["reply"] = from_menu
    app.action(names.CARD_REPLY)(open_reply)
    app.view(names.REPLY)(submit_reply)


async def _open(front: Front, body: Mapping[str, Any], conversation_id: str) -> None:
    person = await front.person(body)
    try:
        desk = await front.act(send.open_reply, person=person, about=conversation_id, conversation_id=conversation_id)
    except Refused as refused:
        await front.tell(body, refused.sentence)
        return
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
        return
    failpoint("press.done")
    await front.show(body, modal.build(desk.window, desk.picture, desk.staff, front.clock(), stopped=desk.stopped))
    failpoint("window.opened")


async def _submit(front: Front, body: Mapping[str, Any], view: Mapping[str, Any]) -> dict[str, Any]:
    failpoint("send.received")
    written = modal.read(view)
    person = await front.person(body)
    try:
        sent = await front.act(
            send.send, person=person, about=written.window_id, window_id=written.window_id, form=written.form
        )
    except Refused as refused:
        return refusal(refused, view, field=names.REPLY_TEXT)
    except StoreUnavailable:
        unsaved = Refused(sentence.DATABASE_AWAY, because=Refusal.NOT_NOW)
        return {"response_action": "errors", "errors": form.errors(unsaved, view, field=names.REPLY_TEXT)}
    failpoint("send.done")
    if isinstance(sent, send.Stale):
        return {"response_action": "update", "view": _shown_again(front, sent, written, view)}
    front.later(front.home_changed(person.slack))
    on_top = view.get("previous_view_id") is not None
    return {"response_action": "clear"} if on_top else {}


def _shown_again(front: Front, stale: send.Stale, written: modal.ReplyForm, view: Mapping[str, Any]) -> dict[str, Any]:
    desk = stale.desk
    return modal.build(
        desk.window,
        desk.picture,
        desk.staff,
        front.clock(),
        text=written.text,
        bump=form.bump_of(view, names.REPLY_TEXT) + 1,
        done_after=written.done_after,
        proxy_tick=written.proxy_tick,
        stale=stale,
        stopped=desk.stopped,
    )
