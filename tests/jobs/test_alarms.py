"""Alarms stand in the log, whichever transaction raised or closed them: once, and only when it was committed."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from bot import log
from bot.domain.store import Records, Store
from bot.jobs import alarms

NOW = datetime(2026, 11, 25, 19, 40, tzinfo=UTC)
DOUBT = "doubt:c_0123456789abcdefGH"
PLAIN = (
    "conflict:main", "delivery:card:bug:TypeError", "delivery:follow_up:user_not_found", "disk:2026-11-25", DOUBT,
    "journal:tampered", "moved:main", "portal:main:decisions_off", "portal:main:unauthorized", "verify:2026-11-25",
    "waited:2026-11-25",
)  # fmt: skip


class StumbleError(Exception):
    """An act that stumbles after it rang."""


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """What was logged of alarms."""
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [line for line in told if line["event"].startswith("alarm.")]


async def test_what_rings_and_what_is_over_is_logged(store: Store):
    """Raised: once, with its key, as a warning. Closed: once. Counted again, or rolled back: not at all."""
    stream = io.StringIO()
    undo = log.set_up(form="json", stream=stream)
    store.on_alarm(alarms.tell)

    def stumble(records: Records) -> None:
        records.raise_alarm(key="moved:main", words="x", now=NOW)
        raise StumbleError

    try:
        for _ in range(2):
            await store.run(lambda r: r.raise_alarm(key="conflict:main", words="x", now=NOW))
        with pytest.raises(StumbleError):
            await store.run(stumble)
        for _ in range(2):
            await store.run(lambda r: r.close_alarm(key="conflict:main", now=NOW))
    finally:
        undo()
    told = [(line["event"], line["level"], line["kind"], line["key"]) for line in lines(stream)]
    assert told == [
        ("alarm.raised", "warning", "conflict", "conflict:main"),
        ("alarm.over", "info", "conflict", "conflict:main"),
    ]


def test_the_key_of_every_kind_is_logged_unless_it_holds_a_name():
    """Portals, codes, days and our ids; what a practice calls its channels and departments is not repeated."""
    stream = io.StringIO()
    undo = log.set_up(form="json", stream=stream)
    alarms.tell([(key, False) for key in PLAIN])
    alarms.tell([("channel:#zebra", True), ("backlog:Zebra Room", False), ("delivery:card:Zebra said no", False)])
    undo()
    told = lines(stream)
    assert [line["key"] for line in told[: len(PLAIN)]] == list(PLAIN)
    assert [line["kind"] for line in told[len(PLAIN) :]] == ["channel", "backlog", "delivery"]
    assert told[-1]["left_out"] == 1
    assert "ebra" not in stream.getvalue()
