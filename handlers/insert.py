"""Phrases and a colleague's words, inserted into a reply without losing what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import phrase, phrasebook, send
from bot.domain.phrasebook import Kept
from bot.domain.refused import Refused
from bot.domain.reply import TEXT_LIMIT
from bot.domain.store import StoreUnavailable
from bot.slack import form, insert, names, sentence
from bot.slack import reply as modal
from handlers.context import Front

Payload = Mapping[str, Any]


def register(app: AsyncApp, front: Front) -> None:
    """The letters that are typed, the phrase that is chosen, the button that inserts."""

    async def suggest(ack: AsyncAck, body: Payload, payload: Payload) -> None:
        slack = str((body.get("user") or {}).get("id") or "")
        known = await front.read(phrasebook.usable, slack=slack)
        await ack(options=insert.options(known, str(payload.get("value") or "")))

    async def chosen(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(_inserted(front, body, form.chosen(body.get("view") or {}, names.REPLY_PHRASE)))

    async def press(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(_inserted(front, body, ""))

    app.options(names.REPLY_PHRASE)(suggest)
    app.action(names.REPLY_PHRASE)(chosen)
    app.action(names.REPLY_INSERT)(press)


async def _inserted(front: Front, body: Payload, chosen: str) -> None:
    """Redraw at once, with the words at the end: what is typed between the press and the redraw would be lost."""
    view = body.get("view") or {}
    written = modal.read(view)
    person = await front.person(body)
    try:
        desk = await front.read(send.desk_of, window_id=written.window_id, person=person)
        known = await front.read(phrasebook.usable, slack=person.slack)
    except Refused as refused:
        await front.tell(body, refused.sentence)
        return
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
        return
    words = _words(desk, chosen, known, front)
    text = insert.joined(written.text, words) if words else written.text
    full = len(text) > TEXT_LIMIT
    drawn = modal.build(
        desk.window,
        desk.picture,
        desk.staff,
        front.clock(),
        text=written.text if full else text,
        bump=form.bump_of(view, names.REPLY_TEXT) + 1,
        done_after=written.done_after,
        proxy_tick=written.proxy_tick,
        stopped=desk.stopped,
        told=sentence.PHRASE_TOO_LONG if full else "",
    )
    await front.poster.call("views.update", view_id=view.get("id"), view=drawn)


def _words(desk: send.Desk, chosen: str, known: Sequence[Kept], front: Front) -> str:
    if not chosen:
        forward = desk.picture.at_hand
        return forward.words if forward else ""
    found = next((one.phrase for one in known if one.ref == chosen), None)
    return phrase.fill(found.text, phrase.values_for(desk.picture, desk.staff, now=front.clock())) if found else ""
