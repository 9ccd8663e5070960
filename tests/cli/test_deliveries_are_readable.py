"""`portaldesk deliveries list` on a small terminal or in a pipe: what whoever mends acts on stands there whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.cli.deliveries import listed
from bot.domain.delivery import State, What
from storage.records import Ids

SHOWN = (State.FAILED, State.UNCLEAR, State.PENDING, State.SENDING)
NOW = datetime(2026, 11, 25, 19, 40, tzinfo=UTC)
ID = Ids(random=bytes, clock=lambda: int(NOW.timestamp() * 1e9))("d")


def row(state: State, code: str | None, **more: Any) -> dict[str, Any]:
    """One that waits, as the store gives it."""
    made = {"id": ID, "what": What.REPLY, "lane": "slack", "state": state, "attempts": 12}
    times = {"created_at": NOW - timedelta(days=30), "not_before": NOW}
    return made | times | {"code": code, "number": 12345} | more


@pytest.mark.parametrize("code", ["channel_not_found", "restricted_action_read_only_channel"])
def test_nothing_is_cut_and_80_columns_are_enough(code: str):
    """Every kind in every state, with Slack's longest codes: in a pipe a line each, on a terminal with its id below."""
    later = NOW + timedelta(days=1)
    rows = [row(state, code, what=what, not_before=later) for what in What for state in SHOWN]
    head, *piped = listed(rows, NOW, width=None)
    assert head.split() == ["id", "what", "No.", "state", "tries", "since→next", "code"]
    head, *lines = listed(rows, NOW, width=80)
    assert head.endswith("code, id below")
    assert max(map(len, [head, *lines])) <= 80
    for line, short, below, one in zip(piped, lines[::2], lines[1::2], rows, strict=True):
        assert line.split()[:5] == [ID, one["what"], "12345", one["state"], "12"]
        assert short.split() == line.split()[1:]
        assert short.endswith(f" {code}")
        assert below == f"  {ID}"


def test_a_terminal_that_is_wide_enough_has_a_line_for_each():
    """As a pipe has."""
    rows = [row(State.FAILED, "channel_not_found")]
    assert listed(rows, NOW, width=120) == listed(rows, NOW, width=None)


def test_its_times_are_short_and_what_is_not_set_is_a_dash():
    """A time today, a day before; the next try only where there is one."""
    local = NOW.astimezone()
    rows = [
        row(State.FAILED, "gone", not_before=NOW + timedelta(minutes=1)),
        row(State.PENDING, None, number=None, created_at=NOW, not_before=NOW + timedelta(seconds=1)),
    ]
    failed, pending = (line.split() for line in listed(rows, NOW, width=None)[1:])
    assert failed[5:] == [f"{local - timedelta(days=30):%m-%d}", "gone"]
    assert (pending[2], pending[5:]) == ("–", [f"{local:%H:%M}→{local:%H:%M}", "–"])
