"""Forks services and stand-ins off a process that has imported everything: a start takes a tenth of a second, not a whole one.

`python -m tests.kill.nursery SOCKET` opens a nursery for each that connects to SOCKET, and ends, all of them with it, when
its input does. A nursery reads `{"program", "arguments", "environment", "log"}` a line, answers `{"pid"}`, tells
`{"pid", "code"}` when one has ended, and ends, all that it bore with it, when whoever connected says no more.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import traceback
from typing import Any

from bot.sandbox.portal.command import main as portal
from bot.sandbox.slack.command import main as slack
from tests import service

PROGRAMS = {"service": service.main, "slack": slack, "portal": portal}


def _child(order: dict[str, Any]) -> None:
    code = 1
    try:
        service.die_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.closerange(3, 64)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.setsid()
        os.environ.clear()
        os.environ.update(order["environment"])
        code = PROGRAMS[order["program"]](order["arguments"]) or 0
    except SystemExit as over:
        code = over.code if isinstance(over.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _say(line: socket.socket, **told: Any) -> None:
    line.sendall(json.dumps(told).encode() + b"\n")


def _serve(line: socket.socket) -> None:
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    rest = b""
    while True:
        readable, _, _ = select.select([line, woken], [], [])
        if woken in readable:
            os.read(woken, 4096)
            while True:
                try:
                    pid, status = os.waitpid(-1, os.WNOHANG)
                except ChildProcessError:
                    break
                if pid == 0:
                    break
                _say(line, pid=pid, code=os.waitstatus_to_exitcode(status))
        if line in readable:
            read = line.recv(65536)
            if not read:
                return
            *orders, rest = (rest + read).split(b"\n")
            for order in orders:
                pid = os.fork()
                if pid == 0:
                    _child(json.loads(order))
                _say(line, pid=pid)


def main(path: str) -> None:
    service.warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        os.write(1, b"ready\n")
        while True:
            readable, _, _ = select.select([0, door], [], [])
            if 0 in readable:
                return
            line, _ = door.accept()
            with line:
                if os.fork() == 0:
                    service.die_with_parent()
                    try:
                        _serve(line)
                    finally:
                        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
