"""Runs `portaldesk` commands, each in a process of its own, without paying for the imports each time: 1 to 2 s of work.

`python forked.py SOCKET`: whoever connects sends one line of JSON (words, env, cwd, out, err, room), gets the process's
id, and its exit code once it has ended. `room`: bytes that no file of the command may grow beyond, -1 for no limit.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
import traceback
from importlib import import_module
from typing import Any

from bot.cli import COMMANDS, main


def serve(path: str) -> None:
    """Take orders until the parent ends us. Every command's module is loaded before, so that forks find it."""
    for name in COMMANDS:
        import_module(f"bot.cli.{name}")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            line, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _obey(line)
            line.close()


def _obey(line: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    order = json.loads(line.makefile().readline())
    pid = os.fork()
    if pid == 0:
        line.close()
        _become(order)
    line.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(order: dict[str, Any]) -> None:
    """The command itself, as `python -m bot` would run it."""
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    for number, name in ((0, os.devnull), (1, order["out"]), (2, order["err"])):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), number)
    encoding = order["env"].get("PYTHONIOENCODING", "utf-8")
    sys.stdout, sys.stderr = (open(n, "w", encoding=encoding, closefd=False) for n in (1, 2))  # noqa: SIM115
    resource.setrlimit(resource.RLIMIT_FSIZE, (order["room"], resource.RLIM_INFINITY))
    code = 0
    try:
        sys.argv = ["portaldesk", *order["words"]]
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
