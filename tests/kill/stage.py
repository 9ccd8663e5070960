"""The processes of a run: a stand-in Slack, a stand-in portal, services that a supervisor starts again when they die."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp

from tests import world
from tests.kill.board import Board
from tests.kill.practice import ROOT, practice_document, workspace, written
from tests.ports import free_port
from tests.service import freeze


@cache
def _warm() -> Path:
    """Where a process listens that nurseries are forked off; there is one for all tests of this process, and it ends with it."""
    folder = Path(tempfile.mkdtemp(prefix="portaldesk-nursery-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "socket"
    command = [sys.executable, "-m", "tests.kill.nursery", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(process.kill)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return path


class Nursery:
    """The process that services and stand-ins are forked off (tests/kill/nursery.py), seen from the test."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._ended: dict[int, asyncio.Future[int]] = {}
        self._reading = asyncio.create_task(self._read())
        self._turn = asyncio.Lock()

    async def _read(self) -> None:
        async for line in self._reader:
            told = json.loads(line)
            if "code" in told:
                ended = self.ended(told["pid"])
                if not ended.done():
                    ended.set_result(told["code"])
            elif "pid" in told:
                self._ended.pop(told["pid"], None)  # a number that another one had, who ended long ago
                self._born.put_nowait(told["pid"])

    def ended(self, pid: int) -> asyncio.Future[int]:
        """Its exit code, once it has one; negative for a signal."""
        return self._ended.setdefault(pid, asyncio.get_running_loop().create_future())

    async def bear(
        self, arguments: Sequence[str], environment: Mapping[str, str], log: Path, *, program: str = "service"
    ) -> int:
        """Fork a service, or a stand-in; its process id."""
        order = {"program": program, "arguments": list(arguments), "environment": dict(environment), "log": str(log)}
        async with self._turn:
            self._writer.write(json.dumps(order).encode() + b"\n")
            await self._writer.drain()
            return await self._born.get()

    async def close(self) -> None:
        """End it, and with it everything that still runs."""
        self._writer.write_eof()
        await self._reading
        self._writer.close()


@dataclass(slots=True)
class Service:
    """One replica under a supervisor: started again whenever it dies, until it is told to end."""

    nursery: Nursery
    environment: Mapping[str, str]
    log: Path
    options: tuple[str, ...] = ()
    lives: tuple[Sequence[str], ...] = ()
    deaths: int = 0
    freezes: int = 0
    pid: int = 0
    wanted: bool = True
    codes: list[int] = field(default_factory=list)
    _next: Iterator[Sequence[str]] = field(default_factory=lambda: iter(()))
    _task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        return int(self.environment["PORTALDESK_HTTP"].rpartition(":")[2])

    async def start(self) -> None:
        """Let the supervisor begin; `lives` are options of the first life, of the second, and so on."""
        self._next = iter(self.lives)
        await self._live()
        self._task = asyncio.create_task(self._supervise())

    async def _live(self) -> None:
        more = next(self._next, ())
        self.pid = await self.nursery.bear([*self.options, *more, "run"], self.environment, self.log)
        if not self.wanted:  # told to end while it was being born: nobody else knows this life
            self.kill()

    async def _supervise(self) -> None:
        while True:
            code = await self.nursery.ended(self.pid)
            self.codes.append(code)
            if not self.wanted:
                return
            self.deaths += 1
            if code not in (-signal.SIGKILL, 0):
                await asyncio.sleep(0.2)  # as every supervisor waits a little for one that cannot start
            await self._live()

    def kill(self) -> None:
        """What the power cut does."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def freeze(self, seconds: float) -> None:
        """What a swapping host or a paused machine does."""
        with suppress(ProcessLookupError):
            freeze(self.pid, seconds)
            self.freezes += 1

    async def end(self, number: int = signal.SIGKILL) -> int:
        """End it for good; its exit code."""
        self.wanted = False
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)
        async with asyncio.timeout(30):
            if self._task is not None:
                await self._task  # it may be between two lives
            return await self.nursery.ended(self.pid)


class Stage:
    """The two stand-ins and whoever plays between them. `port` is where the portal looks for the first service."""

    def __init__(self, folder: Path, nursery: Nursery, http: aiohttp.ClientSession) -> None:
        self.folder = folder
        self.nursery = nursery
        self.http = http
        self.port = free_port()
        self.slack = ""
        self.portal = ""
        self.slack_journal = folder / "slack.jsonl"
        self.portal_journal = folder / "portal.jsonl"
        self.practice = folder / "practice.yml"
        self.board = Board(self.slack_journal)
        self._stand_ins: list[int] = []
        self._services: list[Service] = []

    async def open(self, *, mode: str = "idempotent", limits: str = "off", hasty: bool = True) -> None:
        """Start both stand-ins; `limits` "on": Slack counts calls as strictly as it can; `hasty`: the portal sends again soon."""
        self.practice.write_text(practice_document())
        config = self.folder / "workspace.json"
        config.write_text(json.dumps(workspace()))
        told = await self._start(
            "slack", "--config", str(config), "--journal", str(self.slack_journal), "--limits", limits
        )
        self.slack = told["url"]
        url = f"http://127.0.0.1:{self.port}"
        told = await self._start(
            "portal", "--port", "0", "--bot-url", url, "--secret", world.SECRET, "--mode", mode,
            "--journal", str(self.portal_journal), *(["--hasty"] if hasty else []),
        )  # fmt: skip
        self.portal = told["url"]

    async def _start(self, program: str, *arguments: str) -> dict[str, Any]:
        log = self.folder / f"{program}.log"
        pid = await self.nursery.bear(arguments, os.environ, log, program=program)
        self._stand_ins.append(pid)

        async def said() -> list[str]:
            assert not self.nursery.ended(pid).done(), log.read_text()
            return [line for line in log.read_text().splitlines() if line.startswith("{")] if log.exists() else []

        first: str = (await world.until(said, what=f"a stand-in {program}", within=60))[0]
        told: dict[str, Any] = json.loads(first)
        return told

    def environment(self, database: str, *, port: int = 0, **more: str) -> dict[str, str]:
        """The settings of a service between these two; HOME and PATH as here, nothing else of this process."""
        own = world.environment(
            self.slack,
            self.portal,
            database,
            PORTALDESK_HTTP=f"127.0.0.1:{port or self.port}",
            PORTALDESK_PRACTICE=str(self.practice),
            **more,
        )
        return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ} | own

    def service(
        self,
        database: str,
        *,
        options: Sequence[str] = (),
        once: Sequence[str] = (),
        lives: Sequence[Sequence[str]] = (),
        port: int = 0,
        **more: str,
    ) -> Service:
        """A replica that was not started yet. `once`: options of its first life; `lives`: of each of its lives."""
        made = Service(
            self.nursery,
            self.environment(database, port=port, **more),
            self.folder / "service.log",
            options=("--pace", "0", *options),
            lives=tuple(lives) or (once,),
        )
        self._services.append(made)
        return made

    def clear(self) -> None:
        """End every service that a test left behind, whatever became of the test."""
        for service in self._services:
            if service.pid and service.wanted:
                service.wanted = False
                service.kill()
        self._services.clear()

    async def ready(self, service: Service, *, within: float = 30.0) -> None:
        """Wait until this replica can work."""
        await world.until(lambda: self._ready(service.port), what="a service that is ready", within=within)

    async def _ready(self, port: int) -> bool:
        with suppress(aiohttp.ClientError, OSError):
            async with self.http.get(f"http://127.0.0.1:{port}/readyz") as response:
                return response.status == 200
        return False

    async def human(self, name: str, **body: Any) -> dict[str, Any]:
        """What a person does in Slack; `{"impossible": ...}` when they cannot."""
        async with self.http.post(f"{self.slack}/_human/{name}", json=body) as response:
            told: dict[str, Any] = await response.json()
            return told if response.status == 200 else {"impossible": told.get("error", "")}

    async def look(self, name: str, **query: str) -> Any:
        """What a person sees in Slack."""
        async with self.http.get(f"{self.slack}/_human/{name}", params=query) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def control(self, name: str, body: Mapping[str, Any] | None = None) -> Any:
        """Tell the stand-in portal something, or look at something there."""
        address = f"{self.portal}/_control/{name}"
        call = self.http.post(address, json=body) if body is not None else self.http.get(address)
        async with call as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def write(self, token: str, *, kind: str = "general", thread: str = "", urgent: bool = False) -> None:
        """A family writes; the event's id and the message's words name the token."""
        await self.control("events", written(token, kind=kind, thread=thread, urgent=urgent))

    async def events_taken(self) -> bool:
        """Whether the portal has nothing left to send."""
        return all(event["outcome"] for event in await self.control("events"))

    async def close(self) -> None:
        for pid in self._stand_ins:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            await self.nursery.ended(pid)


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """A warm process to fork services and stand-ins off."""
    made = Nursery(*await asyncio.open_unix_connection(_warm()))
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def stages(
    folder: Path, count: int, *, mode: str = "idempotent", limits: str = "off", hasty: bool = True
) -> AsyncIterator[list[Stage]]:
    """So many pairs of stand-ins with one nursery, for what is played side by side."""
    async with nursery() as warm, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200)) as http:
        made = [Stage(folder / str(n), warm, http) for n in range(count)]
        try:
            for one in made:
                one.folder.mkdir(parents=True)
            await asyncio.gather(*(one.open(mode=mode, limits=limits, hasty=hasty) for one in made))
            yield made
        finally:
            for one in made:
                await one.close()


@asynccontextmanager
async def stage(
    folder: Path, *, mode: str = "idempotent", limits: str = "off", hasty: bool = True
) -> AsyncIterator[Stage]:
    """Stand-ins and a nursery, for as long as it lasts."""
    async with stages(folder, 1, mode=mode, limits=limits, hasty=hasty) as (made,):
        yield made
