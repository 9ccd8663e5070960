"""The Home tab: published when it is opened, and after everything that its reader does from it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import lists
from bot.domain.lists import Opened
from bot.domain.staff import Person
from bot.domain.store import StoreUnavailable
from bot.failpoint import failpoint
from bot.slack import names, sentence
from bot.slack.home import as_window, away, home, opened_of
from bot.slack.verdict import Verdict
from handlers.context import Front

Payload = Mapping[str, Any]
MOST = 1000  # people who are remembered; whoever is forgotten is known again by their next press
LONGEST_WAIT = 5.0  # seconds that a view waits for Slack's patience
_AGAIN = frozenset({Verdict.LIMITED, Verdict.UNSENT, Verdict.UNSURE})  # twice the same view is once that view


@dataclass(slots=True)
class Visit:
    """What somebody sees on Home. `drawing`: one drawing after the other, so that the newest is the last."""

    opened: Opened | None = None
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)


class Visitors:
    """Who looked at Home since the service started, and which list they opened; bounded."""

    def __init__(self) -> None:
        self._visits: dict[str, Visit] = {}

    def see(self, slack: str, opened: Opened | None) -> None:
        """Somebody looks at Home, with that list open."""
        visit = self._visits.pop(slack, None) or Visit()
        visit.opened = opened
        self._visits[slack] = visit
        while len(self._visits) > MOST:
            self._visits.pop(next(iter(self._visits)))

    def of(self, slack: str) -> Visit | None:
        """What they see; None for somebody who has not looked."""
        return self._visits.get(slack)


def register(app: AsyncApp, front: Front) -> None:
    """Home, the same lists in a window, and their own buttons; those of the entries are the cards'."""
    visitors = Visitors()
    publish = partial(_publish, front, visitors)
    front.commands[""] = partial(_desk, front)
    front.redraws[names.DESK] = partial(_desk_again, front)
    front.redraws[names.HOME] = front.redraws["home_of"] = publish
    _visits(app, front, visitors)
    _turns(app, front, visitors)

    async def refresh(ack: AsyncAck, body: Payload) -> None:
        await ack()
        front.later(_or_say(front, body, front.changed(body)))

    app.action(names.HOME_REFRESH)(refresh)


def _visits(app: AsyncApp, front: Front, visitors: Visitors) -> None:
    """Who opens Home, and who presses on it: they may have opened it before the service started."""

    async def look(body: Payload, next_: Callable[[], Awaitable[None]]) -> None:
        view = body.get("view") or {}
        if view.get("callback_id") == names.HOME:
            visitors.see(_who(body), opened_of(view.get("private_metadata")))
        await next_()

    async def on_home(event: Payload, body: Payload) -> None:
        if event.get("tab") == "home":
            slack = str(event.get("user"))
            visitors.see(slack, None)
            front.later(_opened(front, visitors, {"user": {"id": slack, "team_id": body.get("team_id")}}))

    app.use(look)
    app.event("app_home_opened")(on_home)


def _turns(app: AsyncApp, front: Front, visitors: Visitors) -> None:
    """The ways to the other entries of a list."""

    async def turn(ack: AsyncAck, body: Payload, action: Payload) -> None:
        await ack()
        opened = opened_of(action.get("value"))
        if (body.get("view") or {}).get("callback_id") == names.DESK:
            front.later(_or_say(front, body, _redraw_desk(front, body, opened)))
        else:
            visitors.see(_who(body), opened)
            front.later(_or_say(front, body, _publish(front, visitors, body)))

    for way in (names.HOME_SHOW, names.HOME_BACK, names.HOME_FEWER):
        app.action(way)(turn)


def _who(body: Payload) -> str:
    return str((body.get("user") or {}).get("id") or "")


async def _or_say(front: Front, body: Payload, work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except StoreUnavailable:
        await front.tell(body, sentence.NOT_READY)


async def _opened(front: Front, visitors: Visitors, body: Payload) -> None:
    try:
        await _publish(front, visitors, body)
    except StoreUnavailable:
        await front.poster.call("views.publish", user_id=_who(body), view=away())


async def _publish(front: Front, visitors: Visitors, body: Payload) -> None:
    """Draw somebody's Home as it is now, if they have looked at it."""
    visit = visitors.of(_who(body))
    if visit is None:
        return
    person = await front.person(body)
    async with visit.drawing:
        view = await _drawn(front, person, visit.opened)
        failpoint("home.before_publish")
        called = await front.poster.call("views.publish", user_id=person.slack, view=view)
        if called.verdict in _AGAIN and called.wait <= LONGEST_WAIT:
            await asyncio.sleep(called.wait)
            await front.poster.call("views.publish", user_id=person.slack, view=view)


async def _desk(front: Front, body: Payload) -> None:
    """`/portal`: the same lists in a window, wherever it was typed."""
    await _or_say(front, body, _show_desk(front, body))


async def _show_desk(front: Front, body: Payload) -> None:
    await front.show(body, as_window(await _drawn(front, await front.person(body), None)))


async def _desk_again(front: Front, body: Payload) -> None:
    """The window remembers which list is open in it."""
    await _redraw_desk(front, body, opened_of((body.get("view") or {}).get("private_metadata")))


async def _redraw_desk(front: Front, body: Payload, opened: Opened | None) -> None:
    drawn = as_window(await _drawn(front, await front.person(body), opened))
    await front.poster.call("views.update", view_id=(body.get("view") or {}).get("id"), view=drawn)


async def _drawn(front: Front, person: Person, opened: Opened | None) -> dict[str, Any]:
    board = await front.store.read(lists.board, person=person, now=front.clock(), opened=opened)
    return home(board, front.clock())
