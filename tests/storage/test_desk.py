"""Answers, notes, windows, places, channels and alarms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.alarm import Channel, Place
from bot.domain.conversation import Status
from bot.domain.delivery import State
from bot.domain.store import Store
from tests.storage.family import MINUTE, NOW, answer, note, taken_in, window


async def test_an_answer_comes_back_and_keeps_its_words(store: Store):
    """What became of it may change; words, author and recipient may not, whatever is saved."""
    kept = await store.run(taken_in)

    def add(records):
        reply = answer(records, kept)
        records.add_reply(reply)
        return reply

    reply = await store.run(add)
    assert await store.read(lambda r: r.reply(reply.id)) == reply
    fate = {
        "state": State.UNCLEAR,
        "attempts": 3,
        "first_tried_at": NOW,
        "last_tried_at": NOW + MINUTE,
        "next_try_at": NOW + 2 * MINUTE,
        "delivered_at": NOW,
        "code": "timeout",
        "reason": "canary reason",
        "decide_by": NOW,
        "owner": "U0ALICE",
        "portal_message_id": "canary reference",
        "portal_status": "read",
        "portal_status_at": NOW,
        "portal_reason": "canary reason",
        "settled_by": "U0ALICE",
    }
    await store.run(lambda r: r.save_reply(replace(reply, **fate, text="other", to="other")))
    assert await store.read(lambda r: r.reply(reply.id)) == replace(reply, **fate)
    assert await store.read(lambda r: r.reply("r_none")) is None


async def test_words_that_cannot_be_kept_exactly_are_refused(store: Store):
    """An answer is never changed in silence on its way to the family."""
    kept = await store.run(taken_in)
    with pytest.raises(UnicodeEncodeError):
        await store.run(lambda r: r.add_reply(answer(r, kept, text="half \ud800")))


async def test_answers_that_nobody_opened_are_found(store: Store):
    """Only those that the portal has and would tell of, written between the times, the oldest first, so many at most."""
    kept = await store.run(taken_in)

    def add(records):
        has = {"state": State.DELIVERED, "portal_status_at": NOW}
        found = [
            answer(records, kept, written_at=NOW + at * MINUTE, portal_status=status, **has)
            for at, status in ((2, "delivered"), (1, "delivered"))
        ]
        others = [
            answer(records, kept, written_at=NOW + MINUTE, state=State.PENDING),
            answer(records, kept, written_at=NOW + MINUTE, state=State.DELIVERED),
            answer(records, kept, written_at=NOW + MINUTE, portal_status="read", **has),
            answer(records, kept, written_at=NOW + MINUTE, portal_status="accepted", **has),
            answer(records, kept, written_at=NOW - MINUTE, portal_status="delivered", **has),
            answer(records, kept, written_at=NOW + 9 * MINUTE, portal_status="delivered", **has),
        ]
        for reply in (*found, *others):
            records.add_reply(reply)
        return found

    young, old = await store.run(add)
    between = {"since": NOW, "before": NOW + 3 * MINUTE}
    assert await store.read(lambda r: r.replies_unread(limit=9, **between)) == [old, young]
    assert await store.read(lambda r: r.replies_unread(limit=1, **between)) == [old]
    portal = (await store.read(lambda r: r.conversation(old.conversation_id))).portal
    for asked, since, tells in ((portal, NOW, True), ("other", NOW, False), (portal, NOW + 2 * MINUTE, False)):
        assert await store.read(lambda r, p=asked, s=since: r.tells_of_reading(p, since=s)) is tells


async def test_a_note_is_kept_once_and_follows_slack(store: Store):
    """An edit replaces the words; a deletion leaves our copy, which says so."""
    kept = await store.run(taken_in)
    written = await store.run(lambda r: note(r, kept))

    def add(records):
        return records.add_note(written, channel="C1", ts="1.1")

    assert await store.run(add) is True
    assert await store.run(lambda r: r.add_note(note(r, kept), channel="C1", ts="1.1")) is False
    assert await store.read(lambda r: r.notes(kept.id)) == [written]

    def change(records, text, ts="1.1"):
        return records.change_note(channel="C1", ts=ts, text=text, now=NOW)

    assert await store.run(change, text="other") == kept.id
    assert [n.text for n in await store.read(lambda r: r.notes(kept.id))] == ["other"]
    assert await store.run(change, text=None) == kept.id
    assert [n.text for n in await store.read(lambda r: r.notes(kept.id))] == ["other (deleted in Slack)"]
    assert await store.run(change, text="x", ts="9.9") is None


async def test_a_window_remembers_what_it_showed(store: Store):
    """Its version, whether it was shown again, and what its Send made."""
    kept = await store.run(taken_in)
    opened = await store.run(window, of=kept)
    assert await store.run(lambda r: r.window(opened.id)) == opened
    changed = replace(opened, version=2, stale=True, opened_at=NOW + MINUTE, used_by="r_1")
    await store.run(lambda r: r.save_window(changed))
    assert await store.read(lambda r: r.window(opened.id)) == changed
    assert await store.read(lambda r: r.window("w_none")) is None


async def test_places_are_found_by_card_and_by_message(store: Store):
    """A card that moved stands only where it stands now; closed conversations have no open place."""
    kept = await store.run(taken_in)
    first = Place(conversation_id=kept.id, slot="department", key="k1")
    posted = replace(first, channel="C1", ts="1.1")
    moved = replace(first, channel="C2", ts="2.2")
    for place in (first, posted, moved):
        await store.run(lambda r, place=place: r.save_place(place))
    assert await store.read(lambda r: r.place(conversation_id=kept.id, slot="department")) == moved
    assert await store.read(lambda r: r.place(conversation_id=kept.id, slot="urgent")) is None
    assert await store.read(lambda r: r.place_at(channel="C2", ts="2.2")) == moved
    assert await store.read(lambda r: r.place_at(channel="C1", ts="1.1")) is None
    assert await store.read(lambda r: r.open_places(channel="C2")) == [moved]
    await store.run(lambda r: r.save_conversation(replace(kept, status=Status.DONE)))
    assert await store.read(lambda r: r.open_places(channel="C2")) == []


async def test_a_channel_is_found_by_its_name_and_its_id(store: Store):
    """The practice file may say either."""
    known = Channel(named="#nursing", id="C0NURSING")
    await store.run(lambda r: r.save_channel(known))
    assert await store.read(lambda r: r.channel("#nursing")) == known
    assert await store.read(lambda r: r.channel("C0NURSING")) == known
    troubled = replace(known, trouble="archived")
    await store.run(lambda r: r.save_channel(troubled))
    assert await store.read(lambda r: r.channel("#nursing")) == troubled
    assert await store.read(lambda r: r.channel("#other")) is None


async def test_an_alarm_rings_once_for_each_cause(store: Store):
    """The same cause is counted while it is open, and rings anew after it was over."""

    def ring(records, key="portal:main"):
        return records.raise_alarm(key=key, words="canary alarm", now=NOW)

    first = await store.run(ring)
    assert await store.run(ring) is None
    assert await store.read(lambda r: r.open_alarms()) == [replace(first, times=2)]
    assert await store.run(lambda r: r.close_alarm(key="portal:main", now=NOW + MINUTE)) is True
    assert await store.run(lambda r: r.close_alarm(key="portal:main", now=NOW)) is False
    assert await store.read(lambda r: r.open_alarms()) == []
    assert (await store.read(lambda r: r.alarm(first.id))).over_at == NOW + MINUTE
    second = await store.run(ring)
    other = await store.run(ring, key="channel:#x")
    assert [a.id for a in await store.read(lambda r: r.open_alarms())] == [second.id, other.id]
    assert await store.read(lambda r: r.alarm("a_none")) is None


async def test_ids_are_opaque_unique_and_sort_by_time(store: Store):
    """Also within one microsecond and with a clock that stands still."""
    made = await store.run(lambda r: [r.new_id("x") for _ in range(2000)])
    assert made == sorted(set(made))
    assert all(one.startswith("x_") and len(one) >= 18 and one[2:].isalnum() for one in made)
