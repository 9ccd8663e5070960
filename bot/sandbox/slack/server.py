"""Starting and stopping the stand-in: one aiohttp application on loopback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.slack import hook, human, snapshot, web_api
from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.slack.hub import Slack

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HERE = frozenset({"127.0.0.1", "localhost", "::1"})
CORS = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "Content-Type", "Vary": "Origin"}


@dataclass(slots=True)
class RunningSlack:
    """A stand-in that answers at `url`; also an asynchronous context manager that stops it."""

    slack: Slack
    runner: web.AppRunner
    url: str

    @property
    def api_url(self) -> str:
        """What `SLACK_API_URL` must be."""
        return f"{self.url}/api/"

    @property
    def human_url(self) -> str:
        return f"{self.url}/_human/"

    async def stop(self) -> None:
        if self.slack.config.state is not None:
            snapshot.save(self.slack, self.slack.config.state)
        await self.slack.stop()
        await self.runner.cleanup()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse names and pages from elsewhere, so that no web site can reach the stand-in through a browser."""
    origin = request.headers.get("Origin", "")
    host = urlsplit(f"//{request.host}").hostname
    if host not in HERE or (origin and urlsplit(origin).hostname not in HERE):
        return web.json_response({"error": "loopback only"}, status=403)
    headers = {"Access-Control-Allow-Origin": origin, **CORS} if origin else {}
    if request.method == "OPTIONS":
        return web.Response(headers=headers)
    response = await handler(request)
    if headers and not response.prepared:
        response.headers.update(headers)
    return response


def application(slack: Slack) -> web.Application:
    app = web.Application(middlewares=[loopback_only], client_max_size=8 * 1024 * 1024)
    web_api.install(app, slack)
    hook.install(app, slack)
    human.install(app, slack)
    app.router.add_get("/link/", slack.courier.sockets.connect)
    return app


async def serve(config: SlackConfig, extend: Callable[[web.Application], None] | None = None) -> RunningSlack:
    """Start a stand-in; `extend` may add routes (the demo's page) to the same port.

    Raises:
        ConfigFault: a host that is not loopback, no manifest, HTTP delivery without an address.
    """
    slack = Slack(config.ready())
    if slack.config.state is not None:
        snapshot.load(slack, slack.config.state)
        slack.run(snapshot.keep(slack, slack.config.state))
    app = application(slack)
    if extend is not None:
        extend(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, config.host, config.port)
    await site.start()
    port = runner.addresses[0][1]
    slack.url = f"http://{config.host}:{port}"
    slack.journal.write("start", url=slack.url, scopes=sorted(slack.scopes))
    return RunningSlack(slack, runner, slack.url)
