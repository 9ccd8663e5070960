"""Refill: two pages, the next one, and what was entered in the EHR."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import confirm, decide
from bot.domain.conversation import Conversation
from bot.domain.decide import Deciding
from bot.domain.forward import Handing
from bot.domain.refused import Refused
from bot.domain.staff import Person
from bot.domain.store import Records, StoreUnavailable
from bot.failpoint import failpoint
from bot.slack import decide as first_page
from bot.slack import decide_confirm as second_page
from bot.slack import form, names, sentence
from bot.slack import forward as forwarding
from handlers.context import Front, ref_of
from handlers.windows import open_window, opens, submitted

Payload = Mapping[str, Any]
OUTCOMES = re.compile(r"line_\d{1,10}_outcome")


def register(app: AsyncApp, front: Front) -> None:
    """The button wherever it stands, the choices, both submits, and the way on."""
    opens(app, front, "refill", decide.open_refill, opened)

    async def chosen(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(_redrawn(front, body))

    async def submit_first(ack: AsyncAck, body: Payload, view: Payload) -> None:
        window_id, choices = first_page.read(view)
        done = submitted(front, body, view, field=next(form.block_ids(view), names.REFILL))
        then = partial(_second, front)
        await ack(**await done(decide.choose, then=then, window_id=window_id, choices=choices))

    async def submit_second(ack: AsyncAck, body: Payload, view: Payload) -> None:
        window_id, said = second_page.read(view)
        done = submitted(front, body, view, field=names.FAMILY_WORDS)
        answer = await done(confirm.confirm, then=_after, window_id=window_id, said=said)
        await ack(**await _in_a_row(front, body, answer))

    async def change(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(_back(front, body))

    async def by_changed(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(_who_answers(front, body))

    async def next_one(ack: AsyncAck, body: Payload, action: Payload) -> None:
        await ack()
        front.later(open_window(front, body, ref_of(action), decide.open_refill, opened))

    async def one_after_the_other(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(_first(front, body))

    app.action(OUTCOMES)(chosen)
    app.action(names.HOME_REFILLS)(one_after_the_other)
    app.view(names.REFILL)(submit_first)
    app.view(names.REFILL_CONFIRM)(submit_second)
    app.action(names.REFILL_CHANGE)(change)
    app.action(names.ANSWER_BY)(by_changed)
    app.action(names.REFILL_NEXT)(next_one)


def opened(made: Deciding | Handing, now: datetime) -> dict[str, Any]:
    """The first page, or the way to a prescriber."""
    return forwarding.build(made, now) if isinstance(made, Handing) else first_page.build(made, now)


def _second(front: Front, planned: decide.Planned) -> dict[str, Any]:
    return {"response_action": "update", "view": second_page.build(planned, front.clock())}


def _after(done: confirm.Confirmed) -> dict[str, Any] | None:
    if done.next is None:
        return None
    if done.row:
        return {"next": done.next.id}
    return {"response_action": "update", "view": second_page.decided(done.next)}


async def _in_a_row(front: Front, body: Payload, answer: dict[str, Any]) -> dict[str, Any]:
    """One after the other: the next refill's first page takes the window's place at once."""
    following = answer.pop("next", None)
    if following is None:
        return answer
    person = await front.person(body)
    try:
        made = await front.act(decide.open_in_a_row, person=person, about=following, conversation_id=following)
    except (Refused, StoreUnavailable):
        return {}
    return {"response_action": "update", "view": opened(made, front.clock())}


async def _redrawn(front: Front, body: Payload) -> None:
    """An outcome was chosen: its fields appear; one medicine approved as asked leads straight to the second page."""
    view = body.get("view") or {}
    window_id, choices = first_page.read(view)
    person = await front.person(body)
    try:
        deciding = await front.look(
            decide.drafted, person=person, about=window_id, window_id=window_id, choices=choices
        )
        drawn = first_page.build(deciding, front.clock())
        if first_page.quick(deciding, {choice.line: choice for choice in choices}):
            planned = await front.act(
                decide.choose, person=person, about=window_id, window_id=window_id, choices=choices
            )
            drawn = second_page.build(planned, front.clock())
    except Refused as refused:
        await front.tell(body, refused.sentence)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        failpoint("window.before_redraw")
        # No hash: two choices made quickly would otherwise lose the second redraw.
        await front.poster.call("views.update", view_id=view.get("id"), view=drawn)


async def _back(front: Front, body: Payload) -> None:
    await _update(front, body, lambda deciding, _: first_page.build(deciding, front.clock()))


async def _who_answers(front: Front, body: Payload) -> None:
    view = body.get("view") or {}
    said = second_page.read(view)[1]
    bump = form.bump_of(view, names.FAMILY_WORDS)

    def drawn(_: Deciding, planned: decide.Planned) -> dict[str, Any]:
        return second_page.build(planned, front.clock(), by=said.by, words=said.words, bump=bump)

    await _update(front, body, drawn)


async def _update(front: Front, body: Payload, drawn: Any) -> None:
    view = body.get("view") or {}
    person = await front.person(body)
    try:
        window_id = form.window_id(view)
        planned = await front.act(decide.planned_of, person=person, about=window_id, window_id=window_id)
    except Refused as refused:
        await front.tell(body, refused.sentence)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        shown = drawn(planned.deciding, planned)
        failpoint("window.before_redraw")
        await front.poster.call("views.update", view_id=view.get("id"), hash=view.get("hash"), view=shown)


async def _first(front: Front, body: Payload) -> None:
    """Home's button: the refill that waits longest, then the next one, and so on."""
    person = await front.person(body)
    try:
        waiting = await front.read(_next, person=person)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
        return
    if waiting is None:
        await front.tell(body, sentence.NO_REFILL)
        return
    await open_window(front, body, waiting.id, decide.open_in_a_row, opened)


def _next(records: Records, *, person: Person) -> Conversation | None:
    return confirm.next_refill(records, person=person, besides="")
