"""Respond: the window opens, and the turn goes back with an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import respond
from bot.slack import names
from bot.slack import respond as modal
from handlers.context import Front
from handlers.windows import opens, submitted


def register(app: AsyncApp, front: Front) -> None:
    """The button wherever it stands, and the submit."""
    opens(app, front, "respond", respond.open_respond, modal.build)

    async def submit(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        window_id, answer = modal.read(view)
        done = submitted(front, body, view, field=names.RESPOND_TEXT)
        await ack(**await done(respond.respond, window_id=window_id, answer=answer))

    app.view(names.RESPOND)(submit)
