"""The portal as a running server: loopback only, its door can be closed for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.portal.config import Config, Receipts, Settings
from bot.sandbox.portal.control import Control
from bot.sandbox.portal.courier import Courier
from bot.sandbox.portal.fault import FaultPlan
from bot.sandbox.portal.incoming import Incoming
from bot.sandbox.portal.journal import Journal
from bot.sandbox.portal.memory import Memory
from bot.sandbox.portal.office import Office

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass
class RunningPortal:
    """A portal that answers at `url`; in a test its parts may be looked at directly."""

    config: Config
    settings: Settings
    memory: Memory
    journal: Journal
    office: Office
    courier: Courier
    incoming: Incoming
    runner: web.AppRunner
    port: int = 0

    @property
    def url(self) -> str:
        """The base address, as PORTALDESK_PORTAL_<ID>_URL wants it."""
        return f"http://{self.config.host}:{self.port}"

    async def open(self) -> None:
        """Listens, on the same port as before when there was one."""
        site = web.TCPSite(self.runner, self.config.host, self.port or self.config.port)
        await site.start()
        self.port = self.runner.addresses[0][1]

    async def refuse(self, seconds: float) -> None:
        """Refuses connections for a while."""
        for site in list(self.runner.sites):
            await site.stop()
        for connection in list(self.runner.server.connections if self.runner.server else ()):
            connection.force_close()
        await asyncio.sleep(seconds)
        await self.open()

    def replan(self, plan: FaultPlan) -> None:
        """Changes the faults from now on."""
        self.incoming.plan = plan
        self.courier.plan = plan

    async def stop(self) -> None:
        """Ends the server; what was remembered stays in its files."""
        await self.courier.stop()
        await self.runner.cleanup()
        self.memory.close()
        self.journal.close()


async def serve(config: Config) -> RunningPortal:
    """Starts a portal and gives it back once it listens; ValueError when it would be reachable from outside."""
    if config.host not in _LOOPBACK:
        raise ValueError("the stand-in portal listens on loopback only")
    settings = Settings(mode=config.mode, receipts=config.receipts)
    memory = Memory(config.state)
    journal = Journal(config.journal)
    incoming = Incoming(config=config, settings=settings, memory=memory, journal=journal)
    courier = Courier(config=config, memory=memory, journal=journal, plan=incoming.plan)
    office = Office(memory=memory, courier=courier)
    control = Control(settings=settings, memory=memory, journal=journal, office=office, courier=courier)
    app = web.Application(middlewares=[_from_here_only], client_max_size=4 * 1024 * 1024)
    app.add_routes([*incoming.routes(), *control.routes()])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    portal = RunningPortal(config, settings, memory, journal, office, courier, incoming, runner)
    control.replan = portal.replan
    incoming.refuse = portal.refuse
    incoming.later = courier.later
    incoming.on_reply = lambda given: _receipts(office, settings.receipts, given)
    if config.families and not memory.families:
        memory.record("families", families=config.families)
    await runner.setup()
    await courier.start()
    await portal.open()
    return portal


def _receipts(office: Office, receipts: Receipts, given: dict[str, Any]) -> None:
    match receipts:
        case Receipts.NONE:
            return
        case Receipts.DELIVERED:
            office.status(given["reply_id"], "delivered")
        case Receipts.READ:
            office.status(given["reply_id"], "delivered")
            office.status(given["reply_id"], "read")


@web.middleware
async def _from_here_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuses names that a foreign page could make point here (DNS rebinding)."""
    if (request.url.host or "") not in _LOOPBACK:
        return web.json_response({"error": "this server is for this machine only"}, status=403)
    return await handler(request)
