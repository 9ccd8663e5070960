"""The buttons without a window: whose turn it is, urgent or not, done or open again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import actions, claim, close, confirm, prior, urgent
from bot.domain.refused import Refusal, Refused
from bot.domain.store import StoreUnavailable
from bot.failpoint import failpoint
from bot.slack import names, notices, sentence
from handlers.context import Front, heard_of, ref_of

PRESSES: dict[str, Callable[..., Any]] = {
    "take": claim.take,
    "take_over": claim.take_over,
    "give_back": claim.give_back,
    "done": close.done,
    "reopen": close.reopen,
    "urgent": urgent.mark_urgent,
    "not_urgent": urgent.not_urgent,
    "ask_prior": prior.ask_prior,
    "give_prior": prior.give_prior,
    "entered": confirm.entered,
}
SAID = {  # what is not to be seen where it was pressed is said
    "ask_prior": "Asked. The prior text appears here when it is given.",
    "give_prior": "The prior text is shown to your colleague now.",
}


def register(app: AsyncApp, front: Front) -> None:
    """Each as a button, and as an entry behind a card's three dots."""
    for key, act in PRESSES.items():
        front.presses[key] = _from_menu(front, key, act)
        app.action(names.CARD[key])(_press(front, key, act))


def _press(front: Front, key: str, act: Callable[..., Any]) -> Callable[..., Any]:
    async def press(ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        failpoint("turn.received")
        await ack()
        front.later(_run(front, key, act, body, ref_of(action)))

    return press


def _from_menu(front: Front, key: str, act: Callable[..., Any]) -> Callable[..., Any]:
    async def press(body: Mapping[str, Any], conversation_id: str) -> None:
        await _run(front, key, act, body, conversation_id)

    return press


async def _run(front: Front, key: str, act: Callable[..., Any], body: Mapping[str, Any], conversation_id: str) -> None:
    person = await front.person(body)
    shown = {"heard": heard_of(body)} if key == actions.DONE else {}
    try:
        await front.act(act, person=person, about=conversation_id, conversation_id=conversation_id, **shown)
    except Refused as refused:
        await front.tell(body, refused.sentence)
        if refused.because is Refusal.UNREAD:
            await front.redrawn(conversation_id)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        failpoint("press.acted")
        await front.changed(body)
        if key in SAID:
            await front.notice(body, notices.ephemeral(SAID[key]))
        else:
            await front.shown(body, conversation_id)
