"""What every window has in common: a press opens it or says no, a submit closes it or says why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.refused import Refusal, Refused
from bot.domain.store import StoreUnavailable
from bot.failpoint import failpoint
from bot.slack import form, names, sentence
from handlers.context import Front, ref_of

Payload = Mapping[str, Any]
Answer = dict[str, Any]


def opens(
    app: AsyncApp, front: Front, key: str, act: Callable[..., Any], build: Callable[[Any, datetime], Answer]
) -> None:
    """Let the button of that key, and its entry behind the dots, open a window: `act` makes what `build` draws."""

    async def from_menu(body: Payload, conversation_id: str) -> None:
        await open_window(front, body, conversation_id, act, build)

    async def press(ack: AsyncAck, body: Payload, action: Payload) -> None:
        failpoint("press.received")
        await ack()
        front.later(from_menu(body, ref_of(action)))

    front.presses[key] = from_menu
    app.action(names.CARD[key])(press)


async def open_window(
    front: Front,
    body: Payload,
    conversation_id: str,
    act: Callable[..., Any],
    build: Callable[[Any, datetime], Answer],
) -> None:
    """Open a window for a press, or say no where it was made."""
    person = await front.person(body)
    try:
        opened = await front.act(act, person=person, about=conversation_id, conversation_id=conversation_id)
    except Refused as refused:
        await front.tell(body, refused.sentence)
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)
    else:
        failpoint("press.done")
        await front.show(body, build(opened, front.clock()))
        failpoint("window.opened")


def submitted(front: Front, body: Payload, view: Payload, *, field: str) -> Callable[..., Awaitable[Answer]]:
    """Run the act of a submit; what the acknowledgement says. `field`: where a refusal without one is shown."""

    async def run(
        act: Callable[..., Any], *, then: Callable[[Any], Answer | None] | None = None, **arguments: Any
    ) -> Answer:
        failpoint("submit.received")
        person = await front.person(body)
        about = str(arguments.get("window_id") or "")
        try:
            made = await front.act(act, person=person, about=about, **arguments)
        except Refused as refused:
            return refusal(refused, view, field=field)
        except StoreUnavailable:
            unsaved = Refused(sentence.DATABASE_AWAY, because=Refusal.NOT_NOW)
            return {"response_action": "errors", "errors": form.errors(unsaved, view, field=field)}
        failpoint("submit.done")
        front.later(front.home_changed(person.slack))
        shown = then(made) if then else None
        return shown if shown is not None else closed(view)

    return run


def refusal(refused: Refused, view: Payload, *, field: str) -> Answer:
    """Say no under the field that it is about; another child's name is asked about with a box to tick."""
    if refused.because is Refusal.SIBLING:
        return {"response_action": "update", "view": form.asking_for_tick(view, refused.sentence)}
    return {"response_action": "errors", "errors": form.errors(refused, view, field=field)}


def closed(view: Payload) -> Answer:
    """The window closes; with everything beneath it, which shows what was true before."""
    return {"response_action": "clear"} if view.get("previous_view_id") is not None else {}
