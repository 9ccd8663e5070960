"""The processes that are measured, each on the one core that is theirs, and what the kernel says they used."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load import Line

ROOT = Path(__file__).resolve().parents[2]
_CORES = sorted(os.sched_getaffinity(0))
HARNESS = {_CORES[0]}  # the load, and the stand-ins for Slack and the portal
TARGET = {_CORES[-1]}  # whatever is measured
OTHERS = set(_CORES[1:]) or TARGET  # where several processes are measured together
_TICK = os.sysconf("SC_CLK_TCK")
_PATIENCE = 60.0  # seconds that a process may take to be there


def stay() -> None:
    """Keep this process, the harness, to its core."""
    os.sched_setaffinity(0, HARNESS)


@dataclass(frozen=True, slots=True)
class Process:
    """A started process. `ready` is how many seconds it took to be there."""

    popen: subprocess.Popen[bytes]
    port: int
    ready: float

    @property
    def cpu(self) -> float:
        """CPU seconds so far, of all its threads."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    @property
    def peak(self) -> float:
        """The most memory it had, in MB."""
        return self._status("VmHWM:")

    @property
    def memory(self) -> float:
        """The memory it has now, in MB."""
        return self._status("VmRSS:")

    def _status(self, name: str) -> float:
        line = next(line for line in self._proc("status").splitlines() if line.startswith(name))
        return int(line.split()[1]) / 1024

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self.popen.pid}/{name}").read_text(encoding="ascii", errors="replace")

    def stop(self) -> None:
        """End it."""
        self.popen.terminate()
        try:
            self.popen.wait(20)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


async def start(
    arguments: Sequence[str],
    port: int,
    *,
    folder: Path,
    env: Mapping[str, str] | None = None,
    cores: set[int] = TARGET,
    health: str = "",
) -> Process:
    """Start `python -m ARGUMENTS` in `folder`; it is there when `health` answers 200 (without: when it listens)."""
    began = time.monotonic()
    known = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "PORTALDESK_"))}
    with (folder / f"{port}.log").open("wb") as log:
        popen = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=folder,
            env=known | {"PYTHONPATH": str(ROOT)} | dict(env or {}),
            stdout=log,
            stderr=log,
            preexec_fn=lambda: _child(cores),  # noqa: PLW1509 - nothing here has threads yet when it starts one
        )
    while not await _there(port, health):
        if popen.poll() is not None or time.monotonic() - began > _PATIENCE:
            popen.kill()
            told = (folder / f"{port}.log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{arguments[0]} did not come up:\n{told}")
        time.sleep(0.005)
    return Process(popen, port, time.monotonic() - began)


def _child(cores: set[int]) -> None:
    os.sched_setaffinity(0, cores)
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: nothing outlives the bench


async def _there(port: int, health: str) -> bool:
    try:
        line = await Line.open(port)
    except OSError:
        return False
    try:
        if not health:
            return True
        asked = await line.ask(0, f"GET {health} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return asked.status == 200
    except (OSError, EOFError):
        return False
    finally:
        line.close()
