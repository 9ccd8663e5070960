"""`/portal phrases` and Home's Phrases: what a reply can use, with a preview; written, changed and deleted there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import phrasebook
from bot.domain.phrasebook import Book
from bot.domain.refused import Refused
from bot.domain.store import StoreUnavailable
from bot.slack import names, sentence
from bot.slack import phrase as window
from handlers.context import Front, ref_of
from handlers.document import document_of
from handlers.windows import submitted

Payload = Mapping[str, Any]
Draw = Callable[[Book], dict[str, Any]]


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
        await _shown(front, body, lambda book: window.writing(book, book.of(ref_of(action))))

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
        return await front.store.read(phrasebook.book, person=person)
    except Refused as refused:
        await front.tell(body, refused.sentence)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    return None


async def _deleted(front: Front, body: Payload, ref: str) -> None:
    view = body.get("view") or {}
    person = await front.person(body)
    try:
        await front.act(
            phrasebook.remove, person=person, about=ref, ref=ref, seen=window.seen(view), document_of=document_of
        )
    except Refused as refused:
        await front.tell(body, refused.sentence)
        return
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
        return
    await _redrawn(front, body, lambda book: window.build(book, page=window.page_of(view)))


async def _saved(front: Front, body: Payload, view: Payload) -> dict[str, Any]:
    """Keep it; the list underneath shows it at once."""
    person = await front.person(body)
    try:
        book = await front.store.read(phrasebook.book, person=person)
    except (Refused, StoreUnavailable) as no:
        words = no.sentence if isinstance(no, Refused) else sentence.DATABASE_AWAY
        return {"response_action": "errors", "errors": {names.PHRASE_TEXT: words}}
    done = submitted(front, body, view, field=names.PHRASE_TEXT)
    draft = window.read(view, book)
    answer = await done(phrasebook.keep, then=lambda _: {}, draft=draft, document_of=document_of)
    below = view.get("previous_view_id")
    if not answer and below:
        front.later(_redrawn(front, {**body, "view": {"id": below}}, window.build))
    return answer
