"""One running stand-in: the workspace, who listens to it, and what is remembered about both."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.slack.courier import Courier
from bot.sandbox.slack.field import State
from bot.sandbox.slack.journal import Journal
from bot.sandbox.slack.limits import Limits
from bot.sandbox.slack.mishap import Plan
from bot.sandbox.slack.modal import Windows
from bot.sandbox.slack.stream import Stream
from bot.sandbox.slack.ticket import Tickets
from bot.sandbox.slack.workspace import Channel, Workspace


class Slack:
    """The state of the stand-in, shared by the Web API, the deliveries and the people."""

    def __init__(self, config: SlackConfig) -> None:
        self.config = config
        self.workspace = Workspace(config)
        self.windows = Windows()
        self.tickets = Tickets(config.timing)
        self.journal = Journal(config.journal)
        self.stream = Stream()
        self.limits = Limits(config.tiers, on=config.limits)
        self.plan = Plan()
        self.plan.load(config.faults, config.seed)
        self.courier = Courier(config, self.journal, self.plan)
        self.scopes = set(config.scopes if config.scopes is not None else config.app.scopes)
        self.token_state = ""
        self.choices: dict[tuple[str, str, str], State] = {}
        self.suggested: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
        self.url = ""
        self.changes = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Work that outlives the request which began it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.courier.stop()
        self.journal.close()

    def changed(self) -> None:
        """Something a snapshot keeps is other than before."""
        self.changes += 1

    def audience(self, channel: Channel) -> set[str]:
        return channel.members - {self.config.bot_user_id}
