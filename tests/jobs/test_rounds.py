"""The slow rounds come to everything, however much there is."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.look import AT_ONCE
from bot.domain.store import InboxState, Records, Store
from bot.jobs.rounds import UnshownRound
from storage.sql import Sql
from tests.storage.desk import now

LOST = AT_ONCE * 2 + 20


def lose(records: Records) -> list[str]:
    """So many events that could not be shown, each with its post; two of them came in the same moment."""
    ids = []
    for n in range(LOST):
        event, came = f"evt_{n}", now() + timedelta(seconds=n // 2)
        one = records.add_inbox(portal="main", event_id=event, sha256=event.encode(), raw=b"{}", now=came)
        records.settle_inbox(one, state=InboxState.QUARANTINED, type="", reason="data is missing")
        records.unshown_stands(one, channel="C0FRONT", ts=f"1.{n}")
        ids.append(one)
    return ids


def redrawn(records: Records) -> set[str]:
    """Whose posts are to be redrawn; then they are."""
    found = {row[0] for row in records.rows(Sql("SELECT subject FROM deliveries WHERE state = 'pending'"))}
    records.run(Sql("UPDATE deliveries SET state = 'delivered' WHERE state = 'pending'"))
    return found


async def test_no_post_is_left_out_of_the_hourly_look(store: Store):
    """A few at a time, so that cards are redrawn as ever; after the newest it begins anew, and who looked counts."""
    ids = await store.run(lose)
    assert await store.read(lambda r: r.how_many_not_looked_into()) == LOST
    hourly, seen = UnshownRound(store, now), []
    for _ in range(4):
        await hourly.run()
        seen.append(await store.run(redrawn))
        await store.run(lambda r: r.looked_into(ids[1], by="U0BEN", channel="C0FRONT", ts="1.1", now=now()))
    assert [len(one) for one in seen] == [AT_ONCE, AT_ONCE, LOST - 2 * AT_ONCE, AT_ONCE]
    assert seen[0] | seen[1] | seen[2] == set(ids)
    assert seen[3] == {*ids[:1], *ids[2 : AT_ONCE + 1]}
    assert await store.read(lambda r: r.how_many_not_looked_into()) == LOST - 1
