"""The nightly proof is made, or somebody is told that it could not be: wherever the practice is, and on any night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain import nightly, over, setup
from bot.domain.store import Records, Store
from bot.jobs.nightwatch import NightWatch
from storage import chain

PRACTICE = """
practice: {{name: Bright Kids, timezone: {zone}}}
card_detail: minimal
hours: {{mon-fri: "08:00-17:00"}}
departments:
  - {{name: Front Desk, channel: C0FRONT}}
default_department: Front Desk
staff:
  - {{slack: U0PAT, name: Pat Quinn, roles: [admin, staff], departments: [Front Desk]}}
"""
HOUR = timedelta(hours=1)
TICK = timedelta(minutes=10)
NIGHTS = [
    ("America/New_York", "2026-11-25"),
    ("America/New_York", "2026-03-08"),  # the clocks go from two to three
    ("America/New_York", "2026-11-01"),  # and from two to one
    ("Pacific/Auckland", "2026-11-25"),  # yesterday in UTC
    ("Asia/Kolkata", "2026-11-25"),
]


def three(zone: str, night: str) -> datetime:
    """Three in that night, as UTC."""
    return datetime.fromisoformat(f"{night}T0{nightly.HOUR}:00").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


async def practising(store: Store, zone: str) -> None:
    """A practice in that time zone is in force."""
    document = PRACTICE.format(zone=zone)
    await store.run(setup.apply_practice, document=document, by="cli:test", now=three(zone, "2026-01-02"))


async def rung(store: Store) -> list[str]:
    return [f"{alarm.key} {alarm.words}" for alarm in await store.read(lambda r: r.open_alarms())]


@pytest.mark.parametrize(("zone", "night"), NIGHTS)
async def test_a_proof_that_never_ends_is_begun_again_and_then_rings(one_process: Store, zone: str, night: str):
    """An hour each, three times from three o'clock; then the admins are told once, with the command, for that night."""
    store, first = one_process, three(zone, night)
    await practising(store, zone)
    assert await store.run(nightly.due, now=first - TICK) == ""
    ticks = [first + TICK * n for n in range(120)]
    begun = [now for now in ticks if await store.run(nightly.due, now=now) == night]
    assert begun == [first, first + HOUR, first + 2 * HOUR]
    (told,) = await rung(store)
    assert told.startswith(f"verify:{night} Tonight's proof of the stored state could not be made")
    assert "Run `portaldesk verify`" in told
    rows = await store.read(lambda r: r.history(f"night:{night}"))
    assert [row.at for row in rows if row.action == "verify.given_up"] == [first + 3 * HOUR]
    assert await store.run(nightly.due, now=first + 25 * HOUR) != ""
    assert await store.run(over.alarms, now=first + 27 * HOUR) == 1


@pytest.mark.parametrize(("zone", "night"), NIGHTS)
async def test_a_proof_that_was_begun_in_the_evening_is_gone_on_with_after_midnight(
    one_process: Store, zone: str, night: str
):
    """The service came back late: two more tries, also past midnight, then it rings; and the next night has its own."""
    store, evening = one_process, three(zone, night) + 20 * HOUR
    await practising(store, zone)
    begun = [evening + TICK * n for n in range(18) if await store.run(nightly.due, now=evening + TICK * n) == night]
    assert begun == [evening, evening + HOUR, evening + 2 * HOUR]
    assert await rung(store) == []
    assert await store.run(nightly.due, now=evening + 3 * HOUR) == ""
    (told,) = await rung(store)
    assert told.startswith(f"verify:{night} Tonight's proof of the stored state could not be made")
    assert await store.run(nightly.due, now=evening + 5 * HOUR) not in ("", night)


async def test_a_proof_that_is_made_at_the_second_try_rings_not(one_process: Store):
    """The process ended under the first; the second finds nothing, and that is the end of it."""
    store, first = one_process, three("Asia/Kolkata", "2026-11-25")
    await practising(store, "Asia/Kolkata")
    assert await store.run(nightly.due, now=first) == "2026-11-25"
    assert await store.run(nightly.due, now=first + HOUR) == "2026-11-25"
    await store.run(nightly.done, night="2026-11-25", broken=[], now=first + HOUR + TICK)
    for hours in range(2, 20):
        assert await store.run(nightly.due, now=first + hours * HOUR) == ""
    assert await rung(store) == []


async def test_rules_that_cannot_be_read_are_tried_again(one_process: Store):
    """As the service does it: two nightly ticks that fail, an hour apart, and a third that proves."""
    store, now = one_process, three("America/New_York", "2026-11-25")
    await practising(store, "America/New_York")
    asked = []

    def rules(_: Records) -> list[object]:
        asked.append(now)
        if len(asked) < nightly.TRIES:
            raise TimeoutError
        return []

    watch = NightWatch(
        store=store, clock=lambda: now, seal=chain.seal, full=chain.AT_ONCE, head=chain.head, rules=rules
    )
    for failing in (True, True, False):
        if failing:
            with pytest.raises(TimeoutError):
                await watch.prove()
        else:
            await watch.prove()
        await watch.prove()
        now += HOUR
    await watch.prove()
    assert len(asked) == nightly.TRIES
    rows = await store.read(lambda r: r.history("night:2026-11-25"))
    assert [row.action for row in rows] == ["verify.begun"] * 3 + ["verify.done"]
    assert await rung(store) == []
