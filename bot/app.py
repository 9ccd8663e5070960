"""Wiring: settings become a store, Slack, portals, jobs and a web server; the only owner of the clock."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import aiohttp
from aiohttp import web

import handlers
from bot import log, practice_file
from bot.connection import Connection, SlackApp, SlackRefused, sign_in, slack_app, web_client
from bot.domain import backlog, over, overdue, set_back, setup, snooze, unread
from bot.domain.delivery import What
from bot.domain.practice import Practice
from bot.domain.store import Records, Store, StoreFull
from bot.failpoint import failpoint
from bot.jobs import alarms, rounds
from bot.jobs.cards import CardCarrier
from bot.jobs.disk import DiskWatch
from bot.jobs.life import EVERY, Life
from bot.jobs.nightwatch import NightWatch
from bot.jobs.outbox import Carrier, Outbox, Tools
from bot.jobs.posts import PostCarrier, Words
from bot.jobs.reconcile import Reconciler
from bot.jobs.replies import ReplyCarrier
from bot.jobs.rush import Rush
from bot.jobs.scheduler import Ticks
from bot.jobs.slack import SlackDesk
from bot.metrics import Metrics
from bot.portals.address import base_url
from bot.portals.base import Mode, Portal, PortalConfig
from bot.portals.client import HttpPortal
from bot.portals.wire import open_session
from bot.ready import Readiness
from bot.settings import PortalSettings, Settings
from bot.slack import digest, direct, news, notices, unshown
from bot.slack.members import Members, Workspace
from bot.slack.pace import Pace
from bot.slack.poster import Poster
from handlers import web as routes
from handlers.careful import SingleFile
from handlers.context import Front
from handlers.portal import PortalDoor
from storage import chain, verify

logger = logging.getLogger("portaldesk.service")

LOOK_AT_MOST = 3.0  # seconds that the first look at the channels may hold up the start

Part = Literal["all", "web", "worker"]


class CannotStart(Exception):  # noqa: N818 - a sentence for the operator
    """The service cannot start: one sentence why, one what to do."""


def clock() -> datetime:
    """The time, aware, in UTC. Nobody else reads it."""
    return datetime.now(UTC)


class Service:
    """A running service: `start`, then wait for `ended`, then `stop`. `why` says why it ended by itself.

    `clock` gives aware UTC to everything in it, `steady` seconds that only go on to its metronome.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        only: Part = "all",
        clock: Callable[[], datetime] = clock,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.store = store
        self.only = only
        self.clock = clock
        self.metrics = Metrics()
        store.on_alarm(alarms.tell)
        self.ticks = Ticks(clock, steady=steady)
        self.rush = Rush()
        self.readiness = Readiness(store=store, ticks=self.ticks, disk=DiskWatch(store, clock))
        self.watch = NightWatch(
            store=store, clock=clock, seal=chain.seal, full=chain.AT_ONCE, head=chain.head, rules=verify
        )
        self.life = Life(store, clock, shared=settings.database != "sqlite")
        self.file = SingleFile(store=store, life=self.life.name, care=self.life.care)
        self.ended = asyncio.Event()
        self.why = ""
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None
        self._outbox: Outbox | None = None
        self._front: Front | None = None
        self._wire: aiohttp.ClientSession | None = None
        self._connection: Connection | None = None

    async def start(self) -> None:
        """Open everything, in an order in which nothing can be lost: the web last."""
        await self._practice()
        settings = self.settings
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100))
        client = web_client(settings, self._session)
        poster = Poster(client)
        workspace = Workspace()
        try:
            await sign_in(poster, workspace)
        except SlackRefused as refused:
            raise CannotStart(str(refused)) from None
        members = Members(poster, workspace)
        self._front = Front(
            store=self.store, poster=poster, clock=self.clock, member=members.member, within=settings.press_within
        )
        app = slack_app(client, settings, workspace)
        handlers.register(app, self._front, members, workspace, self.metrics.press_seconds.observe)
        if self.only != "web":
            await self._start_outbox(poster)
        self._add_ticks(poster, workspace)
        self.ticks.start()
        secret = settings.slack_signing_secret if settings.slack_app_token is None else None
        await self._start_web((app, secret) if secret is not None else None)
        if self.only != "worker":
            self._connection = self.readiness.connection = Connection(app, settings, on_dead=self._end)
            await self._connection.open()
        log.event(logger, "service.started", part=self.only)

    async def _practice(self) -> None:
        if self.settings.practice is not None:
            document = practice_file.text_of(self.settings.practice)
            practice_file.read(document)
            await self.store.run(
                setup.apply_at_start, document=document, by="service:PORTALDESK_PRACTICE", now=self.clock()
            )
            failpoint("start.practice")
        if await self.store.read(_practice) is None:
            raise CannotStart(
                "There is no practice file yet, so I would not know where messages belong. "
                "Run `portaldesk practice apply FILE`, or set PORTALDESK_PRACTICE."
            )

    async def _start_outbox(self, poster: Poster) -> None:
        chance = random.SystemRandom().random
        pace = Pace(apart=self.settings.slack_pace)
        desk = SlackDesk(store=self.store, poster=poster, pace=pace, rush=self.rush, clock=self.clock, chance=chance)
        self._wire = open_session(allow_private=self.settings.allow_private_network)
        portals: dict[str, Portal] = {
            one.id: HttpPortal(
                PortalConfig(id=one.id, url=self._address(one), secrets=one.secrets, mode=Mode(one.mode)),
                self._wire,
                self.clock,
                chance=chance,
            )
            for one in self.settings.portals
        }
        words = Words(
            follow_up=notices.follow_up,
            again=notices.again,
            ping=notices.ping,
            stuck=notices.stuck,
            news=news.news,
            notice=notices.notice,
            unreadable=unshown.unshown,
            digest=digest.digest,
        )
        self.readiness.slack = desk.health
        carriers: dict[What, Carrier] = dict.fromkeys(What, PostCarrier(desk, words))
        carriers[What.CARD] = CardCarrier(desk, draw=direct.drawn, plain=notices.plain_card, moved=notices.moved)
        carriers[What.REPLY] = carriers[What.LOOK_UP] = ReplyCarrier(self.store, portals, self.clock)
        tools = Tools(
            store=self.store,
            clock=self.clock,
            chance=chance,
            name=self.life.name,
            turn=desk.turn,
            tried=self.metrics.tried,
        )
        await self._look_at_channels(poster)
        self._outbox = Outbox(tools, carriers)
        with suppress(StoreFull):  # a full disk: ticks do the same once there is room
            await self.store.run(set_back.notice, now=self.clock())
            await self.store.run(rounds.try_portals_again, portals=self.settings.portal_ids, now=self.clock())

    async def _look_at_channels(self, poster: Poster) -> None:
        """Before anything is posted: a channel may have been shared or archived while we were away."""
        assert self._front
        look = self._front.later(rounds.ChannelRound(self.store, poster, self.clock).run())
        await asyncio.wait({look}, timeout=LOOK_AT_MOST)

    def _address(self, portal: PortalSettings) -> str:
        try:
            return base_url(portal.url, allow_private=self.settings.allow_private_network)
        except ValueError as wrong:
            raise CannotStart(f"PORTALDESK_PORTAL_{portal.id.upper()}_URL: {wrong}.") from None

    def _add_ticks(self, poster: Poster, workspace: Workspace) -> None:
        async def sign_in_again() -> None:
            if not workspace.team:
                await sign_in(poster, workspace)

        self.ticks.add("sign-in", sign_in_again, every=5)
        self.ticks.add("disk", self.readiness.disk.look, every=5)
        self.ticks.add("life", self.life.beat, every=EVERY)
        self.ticks.add("forgive", self.file.forgive, every=EVERY)
        self.ticks.add("counts", self._count, every=15)
        if self._outbox is None:
            return
        self.ticks.add("outbox", self._outbox.tick, every=1)
        acts = {"wake": (snooze.wake, 5), "backlog": (backlog.watch, 10), "doubts": (overdue.doubts, 30)}
        acts |= {"unread": (unread.notice, 600), "clock": (set_back.notice, 5), "alarms": (over.alarms, 60)}
        acts |= {"waiting": (rounds.waiting_too_long, 300)}
        for name, (act, every) in acts.items():
            self.ticks.add(name, partial(self._round, act), every=every)
        self.ticks.add("seal", self.watch.chain, every=2)
        self.ticks.add("verify", self.watch.prove, every=600)
        self.ticks.add("anchor", self.watch.anchor, every=3600)
        channels = rounds.ChannelRound(self.store, poster, self.clock)
        self.ticks.add("channels", channels.run, every=600)
        self.ticks.add("new-channels", channels.look_at_new, every=5)
        self.ticks.add("unshown", rounds.UnshownRound(self.store, self.clock).run, every=3600)
        self.ticks.add("reconcile", Reconciler(self.store, poster, self.clock).run, every=3600)
        again = partial(self._round, rounds.try_portals_again, portals=self.settings.portal_ids)
        self.ticks.add("portals", again, every=600)

    async def _round(self, act: object, **arguments: object) -> None:
        await self.store.run(act, now=self.clock(), **arguments)  # type: ignore[arg-type]  # each is an act of bot.jobs.rounds
        failpoint("round.end")

    async def _count(self) -> None:
        alarms, lanes = await self.store.read(rounds.counts, now=self.clock())
        self.metrics.alarms.set(alarms)
        self.metrics.waiting.set(lanes)

    async def _start_web(self, slack: tuple[SlackApp, str] | None) -> None:
        app = routes.watched(ready=self.readiness.why_not, metrics=self.metrics.page)
        if self.only != "worker":
            await self.life.begin()
            door = PortalDoor(
                store=self.store,
                secrets={portal.id: portal.secrets for portal in self.settings.portals},
                clock=self.clock,
                came=self.rush.came,
                seen=self.metrics.event_answered,
                file=self.file,
            )
            routes.open_doors(app, door=door, slack=slack)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=5, auto_decompress=False)
        await self._runner.setup()
        host, port = self.settings.http
        try:
            await web.TCPSite(self._runner, host, port, reuse_address=True).start()
        except OSError as taken:
            raise CannotStart(
                f"PORTALDESK_HTTP: {host}:{port} cannot be opened ({taken.strerror or 'address not available'}). "
                "Is another Portal Desk running? Choose another port, or stop that one."
            ) from None

    def _end(self, why: str) -> None:
        self.why = why
        self.ended.set()

    async def stop(self) -> None:
        """Stop claiming, finish what is on the wire, give back the rest, then let go of everything."""
        self.ticks.stop()
        if self._connection:
            await self._connection.close()
        if self._runner:
            await self._runner.cleanup()
            await self.life.end()
        if self._front:
            await self._front.drain()
        if self._outbox:
            await self._outbox.stop()
        for session in (self._wire, self._session):
            if session:
                await session.close()
        await self.store.close()
        log.event(logger, "service.stopped")


def _practice(records: Records) -> Practice | None:
    return records.practice()
