"""One line of `portaldesk check`: what was looked at, how it stands, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`found` and `do` are words for a person, without secrets."""

    what: str
    state: Literal["ok", "warning", "failed"]
    found: str
    do: str = ""


def ok(what: str, found: str, do: str = "") -> Checked:
    """All is well."""
    return Checked(what=what, state="ok", found=found, do=do)


def warning(what: str, found: str, do: str) -> Checked:
    """It works, but somebody should look at it."""
    return Checked(what=what, state="warning", found=found, do=do)


def failed(what: str, found: str, do: str) -> Checked:
    """The service would not work so."""
    return Checked(what=what, state="failed", found=found, do=do)
