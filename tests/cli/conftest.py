"""A newcomer at a shell: every command is a process of its own, in an empty folder, with only the settings given."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.portal import server as portal_server
from bot.sandbox.portal.config import Config as PortalConfig
from bot.sandbox.slack import server as slack_server
from bot.sandbox.slack.config import SlackConfig
from tests.world import CHANNELS, MANIFEST, PEOPLE, PRACTICE, ROOT, SECRET, SIGNING, environment, free_port

SECRETS = (SECRET, "xoxb-sandbox-bot", "xapp-1-A0PORTAL-sandbox", "k1:", SIGNING)


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
class Shell:
    """Runs `portaldesk` in a folder with these settings."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    running: list[asyncio.subprocess.Process] = field(default_factory=list)

    def _environment(self, over: Mapping[str, str]) -> dict[str, str]:
        base = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "400",
            "HOME": str(self.folder),
            "PYTHONWARNINGS": "error::DeprecationWarning:bot",
        }
        return base | {name: value for name, value in (self.env | dict(over)).items() if value}

    async def start(self, *words: str, **over: str) -> asyncio.subprocess.Process:
        """Start a command that goes on."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, cwd=self.folder, env=self._environment(over),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.running.append(process)
        return process

    async def __call__(self, *words: str, **over: str) -> Told:
        """Run a command to its end; it never shows a traceback or a secret."""
        process = await self.start(*words, **over)
        out, err = await asyncio.wait_for(process.communicate(), 60)
        self.running.remove(process)
        told = Told(code=process.returncode or 0, out=out.decode(), err=err.decode())
        assert "Traceback" not in told.out + told.err, told.err
        for secret in SECRETS:
            assert secret not in told.out + told.err, secret
        return told

    async def end(self) -> None:
        """End what still runs, by its id."""
        for process in self.running:
            if process.returncode is None:
                process.terminate()
                await process.communicate()


@dataclass(kw_only=True)
class Town:
    """A stand-in Slack and a stand-in portal, a shell with good settings for both, and a practice file."""

    slack: slack_server.RunningSlack
    portal: portal_server.RunningPortal
    shell: Shell
    practice: Path
    port: int


@pytest.fixture
async def shell(tmp_path: Path) -> AsyncIterator[Shell]:
    """A shell without any setting."""
    made = Shell(folder=tmp_path)
    yield made
    await made.end()


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
            await shell.end()
            await portal.stop()
