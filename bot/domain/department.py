"""Departments, their hours, and which of them a message belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta

from bot.domain.message import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Opening hours by weekday (0 Monday to 6 Sunday), local time; a day without an entry is closed. Spans do not overlap."""

    spans: Mapping[int, tuple[tuple[time, time], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A group of staff that owns messages, mapped to one Slack channel (`channel`: an id or #name)."""

    name: str
    channel: str
    aliases: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset()
    turnaround: timedelta = timedelta(hours=8)
    escalate_to: str | None = None
    notify: str = "none"
    group: str | None = None
    hours: Hours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the practice file's `routes`. Every condition that is given must hold; `text` is a pattern, found anywhere."""

    to: str
    kind: Kind | None = None
    text: re.Pattern[str] | None = None
    portal: str | None = None
    urgent: bool | None = None
    confidential: bool | None = None
