"""Snooze, Add note, History: the windows beside the work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import history, note, snooze
from bot.domain.refused import Refused
from bot.domain.store import StoreUnavailable
from bot.slack import history as history_window
from bot.slack import names, sentence
from bot.slack import note as note_window
from bot.slack import snooze as snooze_window
from handlers.context import Front, ref_of
from handlers.windows import opens, submitted

Payload = Mapping[str, Any]


def register(app: AsyncApp, front: Front) -> None:
    """Each as a button, behind the dots, and its submit."""
    opens(app, front, "snooze", snooze.open_snooze, snooze_window.build)
    opens(app, front, "note", note.open_note, note_window.build)
    opens(app, front, "history", history.open_history, history_window.build)

    async def put_aside(ack: AsyncAck, body: Payload, view: Payload) -> None:
        window_id, until = snooze_window.read(view)
        done = submitted(front, body, view, field=names.SNOOZE_FOR)
        await ack(**await done(snooze.snooze, window_id=window_id, until=until))

    async def keep(ack: AsyncAck, body: Payload, view: Payload) -> None:
        window_id, text = note_window.read(view)
        done = submitted(front, body, view, field=names.NOTE_TEXT)
        await ack(**await done(note.add_note, window_id=window_id, text=text))

    async def turn(ack: AsyncAck, body: Payload, action: Payload) -> None:
        await ack()
        front.later(_turned(front, body, ref_of(action), names.number(str(action.get("block_id") or ""))))

    app.view(names.SNOOZE)(put_aside)
    app.view(names.NOTE)(keep)
    app.action(names.HISTORY_MORE)(turn)


async def _turned(front: Front, body: Payload, conversation_id: str, page: int) -> None:
    view = body.get("view") or {}
    person = await front.person(body)
    try:
        told = await front.act(
            history.open_history, person=person, about=conversation_id, conversation_id=conversation_id
        )
    except Refused as refused:
        await front.tell(body, refused.sentence)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        drawn = history_window.build(told, front.clock(), page=page)
        await front.poster.call("views.update", view_id=view.get("id"), hash=view.get("hash"), view=drawn)
