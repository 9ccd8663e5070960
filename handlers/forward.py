"""Forward: the window opens, names are suggested, the turn is handed on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import forward, tell
from bot.domain.practice import Practice
from bot.domain.refused import Refused
from bot.domain.store import Records, StoreUnavailable
from bot.failpoint import failpoint
from bot.slack import form, names, sentence
from bot.slack import forward as modal
from handlers.context import Front
from handlers.windows import opens, submitted

Payload = Mapping[str, Any]


def register(app: AsyncApp, front: Front) -> None:
    """The button wherever it stands, the names that are typed, and the submit."""
    opens(app, front, "forward", forward.open_forward, modal.build)

    async def suggest(ack: AsyncAck, body: Payload, payload: Payload) -> None:
        slack = str((body.get("user") or {}).get("id") or "")
        practice = await front.read(_practice)
        staff = practice.person(slack)
        known = modal.options(practice, str(payload.get("value") or ""), without=slack) if staff and staff.roles else []
        await ack(options=known)

    async def chosen(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(_redrawn(front, body))

    async def submit(ack: AsyncAck, body: Payload, view: Payload) -> None:
        window_id, slip = modal.read(view)
        done = submitted(front, body, view, field=names.FORWARD_TO)
        await ack(**await done(forward.forward, window_id=window_id, slip=slip))

    app.options(names.FORWARD_TO)(suggest)
    app.action(names.FORWARD_TO)(chosen)
    app.view(names.FORWARD)(submit)


async def _redrawn(front: Front, body: Payload) -> None:
    """Somebody was chosen: whether they are away is said at once."""
    view = body.get("view") or {}
    person = await front.person(body)
    try:
        window_id = form.window_id(view)
        handing = await front.look(forward.handing_of, person=person, about=window_id, window_id=window_id)
    except Refused as refused:
        await front.tell(body, refused.sentence)
        return
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
        return
    drawn = modal.again(handing, view, front.clock())
    failpoint("window.before_redraw")
    await front.poster.call("views.update", view_id=view.get("id"), hash=view.get("hash"), view=drawn)


def _practice(records: Records) -> Practice:
    return tell.in_force(records)
