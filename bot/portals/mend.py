"""A portal's JSON fitted to our structures: what is odd is mended or left out, what is required must be there."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from bot.portals.base import Unreadable

T = TypeVar("T")

_MOST_MENDS = 100  # odd fields in one event; beyond, it is not our contract that is spoken
_WANTED = re.compile(r"Expected `([^`]+)`, got `[^`]+`")
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_LENGTH = re.compile(r"Expected `\w+(?: \| null)?` of length (<=|>=) (\d+)")
_PATH = re.compile(r"at `\$([^`]*)`")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_TRUE, _FALSE = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})
_CAREFUL = {"confidential": True, "proxy_verified": False}  # what an answer that nobody understands must mean
_MAIN_FIELD = {"body": "text", "patient": "name", "pharmacy": "name", "subscriber": "name", "medications": "text"}


def fit(value: Any, kind: type[T], *, at: str) -> T:
    """`value` (decoded JSON; may be changed) as `kind`. `at` names the place in reasons: "data", "data.request".

    Numbers that stand for text become text and the other way round, a lone thing becomes a list of one, a text where
    an object belongs becomes its main field. Other misfits are left out. Unreadable when a required field is missing
    or a limit is passed.
    """
    for _ in range(_MOST_MENDS):
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as misfit:
            _mend(value, str(misfit), at)
    raise Unreadable(f"{at} has too many fields of a wrong type")


def introduce(*kinds: Any) -> None:
    """Let msgspec look at these structures now, as their module is loaded; `fit` wants them so.

    Two threads that have it look at one for the first time at the same moment end the process.
    """
    for kind in kinds:
        msgspec.json.Decoder(kind)


def exact_id(value: str, *, at: str) -> str:
    """An id just as it was given: a reply that is addressed to a tidied id could reach somebody else.

    Unreadable when it is blank, or has characters that cannot be shown and would have to be changed to be kept.
    """
    if not value.strip():
        raise Unreadable(f"{at} is empty")
    if not value.isprintable():
        raise Unreadable(f"{at} has characters that cannot be shown")
    return value


def _mend(value: Any, misfit: str, at: str) -> None:
    found = _PATH.search(misfit)
    path = found[1] if found else ""
    missing = _MISSING.match(misfit)
    if missing:
        raise Unreadable(f"{at}{path}.{missing[1]} is missing")
    length = _LENGTH.match(misfit)
    if length:
        raise Unreadable(f"{at}{path} " + ("is empty" if length[1] == ">=" else f"is longer than {length[2]}"))
    steps: list[str | int] = [name or int(index) for name, index in _STEP.findall(path)]
    if not steps:
        raise Unreadable(f"{at} is not an object")
    for step in steps[:-1]:
        value = value[step]
    last = steps[-1]
    name = next(str(step) for step in reversed(steps) if isinstance(step, str))
    wanted = _WANTED.match(misfit)
    better = _fitting(value[last], set(wanted[1].split(" | ")) if wanted else set(), name)
    if better is None:
        del value[last]
    else:
        value[last] = better


def _fitting(value: Any, wanted: set[str], name: str) -> Any:
    """The same meaning in a type that is wanted there, or None to leave it out."""
    if value is None:
        return None
    if "bool" in wanted:
        return _flag(value, careful=_CAREFUL.get(name))
    if "array" in wanted:
        return [value] if isinstance(value, dict | str) else None
    if "object" in wanted:
        return {_MAIN_FIELD[name]: value} if isinstance(value, str) and name in _MAIN_FIELD else None
    if "int" in wanted:
        return _whole(value)
    return _text(value) if "str" in wanted else None


def _flag(value: Any, *, careful: bool | None) -> bool | None:
    word = str(value).strip().lower() if isinstance(value, str | int | float) else ""
    return True if word in _TRUE else False if word in _FALSE else careful


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else None


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else None
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,18}\s*", value):
        return int(value)
    return None
