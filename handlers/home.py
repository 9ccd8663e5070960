"""The Home tab: who you are here, and what works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain import tell
from bot.domain.practice import Practice
from bot.domain.store import Records
from bot.slack.home import home
from handlers.context import Front


def register(app: AsyncApp, front: Front) -> None:
    """Home is published afresh each time it is opened."""

    async def on_home(event: Mapping[str, Any]) -> None:
        if event.get("tab") == "home":
            front.later(_publish(front, str(event.get("user"))))

    app.event("app_home_opened")(on_home)


async def _publish(front: Front, slack: str) -> None:
    practice = await front.store.read(_practice)
    view = home(practice.person(slack), practice, front.clock())
    await front.poster.call("views.publish", user_id=slack, view=view)


def _practice(records: Records) -> Practice:
    return tell.in_force(records)
