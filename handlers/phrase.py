"""`/portal phrases` and Home's Phrases: what a reply can use, with a preview; written, changed and deleted there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import phrasebook
from bot.domain.phrasebook import Book, Kept
from bot.domain.refused import Refusal, Refused
from bot.domain.store import StoreUnavailable
from bot.slack import names, sentence
from bot.slack import phrase as window
from handlers.context import Front, ref_of
from handlers.document import document_of
from handlers.windows import submitted

Payload = Mapping[str, Any]
Draw = Callable[[Book], dict[str, Any]]

_STALE = {Refusal.GONE, Refusal.CHANGED, Refusal.NOT_ADMIN}  # the list offered what is not true any more


def register(app: AsyncApp, front: Front) -> None:
    """The command, the buttons, the pages, the window in which one is written."""

    async def show(body: Payload) -> None:
        await _shown(front, body, window.build)

    def pressed(work: Callable[[Payload, Payload], Any]) -> Callable[..., Any]:
        async def press(ack: AsyncAck, body: Payload, action: Payload) -> None:
            await ack()
            front.later(work(body, action))

        return press

    async def new(body: Payload, _: Payload) -> None:
        await _shown(front, body, lambda book: window.writing(book, None))

    async def edit(body: Payload, action: Payload) -> None:
        await _edited(front, body, ref_of(action))

    async def more(body: Payload, action: Payload) -> None:
        page = names.number(str(action.get("block_id") or ""))
        await _redrawn(front, body, lambda book: window.build(book, page=page))

    async def preview(body: Payload, _: Payload) -> None:
        await _redrawn(front, body, lambda book: _previewed(book, body.get("view") or {}))

    async def delete(body: Payload, action: Payload) -> None:
        await _deleted(front, body, ref_of(action))

    async def submit(ack: AsyncAck, body: Payload, view: Payload) -> None:
        await ack(**await _saved(front, body, view))

    front.commands["phrases"] = show
    app.action(names.HOME_PHRASES)(pressed(lambda body, _: show(body)))
    app.action(names.PHRASES_MORE)(pressed(more))
    app.action(names.PHRASE_NEW)(pressed(new))
    app.action(names.PHRASE_EDIT)(pressed(edit))
    app.action(names.PHRASE_PREVIEW)(pressed(preview))
    app.action(names.PHRASE_DELETE)(pressed(delete))
    app.view(names.PHRASE)(submit)


async def _shown(front: Front, body: Payload, draw: Draw) -> None:
    book = await _book(front, body)
    if book is not None:
        await front.show(body, draw(book))


async def _redrawn(front: Front, body: Payload, draw: Draw) -> None:
    book = await _book(front, body)
    if book is not None:
        await front.poster.call("views.update", view_id=(body.get("view") or {}).get("id"), view=draw(book))


def _previewed(book: Book, view: Payload) -> dict[str, Any]:
    draft = window.read(view, book)
    return window.writing(book, book.of(draft.ref) if draft.ref else None, draft)


async def _book(front: Front, body: Payload) -> Book | None:
    """The phrases of somebody with a role; everybody else is told why not."""
    person = await front.person(body)
    try:
        return await front.read(phrasebook.book, person=person)
    except Refused as refused:
        await front.tell(body, refused.sentence)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    return None


async def _edited(front: Front, body: Payload, ref: str) -> None:
    """Open the window on it; what is gone, or not theirs to change, is said, and the list shows what is true."""
    person = await front.person(body)
    try:
        book = await front.read(phrasebook.chosen, person=person, ref=ref)
    except Refused as refused:
        await _told(front, body, refused)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        await front.show(body, window.writing(book, book.of(ref)))


async def _told(front: Front, body: Payload, refused: Refused) -> None:
    """Say no on top of the list, and draw the list anew: what it offered is not true any more."""
    await front.tell(body, refused.sentence)
    if window.is_list(body.get("view") or {}) and refused.because in _STALE:
        await _listed_again(front, body)


async def _listed_again(front: Front, body: Payload) -> None:
    page = window.page_of(body.get("view") or {})
    await _redrawn(front, body, lambda book: window.build(book, page=page))


async def _deleted(front: Front, body: Payload, ref: str) -> None:
    seen = window.seen(body.get("view") or {})
    person = await front.person(body)
    try:
        await front.act(phrasebook.remove, person=person, about=ref, ref=ref, seen=seen, document_of=document_of)
    except Refused as refused:
        await _told(front, body, refused)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        await _listed_again(front, body)


async def _saved(front: Front, body: Payload, view: Payload) -> dict[str, Any]:
    """Keep it; the list underneath shows it at once."""
    person = await front.person(body)
    try:
        book = await front.read(phrasebook.book, person=person)
    except (Refused, StoreUnavailable) as no:
        words = no.sentence if isinstance(no, Refused) else sentence.DATABASE_AWAY
        return {"response_action": "errors", "errors": {names.PHRASE_TEXT: words}}
    draft = window.read(view, book)
    below = {**body, "view": {"id": view.get("previous_view_id")}}

    def shown(kept: Kept) -> dict[str, Any]:
        front.later(_redrawn(front, below, lambda now: window.build(now, page=window.page_with(now, kept.ref))))
        return {}

    done = submitted(front, body, view, field=names.PHRASE_TEXT)
    answer = await done(phrasebook.keep, then=shown, draft=draft, document_of=document_of)
    if answer and draft.is_old(beside=book):
        front.later(_redrawn(front, below, window.build))
    return answer
