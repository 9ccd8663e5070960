"""What is started for a measurement: the references, the service with a practice of eight departments, the peers."""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

import storage
from tests.bench import process
from tests.bench.load import SECRET, SIGNING
from tests.bench.process import Process
from tests.ports import free_port

DEPARTMENTS = [f"Ward {number}" for number in range(8)]
_ROWS = "\n".join(
    f"  - {{name: {name}, channel: C0CHANNEL{number}, turnaround: 8h}}" for number, name in enumerate(DEPARTMENTS)
)
PRACTICE = f"""
practice: {{name: Bright Kids Pediatrics, timezone: America/New_York}}
card_detail: full
hours: {{mon-sun: "00:00-24:00"}}
departments:
{_ROWS}
default_department: Ward 0
staff:
  - {{slack: U0ALICE, name: Alice Moreno, title: RN, roles: [staff, admin], departments: [{", ".join(DEPARTMENTS)}]}}
"""


class Bench:
    """A folder on disk, the peers on the harness's core, and whatever is measured on the other."""

    def __init__(self, folder: Path, peers: Process, http: aiohttp.ClientSession) -> None:
        self._folder = folder
        self._peers = peers
        self._http = http
        self._made = 0

    @property
    def url(self) -> str:
        """Where Slack and the portal are."""
        return f"http://127.0.0.1:{self._peers.port}"

    async def seen(self, *, counts: bool = False) -> dict[str, Any]:
        """Everything that came to Slack and the portal, or only how much."""
        async with self._http.get(f"{self.url}/{'count' if counts else 'seen'}") as response:
            return await response.json()

    async def forget(self, *, limited: bool = False) -> None:
        """Let the peers begin anew. `limited`: with Slack's limit of one post a second and channel."""
        await self._http.post(f"{self.url}/reset", json={"limited": limited})

    def place(self) -> Path:
        """A new folder for one process."""
        self._made += 1
        made = self._folder / str(self._made)
        made.mkdir()
        return made

    async def floor_in(self, env: Mapping[str, str] | None = None) -> Process:
        """The bare webhook with one commit."""
        folder, port = self.place(), free_port()
        return await process.start(
            ["tests.bench.floor", "in", str(port), str(folder / "floor.db")], port, folder=folder, env=env
        )

    async def floor_ack(self) -> Process:
        """The bare Bolt app."""
        folder, port = self.place(), free_port()
        return await process.start(["tests.bench.floor", "ack", str(port), SIGNING, self.url], port, folder=folder)

    async def afternoon(self) -> Process:
        """The afternoon bot."""
        folder, port = self.place(), free_port()
        told = ["tests.bench.afternoon", str(port), str(folder / "afternoon.db"), self.url]
        return await process.start(told, port, folder=folder)

    def ready(self) -> tuple[Path, dict[str, str]]:
        """A folder with a practice and an empty database, and the settings of a service there."""
        folder = self.place()
        database = f"sqlite:///{folder / 'desk.db'}"
        storage.upgrade(database)
        return folder, self.settings(folder, database)

    def settings(self, folder: Path, database: str) -> dict[str, str]:
        """The settings of a service on that database, with its practice in that folder."""
        (folder / "practice.yaml").write_text(PRACTICE, encoding="utf-8")
        return {
            "SLACK_BOT_TOKEN": "xoxb-bench",
            "SLACK_SIGNING_SECRET": SIGNING,
            "SLACK_API_URL": f"{self.url}/api/",
            "PORTALDESK_DATABASE_URL": database,
            "PORTALDESK_KEYS": "k1:" + base64.b64encode(b"k" * 32).decode(),
            "PORTALDESK_PORTAL_MAIN_URL": self.url,
            "PORTALDESK_PORTAL_MAIN_SECRETS": "whsec_" + base64.b64encode(SECRET).decode(),
            "PORTALDESK_PRACTICE": str(folder / "practice.yaml"),
            "PORTALDESK_ALLOW_PRIVATE_NETWORK": "on",
        }

    async def service(self, *, pace: float = 0.0, env: Mapping[str, str] | None = None) -> Process:
        """The service, on an empty SQLite database, with everything as it is delivered but for its pace."""
        folder, settings = self.ready()
        return await run_service(folder, settings | dict(env or {}), pace=pace)


async def run_service(
    folder: Path, settings: Mapping[str, str], *, pace: float, cores: set[int] = process.TARGET
) -> Process:
    """Start the service with these settings."""
    port = free_port()
    env = {**settings, "PORTALDESK_HTTP": f"127.0.0.1:{port}"}
    told = ["tests.bench.service", str(pace), "run"]
    return await process.start(told, port, folder=folder, env=env, cores=cores, health="/readyz")


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    """A place to measure in; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="portaldesk-bench-"))
    port = free_port()
    peers = await process.start(["tests.bench.peers", str(port)], port, folder=folder, cores=process.HARNESS)
    try:
        async with aiohttp.ClientSession() as http:
            yield Bench(folder, peers, http)
    finally:
        peers.stop()
        shutil.rmtree(folder, ignore_errors=True)
