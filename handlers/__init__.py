"""Who calls us: the table of contents of everything that can be pressed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp

from bot.slack.members import Members, Workspace
from handlers import (
    aside,
    commands,
    doubt,
    errors,
    fallback,
    forward,
    home,
    insert,
    note,
    open,  # noqa: A004
    outcome,
    phrase,
    place,
    refill,
    reply,
    respond,
    setup,
    turn,
    unshown,
)
from handlers.context import Front


def register(
    app: AsyncApp, front: Front, members: Members, workspace: Workspace, pressed: Callable[[float], None]
) -> None:
    """Put every listener in its place, the fallback last. `pressed` is told each press's seconds until its ack."""

    async def timed(next_: Callable[[], Awaitable[None]]) -> None:
        front.comes()
        began = time.perf_counter()
        await next_()
        pressed(time.perf_counter() - began)

    app.use(timed)
    reply.register(app, front)
    open.register(app, front)
    doubt.register(app, front)
    turn.register(app, front)
    unshown.register(app, front)
    forward.register(app, front)
    respond.register(app, front)
    refill.register(app, front)
    outcome.register(app, front)
    aside.register(app, front)
    setup.register(app, front)
    phrase.register(app, front)
    insert.register(app, front)
    note.register(app, front)
    home.register(app, front)
    commands.register(app, front)
    place.register(app, front, members, workspace)
    fallback.register(app, front)
    errors.register(app, front)
