"""Conversations, messages, and the picture of both."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.alarm import Place
from bot.domain.conversation import Related, Status
from bot.domain.delivery import State
from bot.domain.message import Kind, Standing
from bot.domain.store import Store
from tests.storage.family import MINUTE, NOW, answer, conversation, message, note, sent, stored, taken_in


async def test_a_conversation_comes_back_as_it_was_saved(store: Store):
    """Every field survives, before and after a change."""
    kept = await store.run(taken_in)
    assert await store.read(lambda r: r.conversation(kept.id)) == kept
    changed = replace(
        kept,
        kind=Kind.GENERAL,
        department="Front Desk",
        status=Status.DONE,
        came_at=NOW + MINUTE,
        due_at=NOW + 2 * MINUTE,
        version=7,
        holder="U0LEE",
        held_since=NOW,
        urgent=True,
        confidential=True,
        opened_again=True,
        closed_at=NOW,
        closed_by="U0LEE",
        why_here="",
    )
    await store.run(lambda r: r.save_conversation(changed))
    assert await store.run(lambda r: r.conversation(kept.id)) == changed
    assert await store.run(lambda r: r.conversation("c_none")) is None


async def test_numbers_never_repeat(store: Store):
    """An act that fails may leave a gap, never a number that is given twice."""

    def two(records, fail):
        found = [records.next_number(), records.next_number()]
        if fail:
            raise RuntimeError(str(found))
        return found

    numbers = await store.run(two, fail=False)
    with pytest.raises(RuntimeError):
        await store.run(two, fail=True)
    numbers += await store.run(two, fail=False)
    assert numbers == sorted(set(numbers))


async def test_the_newest_conversation_of_thread_and_account_is_found(store: Store):
    """Another account in the same thread is another conversation."""

    def add(records, account):
        kept = conversation(records)
        records.add_conversation(kept, thread_id="t-1", portal_user_id=account, patient_id=None)
        return kept

    first, mine, theirs = [await store.run(add, account=who) for who in ("a", "a", "b")]

    def find(records, **ids):
        return records.conversation_of(portal="main", **ids)

    assert await store.run(find, thread_id="t-1", portal_user_id="a") == mine
    assert await store.read(find, thread_id="t-1", portal_user_id="b") == theirs
    assert await store.run(find, thread_id="t-2", portal_user_id="a") is None
    assert await store.read(lambda r: r.conversations_of_thread(portal="main", thread_id="t-1")) == [
        first,
        mine,
        theirs,
    ]
    assert await store.read(lambda r: r.conversations_of_thread(portal="other", thread_id="t-1")) == []


async def test_what_is_heard_of_first_has_neither_a_thread_nor_a_message(store: Store):
    """Either of the two is enough to be known, and another portal's ids say nothing."""
    await store.run(taken_in)

    def first(records, portal="main", **ids):
        return records.first_heard(portal=portal, **ids)

    known = {"thread_id": "canary-thread-1", "message_id": "canary-message-1"}
    assert not await store.run(first, **known)
    assert not await store.run(first, **known | {"thread_id": "another"})
    assert not await store.read(first, **known | {"message_id": "another"})
    assert await store.run(first, thread_id="another", message_id="another")
    assert await store.run(first, **known, portal="other")


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_message_comes_back_as_it_came(store: Store, kind: Kind):
    """Every kind with its own data survives encryption and JSON, also U+0000 in its words."""
    await store.run(taken_in, kind=kind)
    found = await store.read(lambda r: r.message_of(portal="main", message_id="canary-message-1"))
    assert found.content == message(kind=kind)
    assert await store.read(lambda r: r.message_of(portal="other", message_id="canary-message-1")) is None


async def test_a_lone_surrogate_does_not_stop_a_message(store: Store):
    """What no UTF-8 can hold is replaced visibly; the raw bytes in the inbox have the original."""

    def add(records):
        kept = conversation(records)
        records.add_conversation(kept, thread_id="t-\ud800", portal_user_id="a", patient_id=None)
        records.add_message(stored(records, kept, replace(message(), text="x"), standing_reason="\ud800"))
        odd = replace(message(2), subject="half \ud800 done")
        records.add_message(stored(records, kept, odd))

    await store.run(add)
    found = await store.read(lambda r: r.message_of(portal="main", message_id="canary-message-2"))
    assert found.content.subject == "half ? done"


async def test_a_message_keeps_its_new_standing(store: Store):
    """Who took it back, when and why is kept with it."""
    await store.run(taken_in)
    known = await store.read(lambda r: r.message_of(portal="main", message_id="canary-message-1"))
    gone = replace(
        known, standing=Standing.WITHDRAWN, standing_at=NOW, standing_by="Joy", standing_reason="canary reason"
    )
    await store.run(lambda r: r.save_message(gone))
    assert await store.read(lambda r: r.message_of(portal="main", message_id="canary-message-1")) == gone


async def test_a_naive_time_is_refused(store: Store):
    """A time without a zone could mean any hour, so the act fails and writes nothing."""

    def act(records):
        kept = conversation(records, came_at=datetime(2026, 1, 1))
        records.add_conversation(kept, thread_id="t", portal_user_id="a", patient_id=None)

    with pytest.raises(ValueError, match="zone"):
        await store.run(act)


async def test_a_picture_shows_everything(store: Store):
    """Messages and answers oldest first, the notes' count, related conversations, the practice in force."""

    def more(records, kept):
        late = replace(message(8), sent_at=NOW + MINUTE)
        early = replace(message(9), sent_at=NOW - 5 * MINUTE)
        records.add_message(stored(records, kept, late))
        records.add_message(stored(records, kept, early))
        for n in (2, 1):
            records.add_reply(answer(records, kept, written_at=NOW + n * MINUTE))
        records.add_note(note(records, kept), channel="C", ts="1")
        answered = replace(kept, version=2)  # as every answer does
        records.save_conversation(answered)
        return answered

    kept = await store.run(taken_in)
    family = await store.run(taken_in, n=2, kind=Kind.GENERAL)
    other_account = await store.run(taken_in, n=3, thread=1, account=2)
    await store.run(taken_in, n=4, account=3)
    kept = await store.run(more, kept=kept)
    picture = await store.read(lambda r: r.picture(kept.id))
    assert picture.conversation == kept
    assert picture.practice.name == "Bright Kids"
    assert [m.content.message_id for m in picture.messages] == [f"canary-message-{n}" for n in (9, 1, 8)]
    assert [r.written_at for r in picture.replies] == [NOW + MINUTE, NOW + 2 * MINUTE]
    assert picture.notes == 1
    assert picture.related == (
        Related(
            id=other_account.id,
            number=other_account.number,
            kind=Kind.REFILL,
            why="thread",
            patient_name="Canary-Maya Okafor",
            patient_id="canary-patient-1",
        ),
        Related(
            id=family.id,
            number=family.number,
            kind=Kind.GENERAL,
            why="family",
            patient_name="Canary-Maya Okafor",
            patient_id="canary-patient-1",
        ),
    )
    assert await store.read(lambda r: r.picture("c_none")) is None


async def test_a_message_state_holds_no_words(store: Store):
    """What the portal may ask for: ids, states and times."""
    kept = await store.run(taken_in)
    reply = await store.run(sent, of=kept)

    def state(records):
        return records.message_state(portal="main", message_id="canary-message-1")

    waiting = await store.read(state)
    assert waiting["card"] == "waiting"
    await store.run(
        lambda r: r.save_place(Place(conversation_id=kept.id, slot="department", key="k", channel="C", ts="1"))
    )
    assert await store.read(state) == {
        "message_id": "canary-message-1",
        "thread_id": "canary-thread-1",
        "kind": "refill",
        "received_at": NOW,
        "standing": "current",
        "status": "open",
        "department": "Nursing",
        "card": "posted",
        "replies": [
            {"reply_id": reply.id, "state": State.PENDING.value, "written_at": NOW, "delivered_at": None},
        ],
    }
    assert await store.read(lambda r: r.message_state(portal="main", message_id="none")) is None


async def test_a_practice_is_in_force_from_its_transaction_on(store: Store):
    """A new file counts at once, its text comes back whole, and its version grows."""
    assert (await store.read(lambda r: r.practice())).name == "Bright Kids"
    version = await store.run(lambda r: r.save_practice("Canary Practice\n", by="cli:x", now=NOW + timedelta(days=1)))
    practice = await store.read(lambda r: r.practice())
    assert (version, practice.version, practice.name) == (2, 2, "Canary Practice\n")
    assert await store.read(lambda r: r.practice_document()) == "Canary Practice\n"


async def test_a_practice_that_cannot_be_read_stops_nothing_else(store: Store):
    """Whoever asks for it hears why; everything else goes on."""
    await store.run(lambda r: r.save_practice("broken", by="cli:x", now=NOW))
    with pytest.raises(ValueError, match="not a practice"):
        await store.read(lambda r: r.practice())
    assert await store.run(lambda r: r.next_number())
