"""Our connection to Slack: signing in, Bolt's app, Socket Mode and the watchdog over it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import ClientSession
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.settings import Settings
from bot.slack.members import Workspace
from bot.slack.poster import Poster
from bot.slack.shape import is_slacks
from bot.slack.verdict import Verdict

logger = logging.getLogger("portaldesk.connection")

SlackApp = AsyncApp

DEAD_AFTER = 120.0  # seconds without a socket until the process ends, to be started afresh
LOOK_EVERY = 5.0
SAY_EVERY = 60.0  # seconds between two lines of the log about a socket that cannot be opened
ASK_AT_MOST = 5.0  # seconds for one question whether the token is good
PING_EVERY = 4  # seconds; the SDK notices a dead socket, and reconnects, at this pace

_FATAL = frozenset({"invalid_auth", "not_authed", "not_allowed_token_type", "missing_scope"})  # time mends none of them


class SlackRefused(Exception):  # noqa: N818 - a sentence for the operator
    """Slack does not accept a token; in words, without the token."""


async def sign_in(poster: Poster, workspace: Workspace) -> bool:
    """Learn from auth.test who we are; False when Slack cannot be reached now, so that intake goes on meanwhile."""
    called = await poster.call("auth.test")
    if called.done:
        workspace.learn(called.data)
        poster.bot_id = workspace.bot_id
        return True
    if called.verdict is Verdict.TOKEN:
        raise SlackRefused(
            f"Slack does not accept SLACK_BOT_TOKEN ({called.code}). Copy the Bot User OAuth Token again from "
            "api.slack.com/apps, OAuth & Permissions."
        )
    log.event(logger, "slack.unreachable", level=logging.WARNING, code=called.code)
    return False


def web_client(settings: Settings, session: ClientSession) -> AsyncWebClient:
    """Slack's client; it tries nothing again by itself, since a lost answer does not mean that nothing came."""
    return AsyncWebClient(
        token=settings.slack_bot_token,
        base_url=settings.slack_api_url,
        session=session,
        retry_handlers=[],
        timeout=10,
    )


def slack_app(client: AsyncWebClient, settings: Settings, workspace: Workspace) -> AsyncApp:
    """Bolt's app, acknowledging in line (docs/decisions/0004-acknowledge-in-line.md)."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=workspace.enterprise,
            team_id=workspace.team or None,
            bot_user_id=workspace.bot_user or None,
            bot_id=workspace.bot_id or None,
            bot_token=settings.slack_bot_token,
        )

    with _unsaid(logging.getLogger("slack_bolt.AsyncApp")):
        return AsyncApp(
            client=client,
            authorize=authorize,
            signing_secret=settings.slack_signing_secret,
            process_before_response=True,
            request_verification_enabled=settings.slack_app_token is None,
            raise_error_for_unhandled_request=True,
        )


@contextmanager
def _unsaid(bolts: logging.Logger) -> Iterator[None]:
    """Bolt warns at each start that it will ask `authorize` for the token; so it shall, and nobody can do anything."""

    def nothing(_: logging.LogRecord) -> bool:
        return False

    bolts.addFilter(nothing)
    try:
        yield
    finally:
        bolts.removeFilter(nothing)


class Seldom:
    """What fails each second is said at once, and then no more than once in `every` seconds."""

    def __init__(self, *, every: float = SAY_EVERY) -> None:
        self._every = every
        self._said: float | None = None
        self._count = 0

    def failed(self, now: float) -> int:
        """It failed once more, at `now` (seconds that only go on): how often since it was said last; 0: say nothing."""
        self._count += 1
        if self._said is not None and now - self._said < self._every:
            return 0
        self._said, count, self._count = now, self._count, 0
        return count


class _Handler(AsyncSocketModeHandler):
    """Acknowledges also what has no shape that Bolt could take: what is not acknowledged is sent once more."""

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        if is_slacks(req.payload):
            await super().handle(client, req)
            return
        log.event(logger, "socket.misshapen", level=logging.WARNING)
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))


class Connection:
    """Socket Mode with a watchdog, or nothing at all in HTTP mode."""

    def __init__(
        self, app: AsyncApp, settings: Settings, *, on_dead: Callable[[str], None], dead_after: float = DEAD_AFTER
    ) -> None:
        self._app = app
        self._token = settings.slack_app_token
        self._on_dead = on_dead
        self._dead_after = dead_after
        self._handler: AsyncSocketModeHandler | None = None
        self._watch: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect in the background: a Slack that is away must not keep portals waiting."""
        if self._token is None:
            return
        self._handler = _Handler(self._app, self._token, ping_interval=PING_EVERY)
        self._watch = asyncio.create_task(self._watched())

    async def is_open(self) -> bool:
        """Whether Slack can reach us; always true in HTTP mode, where Slack calls."""
        if self._token is None:
            return True
        return self._handler is not None and await self._handler.client.is_connected()

    async def _watched(self) -> None:
        assert self._handler is not None
        seen = time.monotonic()
        connected = False
        refused, not_open = Seldom(), Seldom()
        while True:
            try:
                if not connected:
                    # Bolt's handler would try a refused token for ever, without a word: ask once ourselves
                    async with asyncio.timeout(ASK_AT_MOST):
                        await self._app.client.apps_connections_open(app_token=self._token or "")
                    await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt's handler has no annotations
                    connected = True
            except SlackApiError as error:
                code = str(error.response.get("error", "")) if error.response else ""
                fatal = code in _FATAL
                if count := refused.failed(time.monotonic()) or int(fatal):
                    log.event(logger, "socket.refused", level=logging.ERROR, code=code, count=count)
                if fatal:
                    self._on_dead(f"Slack does not accept SLACK_APP_TOKEN ({code}).")
                    return
            except Exception as error:  # noqa: BLE001 - the SDK raises whatever the network raised
                if count := not_open.failed(time.monotonic()):
                    log.event(logger, "socket.not-open", level=logging.WARNING, code=type(error).__name__, count=count)
            if await self.is_open():
                seen = time.monotonic()
            elif time.monotonic() - seen > self._dead_after:
                self._on_dead("The connection to Slack stayed dead; ending, so that I am started afresh.")
                return
            await asyncio.sleep(LOOK_EVERY if connected else 1.0)

    async def close(self) -> None:
        """Let go of the socket."""
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._handler:
            await self._handler.close_async()  # type: ignore[no-untyped-call]  # as above
