"""Where the lines go: one handler at the root, behind the fence, and nothing beside it."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Literal, TextIO

import msgspec

from bot.log.event import failure
from bot.log.fence import FLOORS, Fence, told

Format = Literal["json", "text"]

_logger = logging.getLogger("portaldesk.process")
_encode = msgspec.json.Encoder().encode  # a fifth of json's cost; nothing that `told` gives is beyond ASCII


class Line(logging.Formatter):
    """A record as one line: JSON, or words for a person who watches. It reads nothing of it but what `told` gives."""

    def __init__(self, form: Format) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """One line without its end."""
        line = told(record)
        if self._form == "json":
            return _encode(line).decode()
        at, level, name = str(line.pop("at"))[11:23], line.pop("level"), line.pop("event")
        words = " ".join(f"{key}={_plain(value)}" for key, value in line.items())
        return f"{at} {level!s:<8} {name} {words}".rstrip()


def _plain(value: object) -> str:
    return value if isinstance(value, str) and " " not in value else json.dumps(value, ensure_ascii=True)


class Output(logging.StreamHandler[TextIO]):
    """The only handler. When a line cannot be written, it is lost: the standard way would print its arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say nothing about a record that could not be written."""


def set_up(*, form: Format = "json", level: str = "INFO", stream: TextIO | None = None) -> Callable[[], None]:
    """Send every log line of this process through the fence to `stream` (stderr); gives back what undoes it.

    Handlers that stood at the root are taken off, the loggers of Slack, aiohttp and SQLAlchemy are pinned, warnings
    become records, and exceptions that nobody caught (also in threads and finalisers) are told without their words.
    `level` is for our own events: DEBUG, INFO, WARNING, ERROR or CRITICAL.
    """
    root = logging.getLogger()
    output = Output(stream or sys.stderr)
    output.addFilter(Fence())
    output.setFormatter(Line(form))
    handlers, root_level = root.handlers[:], root.level
    pins = {name: logging.getLogger(name).level for name in FLOORS if name}
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    asked = logging.logThreads, logging.logProcesses, logging.logMultiprocessing
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # asked for each record, never told
    root.handlers[:] = [output]
    root.setLevel(level)
    for name in pins:
        logging.getLogger(name).setLevel(max(FLOORS[name], root.level))
    logging.captureWarnings(capture=True)
    sys.excepthook = _crashed
    threading.excepthook = _thread_crashed
    sys.unraisablehook = _unraisable

    def undo() -> None:
        root.handlers[:] = handlers
        root.setLevel(root_level)
        for name, pinned in pins.items():
            logging.getLogger(name).setLevel(pinned)
        logging.captureWarnings(capture=False)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        logging.logThreads, logging.logProcesses, logging.logMultiprocessing = asked

    return undo


def _crashed(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """An exception that ends the process."""
    if issubclass(kind, KeyboardInterrupt):
        return
    failure(_logger, "process.crashed", error.with_traceback(where), level=logging.CRITICAL)


def _thread_crashed(arguments: threading.ExceptHookArgs) -> None:
    """An exception that ends a thread."""
    if arguments.exc_value is not None and not isinstance(arguments.exc_value, SystemExit):
        failure(_logger, "thread.crashed", arguments.exc_value)


def _unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    """An exception that nobody could catch, such as one in a finaliser."""
    if unraisable.exc_value is not None:
        failure(_logger, "process.unraisable", unraisable.exc_value, level=logging.WARNING)
