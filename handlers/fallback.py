"""The last listener of each sort: what nobody else knows is acknowledged, and answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.store import StoreUnavailable
from bot.failpoint import failpoint
from bot.slack import names, sentence
from handlers.context import Front, ref_of
from handlers.errors import first_input

ANYTHING = re.compile(r".*", re.DOTALL)


def register(app: AsyncApp, front: Front) -> None:
    """Cards of older versions, windows of nobody, events that need nothing."""

    async def press_unknown(ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        await ack()
        if action.get("url"):
            return
        front.later(_redrawn(front, body, ref_of(action)))

    async def submit_unknown(ack: AsyncAck, view: Mapping[str, Any]) -> None:
        block = first_input(view)
        if block:
            await ack(response_action="errors", errors={block: sentence.WINDOW_GONE})
        else:
            await ack(response_action="clear")

    async def nothing(ack: AsyncAck) -> None:
        await ack()

    async def no_options(ack: AsyncAck) -> None:
        await ack(options=[])

    async def unknown_command(ack: AsyncAck) -> None:
        await ack(text=sentence.UNKNOWN_COMMAND)

    async def press_more(ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        failpoint("menu.received")
        await ack()
        chosen = str((action.get("selected_option") or {}).get("value") or "")
        press = front.presses.get(chosen.partition(":")[0])
        front.later(press(body, ref_of(action)) if press else _redrawn(front, body, ref_of(action)))

    app.action(names.CARD_MORE)(press_more)
    app.action(ANYTHING)(press_unknown)
    app.view(ANYTHING)(submit_unknown)
    app.view_closed(ANYTHING)(nothing)
    app.options(ANYTHING)(no_options)
    app.shortcut(ANYTHING)(nothing)
    app.command(ANYTHING)(unknown_command)
    app.event(ANYTHING)(nothing)


async def _redrawn(front: Front, body: Mapping[str, Any], conversation_id: str) -> None:
    try:
        await front.redrawn(conversation_id)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        await front.tell(body, sentence.OLDER_CARD)
