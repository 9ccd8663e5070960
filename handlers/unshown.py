"""The button under what could not be shown: somebody looked into the portal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import look
from bot.domain.refused import Refusal, Refused
from bot.domain.store import StoreUnavailable
from bot.failpoint import failpoint
from bot.slack import names, sentence
from handlers.context import Front, ref_of


def register(app: AsyncApp, front: Front) -> None:
    """One button, on one kind of post."""

    async def looked_into(ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        failpoint("turn.received")
        await ack()
        front.later(_run(front, body, ref_of(action)))

    app.action(names.LOOKED_INTO)(looked_into)


async def _run(front: Front, body: Mapping[str, Any], inbox_id: str) -> None:
    person = await front.person(body)
    container = body.get("container") or {}
    stands = {"channel": str(container.get("channel_id") or ""), "ts": str(container.get("message_ts") or "")}
    try:
        await front.act(look.look_into, person=person, about=inbox_id, inbox_id=inbox_id, **stands)
    except Refused as refused:
        await front.tell(body, refused.sentence)
        if refused.because is Refusal.HELD:  # the post that was pressed did not show it
            await front.store.run(look.redraw, inbox_id=inbox_id, now=front.clock())
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        failpoint("press.acted")
        await front.home_changed(person.slack)
