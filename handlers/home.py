"""The Home tab: published when it is opened, and after everything that its reader does from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain import lists
from bot.domain.staff import Person
from bot.slack import names
from bot.slack.home import as_window, home
from handlers.context import Front

Payload = Mapping[str, Any]
MOST = 20  # entries of one list


class Visitors:
    """Who looked at Home since the service started, and how much of each list they see; bounded."""

    def __init__(self) -> None:
        self._shown: dict[str, dict[str, int]] = {}

    def come(self, slack: str) -> None:
        """Somebody opened Home: it begins anew."""
        self._shown.pop(slack, None)
        self._shown[slack] = {}
        while len(self._shown) > 1000:
            self._shown.pop(next(iter(self._shown)))

    def more(self, slack: str, value: str) -> None:
        """Somebody pressed Show more."""
        name, _, count = value.partition(":")
        if name in set(lists.Name) and count.isdecimal():
            self._shown.setdefault(slack, {})[name] = min(int(count), MOST)

    def shown(self, slack: str) -> dict[str, int] | None:
        """How many entries of which list; None for somebody who has not looked."""
        return self._shown.get(slack)


def register(app: AsyncApp, front: Front) -> None:
    """Home and its own buttons; those of the entries are the cards'."""
    visitors = Visitors()

    async def publish(body: Payload) -> None:
        slack = str((body.get("user") or {}).get("id") or "")
        shown = visitors.shown(slack)
        if shown is not None:
            await _publish(front, await front.person(body), shown)

    async def desk(body: Payload) -> None:
        """`/portal`: the same lists in a window, wherever it was typed."""
        slack = str(body.get("user_id") or "")
        visitors.come(slack)
        await front.show(body, await _drawn(front, await front.person(body), {}, window=True))

    async def desk_again(body: Payload) -> None:
        view = body.get("view") or {}
        person = await front.person(body)
        drawn = await _drawn(front, person, visitors.shown(person.slack) or {}, window=True)
        await front.poster.call("views.update", view_id=view.get("id"), view=drawn)

    async def on_home(event: Payload, body: Payload) -> None:
        if event.get("tab") == "home":
            slack = str(event.get("user"))
            visitors.come(slack)
            front.later(publish({"user": {"id": slack, "team_id": body.get("team_id")}}))

    async def refresh(ack: AsyncAck, body: Payload) -> None:
        await ack()
        visitors.come(str((body.get("user") or {}).get("id") or ""))
        front.later(front.changed(body))

    async def more(ack: AsyncAck, body: Payload, action: Payload) -> None:
        await ack()
        visitors.more(str((body.get("user") or {}).get("id") or ""), str(action.get("value") or ""))
        front.later(front.changed(body))

    front.commands[""] = desk
    front.redraws[names.DESK] = desk_again
    front.redraws[names.HOME] = front.redraws["home_of"] = publish
    app.event("app_home_opened")(on_home)
    app.action(names.HOME_REFRESH)(refresh)
    app.action(names.HOME_SHOW)(more)


async def _publish(front: Front, person: Person, shown: dict[str, int]) -> None:
    view = await _drawn(front, person, shown, window=False)
    await front.poster.call("views.publish", user_id=person.slack, view=view)


async def _drawn(front: Front, person: Person, shown: dict[str, int], *, window: bool) -> dict[str, Any]:
    board = await front.store.read(lists.board, person=person, now=front.clock(), shown=shown)
    drawn = home(board, front.clock())
    return as_window(drawn) if window else drawn
