"""Retry, and the three ways out of doubt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import doubt
from bot.domain.refused import Refused
from bot.domain.reply import Reply
from bot.domain.store import StoreUnavailable
from bot.failpoint import failpoint
from bot.slack import names, notices, sentence
from handlers.context import Front, ref_of

PRESSES: dict[str, Callable[..., Reply]] = {
    names.CARD_RETRY: doubt.retry,
    names.CARD_CHECK_PORTAL: doubt.check_portal,
    names.CARD_MARK_DELIVERED: doubt.mark_delivered,
    names.CARD_SEND_AGAIN: doubt.send_again,
}


def register(app: AsyncApp, front: Front) -> None:
    """The buttons of an answer that did not arrive, or may have."""
    for name, act in PRESSES.items():
        app.action(name)(_press(front, act))


def _press(front: Front, act: Callable[..., Reply]) -> Callable[..., Any]:
    async def press(ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        failpoint("doubt.received")
        await ack()
        front.later(_run(front, act, body, ref_of(action)))

    return press


async def _run(front: Front, act: Callable[..., Reply], body: Mapping[str, Any], conversation_id: str) -> None:
    person = await front.person(body)
    try:
        await front.act(act, person=person, about=conversation_id, conversation_id=conversation_id)
    except Refused as refused:
        await front.tell(body, refused.sentence)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        failpoint("doubt.done")
        await front.changed(body)
        if act is doubt.check_portal:
            await front.notice(body, notices.ephemeral(sentence.CHECKING))
        else:
            await front.shown(body, conversation_id)
