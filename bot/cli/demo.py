"""`portaldesk demo`: a practice on this machine, with a stand-in Slack, a stand-in portal and the real service."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import click
from rich.console import Console
from rich.panel import Panel

from bot.sandbox import scenario

MANIFEST = Path(__file__).resolve().parents[2] / "manifest.yml"
LAST_PORT = 65_535
KILLED = "Somebody killed the service. It starts again, as under every supervisor, and goes on where it was."
READY_WITHIN = 30.0  # seconds until every part has answered
STOP_WITHIN = 25.0

_TOKEN = "xoxb-sandbox-bot"  # noqa: S105 - a stand-in's token opens nothing
_APP_TOKEN = "xapp-1-A0PORTAL-sandbox"  # noqa: S105 - the same


class DemoFailed(click.ClickException):
    """A part of the demo did not come up; in words."""

    exit_code = 1


class Demo:
    """Four processes: page, Slack, portal, service, on `port` and the next three. `folder` keeps their data."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.page, self.slack, self.portal, self.service = (f"http://127.0.0.1:{port + n}" for n in range(4))
        self._port = port
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._logs = folder / "logs"

    def _secret(self) -> str:
        kept = self.folder / "portal-secret"
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text("whsec_" + b64encode(secrets.token_bytes(32)).decode(), encoding="ascii")
        return kept.read_text(encoding="ascii")

    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "PORTALDESK_"))}
        return inherited | {
            "SLACK_BOT_TOKEN": _TOKEN,
            "SLACK_APP_TOKEN": _APP_TOKEN,
            "SLACK_API_URL": f"{self.slack}/api/",
            "PORTALDESK_DATABASE_URL": f"sqlite:///{self.folder / 'portaldesk.db'}",
            "PORTALDESK_HTTP": f"127.0.0.1:{self._port + 3}",
            "PORTALDESK_PRACTICE": str(scenario.practice_yaml_path()),
            "PORTALDESK_PORTAL_MAIN_URL": self.portal,
            "PORTALDESK_PORTAL_MAIN_SECRETS": self._secret(),
            "PORTALDESK_ALLOW_PRIVATE_NETWORK": "on",
            "PORTALDESK_LOG": "text",
        }

    def _alone(self) -> None:
        """See that every port is free: DemoFailed with what to do, also about parts that outlived a killed demo."""
        if not (taken := [port for port in range(self._port, self._port + 4) if not is_free(port)]):
            return
        ports = ", ".join(map(str, taken))
        pids = sorted(pid for file in self.folder.glob("*.pid") if (pid := _running(file)))
        before = f" If a demo before was killed, its parts still run: kill {' '.join(map(str, pids))}" if pids else ""
        others = f"Choose four others with --port {min(self._port + 10, LAST_PORT - 3)}."
        raise DemoFailed(f"Taken by somebody else on this machine: port {ports}. {others}{before}")

    async def start(self) -> bool:
        """Start every part and wait until it answers; True when the workspace is a new one."""
        self._alone()
        self._logs.mkdir(parents=True, exist_ok=True)
        fresh = not (self.folder / "portaldesk.db").exists()
        config = self.folder / "slack.json"
        config.write_text(json.dumps(scenario.slack_config() | {"manifest": str(MANIFEST)}), encoding="utf-8")
        await self._run("migrate", "bot", "db", "upgrade", wait=True)
        await self._run(
            "slack", "bot.sandbox", "slack", "--port", str(self._port + 1), "--config", str(config),
            "--state", str(self.folder / "slack-state.json"), "--bot-token", _TOKEN, "--app-token", _APP_TOKEN,
        )  # fmt: skip
        await self._answers("slack", f"{self.slack}/api/api.test")
        await self._run(
            "portal", "bot.sandbox.portal", "--port", str(self._port + 2), "--bot-url", self.service,
            "--secret", self._secret(), "--state", str(self.folder / "portal-state.json"),
        )  # fmt: skip
        await self._run("service", "bot", "run")
        await self._answers("service", f"{self.service}/readyz")
        await self._run(
            "page", "bot.sandbox.page", "--port", str(self._port), "--slack", self.slack, "--portal", self.portal
        )
        await self._answers("page", self.page)
        return fresh

    async def _run(self, name: str, module: str, *arguments: str, wait: bool = False) -> None:
        log = (self._logs / f"{name}.log").open("ab")
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments, env=self._environment(), stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        log.close()
        if wait:
            if await child.wait():
                raise DemoFailed(f"The part '{name}' did not work. Its log: {self._logs / name}.log")
        else:
            self._children[name] = child
            (self.folder / f"{name}.pid").write_text(str(child.pid), encoding="ascii")

    async def _answers(self, name: str, url: str) -> None:
        deadline = asyncio.get_running_loop().time() + READY_WITHIN
        async with aiohttp.ClientSession() as session:
            while asyncio.get_running_loop().time() < deadline:
                child = self._children[name]
                if child.returncode is not None:
                    break
                try:
                    async with session.get(url) as response:
                        if response.status < 500:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)
        raise DemoFailed(
            f"The part '{name}' did not come up at {url}. Is the port taken? Try --port. "
            f"Its log: {self._logs / name}.log"
        )

    async def send_morning(self) -> int:
        """Have the portal send the morning's messages; how many."""
        events = scenario.morning(datetime.now(UTC))
        async with aiohttp.ClientSession() as session:
            for event in events:
                await self._send(session, event)
        return len(events)

    async def _send(self, session: aiohttp.ClientSession, event: Mapping[str, object]) -> None:
        async with session.post(f"{self.portal}/_control/events", json={**event, "wait": True}) as response:
            response.raise_for_status()

    async def ended(self, killed: Callable[[], None]) -> str:
        """Wait for the first part that ends by itself; its name. A service that is killed starts again, and is told."""
        while True:
            waiting = {asyncio.create_task(child.wait()): name for name, child in self._children.items()}
            done, rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in rest:
                task.cancel()
            first = next(iter(done))
            if waiting[first] != "service" or first.result() != -signal.SIGKILL:
                return waiting[first]
            killed()
            await self._run("service", "bot", "run")

    async def stop(self) -> None:
        """End every part, the service first, so that it can finish what is on the wire."""
        for name in ("service", "page", "portal", "slack"):
            child = self._children.get(name)
            if child is None:
                continue
            if child.returncode is None:
                child.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(child.wait(), STOP_WITHIN)
                except TimeoutError:
                    child.kill()
            (self.folder / f"{name}.pid").unlink(missing_ok=True)


def _running(file: Path) -> int:
    """The process that a pid file names; 0 when it does not run, or the file names none."""
    with suppress(ValueError, OSError):
        pid = int(file.read_text(encoding="ascii"))
        if pid > 1:
            os.kill(pid, 0)
            return pid
    return 0


def is_free(port: int) -> bool:
    """Whether nobody listens on that port of this machine."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


async def play(folder: Path, port: int, console: Console) -> None:
    """Run the demo until Ctrl-C, or until a part ends."""
    demo = Demo(folder, port)
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    try:
        with console.status("Opening the practice ..."):
            fresh = await demo.start()
            sent = await demo.send_morning() if fresh else 0
        console.print(_welcome(demo, sent))
        ended = asyncio.create_task(demo.ended(lambda: console.print(KILLED)))
        stopped = asyncio.create_task(over.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not over.is_set():
            raise DemoFailed(f"The part '{ended.result()}' ended by itself. Its log is in {folder / 'logs'}.")
        ended.cancel()
    finally:
        with console.status("Closing the practice ..."):
            await demo.stop()
    console.print("Closed. The data is kept; the next start goes on from here, --fresh starts anew.")


def _welcome(demo: Demo, sent: int) -> Panel:
    news = f"{sent} messages of this morning are on their way into the channels." if sent else "Welcome back."
    return Panel(
        f"[bold]Open {demo.page} in a browser[/bold]\n\n"
        f"{news}\n"
        "Left: the practice's Slack, where you act as a nurse, a physician, the front desk or the manager.\n"
        "Right: the families' portal, where you write as a parent and see the answer arrive.\n\n"
        f"Service {demo.service}/readyz   Stand-in Slack {demo.slack}   Stand-in portal {demo.portal}\n"
        f"Data and logs: {demo.folder}   Ctrl-C ends it.",
        title="Portal Desk",
        expand=False,
    )


@click.command(epilog="Example: portaldesk demo --port 8400 --fresh")
@click.option(
    "--port",
    type=click.IntRange(1, LAST_PORT - 3),
    default=8400,
    show_default=True,
    help="The page's port; the next three are used as well.",
)
@click.option("--fresh", is_flag=True, help="Forget the earlier demo and start a new morning.")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-data"), show_default=True
)
def demo(port: int, fresh: bool, folder: Path) -> None:  # noqa: FBT001 - a command's flag
    """Try Portal Desk on this machine: no Slack, no portal, no database server needed."""
    folder = folder.resolve()
    if fresh and folder.exists() and not (folder / "slack.json").exists():
        raise DemoFailed(f"{folder} does not look like a demo's folder; I do not remove it.")
    try:
        if fresh and folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as no:
        raise DemoFailed(
            f"I cannot keep the demo's data in {folder} ({no.strerror}). Name a folder that I can write with --folder."
        ) from None
    asyncio.run(play(folder, port, Console()))
