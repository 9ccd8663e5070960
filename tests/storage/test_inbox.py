"""Events as they came in."""

from __future__ import annotations

import hashlib

from bot.domain.store import InboxState, Store
from tests.storage.family import MINUTE, NOW

RAW = b'{"text": "\\ud800 \x00 \xff\xed\xa0\x80"}'
SHA = hashlib.sha256(RAW).digest()


def keep(records, event="e-1", raw=RAW, portal="main", now=NOW):
    return records.add_inbox(portal=portal, event_id=event, sha256=hashlib.sha256(raw).digest(), raw=raw, now=now)


async def test_raw_bytes_come_back_as_they_came(store: Store):
    """U+0000, lone surrogates and invalid UTF-8 survive, since bytes are kept and not text."""
    inbox_id = await store.run(keep)
    await store.run(
        lambda r: r.settle_inbox(
            inbox_id, state=InboxState.WAITING, type="a\x00b\ud800", about="message:\ud800\x00", reason="\ud800"
        )
    )
    about = ("message:\ud800\x00", "thread:t")
    [found] = await store.read(lambda r: r.waiting_for(portal="main", about=about))
    row = await store.read(lambda r: r.waiting_event(found))
    assert (row.id, row.raw, row.sha256, row.state, row.received_at) == (inbox_id, RAW, SHA, InboxState.WAITING, NOW)


async def test_an_event_id_is_kept_once_per_portal(store: Store):
    """The second delivery of an id adds nothing and finds the first."""
    first = await store.run(keep)
    assert first is not None
    assert await store.run(keep) is None
    assert await store.run(keep, portal="other") is not None
    row = await store.read(lambda r: r.inbox_row(portal="main", event_id="e-1"))
    assert (row.id, row.sha256, row.raw, row.state) == (first, SHA, b"", InboxState.DONE)
    assert await store.read(lambda r: r.inbox_row(portal="main", event_id="e-2")) is None


async def test_a_conflict_is_kept_apart_and_once(store: Store):
    """Another body under a known id never replaces the first; the same conflict is kept once."""
    await store.run(keep)

    def conflict(records, raw):
        return records.add_conflict(
            portal="main", event_id="e-1", sha256=hashlib.sha256(raw).digest(), raw=raw, now=NOW
        )

    assert await store.run(conflict, raw=b"other") is not None
    assert await store.run(conflict, raw=b"other") is None
    assert await store.run(conflict, raw=b"third") is not None
    row = await store.read(lambda r: r.inbox_row(portal="main", event_id="e-1"))
    assert row.sha256 == SHA


async def test_waiting_events_are_found_by_what_they_need(store: Store):
    """Oldest first, of that portal only, and none that was settled."""
    later = await store.run(keep, event="e-2", now=NOW + MINUTE)
    first = await store.run(keep, event="e-1")
    elsewhere = await store.run(keep, event="e-3", portal="other")
    done = await store.run(keep, event="e-4")

    def wait(records):
        for inbox_id in (later, first, elsewhere):
            records.settle_inbox(inbox_id, state=InboxState.WAITING, type="x", about="message:m-1")
        records.settle_inbox(done, state=InboxState.DONE, type="x")

    await store.run(wait)
    rows = await store.read(lambda r: r.waiting_for(portal="main", about=("message:m-1", "thread:t-1")))
    assert list(rows) == [first, later]
    assert (await store.read(lambda r: r.waiting_event(first))).raw == RAW
    assert await store.read(lambda r: r.waiting_event(done)) is None
    assert await store.read(lambda r: r.waiting_for(portal="main", about=("thread:t-1", "message:m-2"))) == []
    since = await store.read(lambda r: r.waiting_since(before=NOW + MINUTE))
    assert set(since) == {first, elsewhere}
    await store.run(lambda r: r.settle_inbox(first, state=InboxState.DONE, type="x"))
    rows = await store.read(lambda r: r.waiting_for(portal="main", about=("message:m-1", "thread:t-1")))
    assert list(rows) == [later]
