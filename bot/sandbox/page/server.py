"""Serves the static page and relays its calls to the stand-in Slack and the stand-in portal; loopback only."""

from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, web

from bot.sandbox.page.guard import guard, harden
from bot.sandbox.page.relay import Relay
from bot.sandbox.scenario import PEOPLE, channel_topics

STATIC = Path(__file__).parent.parent / "static"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, kw_only=True)
class PageConfig:
    """Where the page listens and which servers stand behind it (their base addresses)."""

    slack: str
    portal: str
    host: str = "127.0.0.1"
    port: int = 8400


@dataclass(frozen=True)
class RunningPage:
    """A page that answers at `url`."""

    url: str
    runner: web.AppRunner
    session: ClientSession

    async def stop(self) -> None:
        """Ends the server; open streams are cut."""
        await self.session.close()
        await self.runner.cleanup()


async def start_page(config: PageConfig) -> RunningPage:
    """Starts the page and gives it back once it listens; ValueError when it would be reachable from outside."""
    if config.host not in _LOOPBACK:
        raise ValueError("the page listens on loopback only")
    app = web.Application(middlewares=[guard])
    app.on_response_prepare.append(harden)
    session = ClientSession(timeout=ClientTimeout(total=None, sock_connect=5), auto_decompress=False)
    app.add_routes([web.get("/", _index), web.get("/api/demo", _demo), web.static("/static", STATIC)])
    for name, base in (("slack", config.slack + "/_human"), ("portal", config.portal + "/_control")):
        app.router.add_route("*", f"/api/{name}/{{tail:.*}}", Relay(session, base).handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, config.host, config.port).start()
    return RunningPage(f"http://{config.host}:{runner.addresses[0][1]}", runner, session)


async def _index(_: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def _demo(_: web.Request) -> web.Response:
    """What Slack does not say of the demo's people and channels: titles, words for their role, topics."""
    return web.json_response({"people": PEOPLE, "topics": channel_topics()})
