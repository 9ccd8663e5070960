"""`/portal phrases` and Home's Phrases: what a reply can use, with a preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import tell
from bot.domain.permission import must_work_here
from bot.domain.practice import Practice
from bot.domain.refused import Refused
from bot.domain.staff import Person
from bot.domain.store import Records, StoreUnavailable
from bot.slack import names, sentence
from bot.slack import phrase as window
from handlers.context import Front

Payload = Mapping[str, Any]


def register(app: AsyncApp, front: Front) -> None:
    """The command, the button, the pages."""

    async def show(body: Payload) -> None:
        practice = await _allowed(front, body)
        if practice is not None:
            await front.show(body, window.build(practice))

    async def press(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(show(body))

    async def more(ack: AsyncAck, body: Payload, action: Payload) -> None:
        await ack()
        front.later(_turned(front, body, names.number(str(action.get("block_id") or ""))))

    front.commands["phrases"] = show
    app.action(names.HOME_PHRASES)(press)
    app.action(names.PHRASES_MORE)(more)


async def _turned(front: Front, body: Payload, page: int) -> None:
    practice = await _allowed(front, body)
    view = body.get("view") or {}
    if practice is not None:
        drawn = window.build(practice, page=page)
        await front.poster.call("views.update", view_id=view.get("id"), hash=view.get("hash"), view=drawn)


async def _allowed(front: Front, body: Payload) -> Practice | None:
    """The practice, for somebody with a role; everybody else is told why not."""
    person = await front.person(body)
    try:
        return await front.store.read(_practice, person=person)
    except Refused as refused:
        await front.tell(body, refused.sentence)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    return None


def _practice(records: Records, *, person: Person) -> Practice:
    practice = tell.in_force(records)
    must_work_here(person, practice.person(person.slack), ask=practice.ask)
    return practice
