"""A newcomer at a shell: every command is a process of its own, in an empty folder, with only the settings given."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.portal import server as portal_server
from bot.sandbox.portal.config import Config as PortalConfig
from bot.sandbox.slack import server as slack_server
from bot.sandbox.slack.config import SlackConfig
from tests.ports import free_port
from tests.world import CHANNELS, MANIFEST, PEOPLE, PRACTICE, ROOT, SECRET, SIGNING, environment

SECRETS = (SECRET, "xoxb-sandbox-bot", "xapp-1-A0PORTAL-sandbox", "k1:", SIGNING)
WIDE = "400"  # columns: no sentence is broken


@dataclass(frozen=True, kw_only=True)
class Told:
    """How a command ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def flat(self) -> str:
        """All that was printed, in single spaces, without the lines of tables."""
        return " ".join(re.sub(r"[│┃┏┓┗┛━┡┩┳┻╇─┌┐└┘├┤┬┴┼╷╵╶╴|]", " ", f"{self.out} {self.err}").split())


@dataclass(kw_only=True)
class Running:
    """A command that was started: `pid` to signal it, `ended` for what it told."""

    pid: int
    line: asyncio.StreamReader
    writer: asyncio.StreamWriter
    out: Path
    err: Path

    def terminate(self) -> None:
        """Ask it to end."""
        os.kill(self.pid, signal.SIGTERM)

    async def ended(self, within: float = 60) -> Told:
        """Wait for its end."""
        code = int(await asyncio.wait_for(self.line.readline(), within))
        self.writer.close()
        return Told(code=code, out=self.out.read_text(), err=self.err.read_text())


@dataclass(kw_only=True)
class Shell:
    """Runs `portaldesk` in a folder with these settings."""

    folder: Path
    forked: str
    env: dict[str, str] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)
    count: int = 0
    room: int = -1  # bytes that no file of a command may grow beyond, as over a quota

    def environment(self, over: Mapping[str, str]) -> dict[str, str]:
        """What a command sees: a bare system's, and the settings."""
        base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": WIDE, "HOME": str(self.folder)}
        return base | {name: value for name, value in (self.env | dict(over)).items() if value}

    async def start(self, *words: str, **over: str) -> Running:
        """Start a command that goes on."""
        self.count += 1
        out, err = (self.folder / f"{name}-{self.count}.txt" for name in ("out", "err"))
        line, writer = await asyncio.open_unix_connection(self.forked)
        order = {
            "words": words,
            "env": self.environment(over),
            "cwd": str(self.folder),
            "out": str(out),
            "err": str(err),
            "room": self.room,
        }
        writer.write(json.dumps(order).encode() + b"\n")
        pid = int(await line.readline())
        process = Running(pid=pid, line=line, writer=writer, out=out, err=err)
        self.running.append(process)
        return process

    async def __call__(self, *words: str, **over: str) -> Told:
        """Run a command to its end."""
        return await self.end(await self.start(*words, **over))

    async def end(self, process: Running) -> Told:
        """Wait for its end; it never shows a traceback or a secret."""
        told = await process.ended()
        self.running.remove(process)
        assert "Traceback" not in told.out + told.err, told.err
        for secret in SECRETS:
            assert secret not in told.out + told.err, secret
        return told

    async def close(self) -> None:
        """End what still runs, by its id."""
        for process in list(self.running):
            process.terminate()
            await self.end(process)


@dataclass(kw_only=True)
class Town:
    """A stand-in Slack and a stand-in portal, a shell with good settings for both, and a practice file."""

    slack: slack_server.RunningSlack
    portal: portal_server.RunningPortal
    shell: Shell
    practice: Path
    port: int


@pytest.fixture(scope="session")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where commands are run."""
    path = str(tmp_path_factory.mktemp("forked") / "door")
    words = [sys.executable, "-m", "tests.cli.forked", path]
    env = os.environ | {"COLUMNS": WIDE}  # a module reads it as it is loaded
    with subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.PIPE) as server:
        assert server.stdout
        assert server.stdout.readline() == b"ready\n"
        yield path
        server.terminate()


@pytest.fixture
async def shell(tmp_path: Path, forked: str) -> AsyncIterator[Shell]:
    """A shell without any setting."""
    made = Shell(folder=tmp_path, forked=forked)
    yield made
    await made.close()


@pytest.fixture
async def town(shell: Shell, tmp_path: Path) -> AsyncIterator[Town]:
    """Everything a newcomer needs to run the service for real."""
    port = free_port()
    config = SlackConfig(people=PEOPLE, channels=CHANNELS, limits=False, manifest=MANIFEST, signing_secret=SIGNING)
    practice = tmp_path / "practice.yaml"
    practice.write_text(PRACTICE, encoding="utf-8")
    async with await slack_server.serve(config) as slack:
        portal = await portal_server.serve(PortalConfig(bot_url=f"http://127.0.0.1:{port}", secrets=(SECRET,)))
        shell.env = environment(slack.url, portal.url, "sqlite:///portaldesk.db", PORTALDESK_HTTP=f"127.0.0.1:{port}")
        del shell.env["PORTALDESK_KEYS"]
        made: Any = Town(slack=slack, portal=portal, shell=shell, practice=practice, port=port)
        try:
            yield made
        finally:
            await shell.close()
            await portal.stop()
