"""Departments, their hours, and the rules that say which of them a message belongs to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache

from bot.domain.message import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Opening hours by weekday (0 Monday to 6 Sunday), local time; a day without an entry is closed.

    Spans do not overlap and stand in order. An end of 00:00 is the end of that day ("00:00-24:00" in the file).
    """

    spans: Mapping[int, tuple[tuple[time, time], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A group of staff that owns messages, mapped to one Slack channel (`channel`: an id or #name).

    `turnaround` is business time; `turnaround_words` is how the practice wrote it ("2d"), empty where it did not.
    `notify`: none, group (`group` is pinged) or here. `hours` is None where the practice's own apply.
    """

    name: str
    channel: str
    aliases: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset()
    turnaround: timedelta = timedelta(hours=8)
    turnaround_words: str = ""
    escalate_to: str | None = None
    notify: str = "none"
    group: str | None = None
    hours: Hours | None = None

    def is_called(self, name: str) -> bool:
        """Whether `name` is this department's name or one of its aliases, whatever the case and the spaces."""
        wanted = folded(name)
        return bool(wanted) and wanted in {folded(known) for known in (self.name, *self.aliases)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the practice file's `routes`: every condition that is given must hold; `text` is found anywhere."""

    to: str
    kind: Kind | None = None
    text: re.Pattern[str] | None = None
    portal: str | None = None
    urgent: bool | None = None
    confidential: bool | None = None


@lru_cache(maxsize=1024)
def folded(name: str) -> str:
    """A name as it is compared: no spaces, no case, one form of each letter (Unicode NFKC)."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
