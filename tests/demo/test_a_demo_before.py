"""A demo that was killed leaves its parts: the next start says which ports they hold, and which processes to end."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.demo import Demo, DemoFailed
from tests.ports import free_port


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", free_port()))
        listening.listen()
        yield listening.getsockname()[1]


async def test_taken_ports_and_the_processes_to_end_are_named(taken: int, tmp_path: Path):
    """The port, another `--port`, and the processes of the pid files that still run; nothing was started."""
    (tmp_path / "service.pid").write_text(str(os.getpid()))
    (tmp_path / "page.pid").write_text("")
    (tmp_path / "slack.pid").write_text("no number")
    (tmp_path / "portal.pid").write_text("999999999")
    with pytest.raises(DemoFailed) as told:
        await Demo(tmp_path, taken).start()
    assert f"port {taken}" in told.value.message
    assert "--port" in told.value.message
    assert told.value.message.endswith(f"kill {os.getpid()}")
    assert not (tmp_path / "logs").exists()


async def test_with_no_demo_before_only_the_port_is_named(taken: int, tmp_path: Path):
    """Somebody else's port: no word about processes."""
    with pytest.raises(DemoFailed) as told:
        await Demo(tmp_path, taken).start()
    assert "kill" not in told.value.message
