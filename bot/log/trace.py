"""An exception without its words: types and places, since texts of errors carry what people wrote."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from types import TracebackType

FRAME_LIMIT = 12  # the innermost
CAUSE_LIMIT = 4

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
_PLACE = re.compile(r"[A-Za-z0-9_./<>-]{1,120}")


def trace(error: BaseException) -> dict[str, object]:
    """`type`, `frames` ("bot/app.py:12", outermost first) and, for what led to it, `causes` (types).

    Never `str(error)`, its arguments or notes, nor a line of source or a local value.
    """
    causes: list[str] = []
    seen = {id(error)}
    cause = error.__cause__ or error.__context__
    while cause is not None and id(cause) not in seen and len(causes) < CAUSE_LIMIT:
        seen.add(id(cause))
        causes.append(_type(cause))
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, BaseExceptionGroup):
        causes += [_type(inner) for inner in error.exceptions[:CAUSE_LIMIT]]
    told: dict[str, object] = {"type": _type(error), "frames": _frames(error.__traceback__)}
    return {**told, "causes": causes} if causes else told


def _type(error: BaseException) -> str:
    """The class's full name; one that is no plain name is not repeated."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return name if _NAME.fullmatch(name) else "Exception"


def _frames(start: TracebackType | None) -> list[str]:
    """File and line of the innermost frames."""
    places = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(start)]
    return [f"{_file(name)}:{line}" for name, line in places[-FRAME_LIMIT:]]


def _file(name: str) -> str:
    """The last three parts of a path: enough to find it, without the folder it was installed in."""
    short = "/".join(Path(name).parts[-3:])
    return short if _PLACE.fullmatch(short) else "somewhere"
