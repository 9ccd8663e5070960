"""Slash commands: `/portal` and a word; only those that work are offered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack import notices
from handlers.context import Front


def register(app: AsyncApp, front: Front) -> None:
    """`/portal help` explains, as does a word that leads nowhere; the others lead to features (`front.commands`)."""

    async def portal(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        word = next(iter(str(body.get("text") or "").casefold().split()), "")
        run = front.commands.get(word)
        if run is None:
            await ack(response_type="ephemeral", **notices.help_text(unknown="" if word == "help" else word))
            return
        await ack()
        front.later(run(body))

    app.command("/portal")(portal)
