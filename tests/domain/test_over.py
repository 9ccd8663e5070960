"""Alarms end: one that stays open for ever would keep the next cause silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.domain import carry, over, place, setup, tell
from bot.domain.alarm import Channel
from bot.domain.delivery import Delivery, Outcome, State, What
from bot.domain.store import Records, Store

NOW = datetime(2026, 11, 25, 19, 40, tzinfo=UTC)
HOURS = timedelta(hours=1)
LANE = "slack:dm:U0PAT"


def fails(records: Records, *, now: datetime) -> str:
    """Slack refuses a notice for good."""
    made = Delivery(id=records.new_id("d"), what=What.NOTICE, lane=LANE, subject="a_x")
    records.add_delivery(made, now=now)
    claim = records.claim(LANE, now=now, by="test")
    assert claim is not None
    assert carry.settle(records, claim=claim, outcome=Outcome(state=State.FAILED, code="too_long"), now=now)
    return made.id


async def rung(store: Store) -> Sequence[str]:
    return [alarm.key for alarm in await store.read(lambda r: r.open_alarms())]


async def test_a_refused_post_is_over_when_none_of_its_kind_is_left(one_process: Store):
    """Two of one kind and code: while one of them stands as failed it goes on; the next after it rings anew."""
    store = one_process
    first, second = [await store.run(fails, now=NOW) for _ in range(2)]
    for failed in (first, second):
        assert await store.run(over.alarms, now=NOW + 48 * HOURS) == 0
        assert await rung(store) == ["delivery:notice:too_long"]
        dropped = {"state": State.DROPPED, "code": "dropped", "now": NOW}
        assert await store.run(lambda r, d, how: r.drop(d, **how), d=failed, how=dropped)
    assert await store.run(over.alarms, now=NOW) == 1
    assert await rung(store) == []
    await store.run(fails, now=NOW)
    assert await rung(store) == ["delivery:notice:too_long"]


async def test_what_only_tells_is_over_a_day_later(one_process: Store):
    """A conflict, a full disk, a moved message: over after a day and not before; what asks for an act goes on."""
    store, goes_on = one_process, ["channel:#nursing", "doubt:c_1", "portal:main:unauthorized"]
    tells = ["conflict:main", "disk:2026-11-25", "moved:main", "portal:main:decisions_off", "verify:x", "waited:x"]
    for key in (*goes_on, *tells):
        assert await store.run(tell.ring, key=key, words="x", now=NOW)
    assert await store.run(over.alarms, now=NOW + 23 * HOURS) == 0
    assert not await store.run(tell.ring, key="conflict:main", words="x", now=NOW + 23 * HOURS)
    assert await store.run(over.alarms, now=NOW + 24 * HOURS) == len(tells)
    assert sorted(await rung(store)) == goes_on
    assert await store.run(tell.ring, key="conflict:main", words="x", now=NOW + 25 * HOURS)


PRACTICE = """
practice: {name: Bright Kids, timezone: America/New_York}
card_detail: minimal
hours: {mon-fri: "08:00-17:00"}
departments:
  - {name: Front Desk, channel: C0FRONT}
default_department: Front Desk
staff:
  - {slack: U0PAT, name: Pat Quinn, roles: [admin, staff], departments: [Front Desk]}
"""
OTHER = PRACTICE.replace("C0FRONT", "C0OTHER")


def archived(records: Records) -> None:
    """Slack says so, when the channels are looked at."""
    records.save_channel(Channel(named="C0FRONT", id="C0FRONT"))
    assert place.troubled(records, channel_id="C0FRONT", trouble="archived", now=NOW)


async def test_a_channel_that_the_practice_does_not_name_any_more_rings_no_more(one_process: Store):
    """Another channel is named instead: over within a minute, and forgotten. Named again, it is looked at before it is
    used, and rings anew."""
    store = one_process

    async def apply(document: str) -> None:
        await store.run(setup.apply_practice, document=document, by="cli:test", now=NOW)

    await apply(PRACTICE)
    await store.run(archived)
    assert await store.run(over.alarms, now=NOW + 48 * HOURS) == 0
    await apply(OTHER)
    assert await store.run(over.alarms, now=NOW) == 1
    assert await rung(store) == []
    await apply(PRACTICE)
    assert await store.read(place.unknown)
    assert await store.read(place.usable, department="Front Desk", slot="department") is None
    await store.run(archived)
    assert await rung(store) == ["channel:C0FRONT"]


async def test_a_channel_that_an_admin_chose_anew_rings_no_more(one_process: Store):
    """Slack was asked about it just then and it can be used: its alarm, from before, does not stay for ever."""
    store = one_process
    await store.run(setup.apply_practice, document=PRACTICE, by="cli:test", now=NOW)
    await store.run(archived)
    await store.run(lambda r: r.save_channel(Channel(named="C0FRONT", id="C0FRONT")))  # as setup.map_channel does
    assert await store.run(over.alarms, now=NOW) == 1
    assert await rung(store) == []
    known = await store.read(place.usable, department="Front Desk", slot="department")
    assert known == Channel(named="C0FRONT", id="C0FRONT")
