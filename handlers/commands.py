"""Slash commands: only those that work are offered."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack import notices
from handlers.context import Front


def register(app: AsyncApp, front: Front) -> None:
    """`/portal` and `/portal help`."""
    del front

    async def portal(ack: AsyncAck) -> None:
        await ack(response_type="ephemeral", **notices.help_text())

    app.command("/portal")(portal)
