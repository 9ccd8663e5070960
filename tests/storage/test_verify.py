"""`verify` finds what breaks an invariant, and nothing where all holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain import set_back
from bot.domain.alarm import Place
from bot.domain.delivery import Outcome, State, reply_lane
from bot.domain.journal import Entry
from bot.domain.store import InboxState, Store
from storage import chain
from storage.sql import Sql
from storage.timers import TICKS
from storage.types import micros
from storage.verify import verify
from tests.storage.family import MINUTE, NOW, answer, conversation, message, note, sent, stored, taken_in, window


async def found(store: Store) -> list[str]:
    return [breach.invariant for breach in await store.read(verify)]


def change(store: Store, sql: str):
    return store.run(lambda r: r.run(Sql(sql)))


@pytest.fixture
async def sound(store: Store):
    """A database with one of everything, in which all holds."""

    def everything(records):
        records.journal(Entry(at=NOW, actor="cli:test", action="practice.applied", subject="practice"))
        kept = taken_in(records)
        records.save_place(Place(conversation_id=kept.id, slot="department", key="k", channel="C", ts="1"))
        for _ in range(2):
            sent(records, kept)
        window(records, kept)
        records.add_note(note(records, kept), channel="C", ts="2")
        inbox_id = records.add_inbox(portal="main", event_id="q", sha256=b"q", raw=b"q", now=NOW)
        records.settle_inbox(inbox_id, state=InboxState.QUARANTINED, type="", reason="canary reason")
        records.run(
            Sql("UPDATE deliveries SET subject = :subject, what = 'unreadable' WHERE what = 'card'"), subject=inbox_id
        )
        conflict = records.add_conflict(portal="main", event_id="q", sha256=b"x", raw=b"x", now=NOW)
        records.journal(Entry(at=NOW, actor="portal:main", action="event.conflict", subject=conflict))
        return kept

    kept = await store.run(everything)
    claim = await store.run(lambda r: r.claim(reply_lane(kept.id), now=NOW, by="x"))
    await store.run(lambda r: r.mark_sending(claim, now=NOW))
    await store.run(lambda r: r.settle(claim, Outcome(state=State.DELIVERED), now=NOW))
    reply = await store.read(lambda r: r.reply(claim.subject))
    await store.run(lambda r: r.save_reply(replace(reply, state=State.DELIVERED)))
    return kept


async def test_a_proof_on_postgresql_may_take_long(postgres_url: str, opened: Callable[[str], Store]):
    """A million answers are looked at for longer than a press may wait; only that query is given the time."""
    store = opened(postgres_url)

    def patience(records, *, proof: bool) -> str:
        if proof:
            verify(records)
        return str(records.one(Sql("SHOW statement_timeout"))[0])

    assert await store.read(patience, proof=True) == "30min"
    assert await store.read(patience, proof=False) == "10s"


async def test_a_sound_database_has_no_breach(store: Store, sound):
    """One of everything, as the acts write it."""
    assert await store.read(verify) == []


DECIDED = (
    "INSERT INTO decisions (id, conversation_id, message_id, kind, line, round, outcome, approvable, decided_by, at,"
    " words_sealed) SELECT 'k_1', m.conversation_id, m.id, 'refill', 1, 2, 'denied', TRUE, 'U0EVE', 1, m.content_sealed"
    " FROM messages m"
)
HANDED_ON = (
    'INSERT INTO forwards (id, conversation_id, "by", from_department, "to", at, prior, state, words_sealed)'
    " SELECT 'f_1', m.conversation_id, 'U0EVE', 'Nursing', 'U0BEN', 1, TRUE, 'open', m.content_sealed FROM messages m"
)
BROKEN = [
    ("I2", "UPDATE messages SET message_hash = event_hash FROM inbox WHERE inbox.state = 'done'"),
    ("I3", "UPDATE conflicts SET event_hash = body_hash"),
    ("I4", "UPDATE places SET ts = NULL"),
    ("I4", "UPDATE deliveries SET subject = 'other' WHERE what = 'unreadable'"),
    ("I5", "UPDATE deliveries SET subject = 'other' WHERE what = 'reply' AND state = 'pending'"),
    ("I5", "UPDATE replies SET state = 'failed' WHERE state = 'delivered'"),
    ("I9", DECIDED),
    ("I10", DECIDED),
    ("I15", HANDED_ON),
    ("I22", HANDED_ON),
    ("I15", "UPDATE conversations SET turn = 'forwarded'"),
    ("I22", "UPDATE replies SET conversation_id = (SELECT id FROM conversations WHERE number = 999)"),
    ("I22", "UPDATE windows SET slack = 'U0EVE'"),
    ("I22", "UPDATE practices SET applied_at = 1"),
    (
        "I22",
        "INSERT INTO unshown (inbox_id, looked_by, looked_at) SELECT id, 'U0ALICE', 5 FROM inbox WHERE state = 'quarantined'",
    ),
    ("I26", "UPDATE deliveries SET state = 'unclear' WHERE what = 'unreadable'"),
]


@pytest.mark.parametrize(("invariant", "sql"), BROKEN)
async def test_a_breach_is_found(store: Store, sound, invariant: str, sql: str):
    """Each by its name in SAFETY, with the rows that break it."""

    def other(records):
        kept = conversation(records, number=999)
        records.add_conversation(kept, thread_id="t", portal_user_id="a", patient_id=None)
        records.add_message(stored(records, kept, message(77)))
        records.save_place(Place(conversation_id=kept.id, slot="department", key="k", channel="C", ts="9"))

    if "999" in sql:
        await store.run(other)
    assert await change(store, sql) >= 1
    breaches = await store.read(verify)
    assert invariant in {breach.invariant for breach in breaches}
    assert all(breach.ids and breach.sentence.endswith(".") for breach in breaches)


async def test_words_other_than_those_shown_are_found(store: Store, sound):
    """I6: the hash at Send is the hash of what is kept."""

    def act(records):
        reply = sent(records, sound, text="other words")
        return reply.id

    reply_id = await store.run(act)
    [breach] = await store.read(verify)
    assert (breach.invariant, breach.ids) == ("I6", (reply_id,))


async def test_another_recipient_is_found(store: Store, sound):
    """I7: an answer goes to the account that wrote the message it answers."""
    for more in ({"to": "somebody else"}, {"in_reply_to": "canary-message-none"}):
        await store.run(lambda r, more=more: sent(r, sound, **more))
    [breach] = await store.read(verify)
    assert breach.invariant == "I7"
    assert len(breach.ids) == 2


async def test_an_answer_out_of_order_is_found(store: Store, sound):
    """I8: the second left while the first had not."""
    await change(store, "UPDATE deliveries SET first_sent_at = NULL, state = 'pending' WHERE first_sent_at IS NOT NULL")
    assert await change(
        store,
        "UPDATE deliveries SET first_sent_at = 5 WHERE n = (SELECT MAX(n) FROM deliveries WHERE what = 'reply')",
    )
    assert "I8" in await found(store)


@pytest.mark.parametrize("order", ["first known first", "second known first", "only the first known", "nothing known"])
@pytest.mark.parametrize("known", ["delivered", "failed"])
async def test_a_clock_that_stepped_back_is_no_disorder(store: Store, sound, order: str, known: str):
    """I8: by our clock the second left before the first (which is tried once more, if it failed); the journal tells."""
    rows = await store.read(lambda r: r.rows(Sql("SELECT subject FROM deliveries WHERE what = 'reply' ORDER BY n")))
    first, second = (row[0] for row in rows)
    state = "delivered" if known == "delivered" else "pending"
    await change(store, f"UPDATE deliveries SET state = '{state}', first_sent_at = 1000 - n WHERE what = 'reply'")
    told = {
        "first known first": (first, second),
        "second known first": (second, first),
        "only the first known": (first,),
        "nothing known": (),
    }[order]

    def act(records):
        for reply_id in told:
            records.journal(
                Entry(at=NOW, actor="service", action=f"reply.{known}", subject=sound.id, detail={"reply": reply_id})
            )

    await store.run(act)
    assert ("I8" in await found(store)) is (order in ("second known first", "nothing known"))


async def test_a_doubt_without_an_owner_is_found(store: Store, sound):
    """I26: somebody must decide, by a time."""

    def unclear(records, **more):
        reply = answer(records, sound, state=State.UNCLEAR, **more)
        records.add_reply(reply)
        return reply.id

    lone = await store.run(unclear)
    await store.run(unclear, owner="U0ALICE", decide_by=NOW + MINUTE)
    doubts = [breach for breach in await store.read(verify) if breach.invariant == "I26"]
    assert [breach.ids for breach in doubts] == [(lone,)]


async def test_a_conversation_whose_card_waits_or_is_alarmed_is_no_breach(store: Store, sound):
    """I4: on its way, or refused with an open alarm; silence alone is a breach."""
    kept = await store.run(taken_in, n=5)
    assert await found(store) == []
    await change(store, f"UPDATE deliveries SET state = 'failed' WHERE subject = '{kept.id}'")
    [breach] = await store.read(verify)
    assert (breach.invariant, breach.ids) == ("I4", (kept.id,))
    await store.run(lambda r: r.raise_alarm(key="delivery:card:x", words="x", now=NOW))
    assert await found(store) == []


DUE = micros(NOW + MINUTE)
FLIES = f"state = 'sending', token = 't', lease_until = {DUE}"
OVERLOOKED = (
    f"UPDATE deliveries SET {FLIES} WHERE what = 'reply' AND state = 'pending'",
    f"UPDATE conversations SET snoozed_until = {DUE}",
    f"UPDATE replies SET state = 'unclear', owner = 'U0ALICE', decide_by = {DUE} WHERE state = 'pending'",
)
CLAIM, ASLEEP, UNHEARD = "A claim is over", "Something was put aside", "An unclear answer was to be decided"
WORKED = (  # one sealed row of the journal every two seconds; their links are not what this is about
    "WITH RECURSIVE worked(at) AS (SELECT {0} UNION ALL SELECT at + 2000000 FROM worked WHERE at < {1})"
    " INSERT INTO journal (at, actor, action, subject, outcome, detail_json, sealed_at, hash)"
    " SELECT at, 'U0ALICE', 'message.opened', 'c_any', 'done', '', at, event_hash FROM worked, (SELECT event_hash FROM inbox LIMIT 1) i"
)


async def ran(store: Store, since: datetime, *, ticks: int) -> None:
    """The service worked, and its journal was sealed every two seconds."""
    await store.run(chain.seal, now=since)
    from_, to = (micros(since + timedelta(seconds=2 * n)) for n in (0, ticks - 1))
    await change(store, WORKED.format(f"CAST({from_} AS BIGINT)", to))


async def overlooked(store: Store) -> None:
    """A claim, a sleep and a doubt whose time is over, a minute from NOW."""
    for sql in OVERLOOKED:
        assert await change(store, sql) == 1


async def late(store: Store) -> set[str]:
    """What is found of them."""
    told = {breach.sentence for breach in await store.read(verify) if breach.invariant in {"I17", "I18"}}
    return {words for words in (CLAIM, ASLEEP, UNHEARD) for sentence in told if sentence.startswith(words)}


async def test_what_the_clock_should_have_done_is_found(store: Store, sound):
    """I17, I18: it was due, the service ran on for a quarter of an hour, and nothing had happened."""
    await overlooked(store)
    await ran(store, NOW + 2 * MINUTE, ticks=TICKS)
    assert await late(store) == set()
    await ran(store, NOW + 60 * MINUTE, ticks=2)
    sqlite = type(store).__name__ == "SqliteStore"  # elsewhere the claim goes by a clock that the journal does not know
    assert await late(store) == {ASLEEP, UNHEARD} | ({CLAIM} if sqlite else set())


async def test_what_rightly_waits_is_no_breach(store: Store, sound):
    """I17, I18: the portal's queue stands still, and an alarm rings for the doubt."""
    await overlooked(store)
    await store.run(lambda r: r.stop_portal("main", now=NOW))
    await store.run(lambda r: r.raise_alarm(key=f"doubt:{sound.id}", words="x", now=NOW))
    await ran(store, NOW + 2 * MINUTE, ticks=TICKS + 10)
    assert await late(store) == {ASLEEP}


async def test_an_outage_is_no_breach(store: Store, sound):
    """I17, I18: it became due while the service was away, which is back for a few ticks only."""
    await ran(store, NOW - 60 * MINUTE, ticks=TICKS + 10)
    await overlooked(store)
    await ran(store, NOW + timedelta(hours=10), ticks=10)
    assert await late(store) == set()


async def test_a_clock_that_was_set_back_is_no_breach(store: Store, sound):
    """I17, I18: the journal was written while the clock ran a day ahead, so its times lie after what is due now."""
    await ran(store, NOW + timedelta(days=1), ticks=TICKS + 10)
    await store.run(set_back.notice, now=NOW)
    await overlooked(store)
    assert await late(store) == set()
    await store.run(chain.seal, now=NOW)
    assert await late(store) == set()


@pytest.mark.parametrize(
    ("cause", "effect"),
    [("message.snoozed", "message.woke"), ("reply.unclear", "doubt.late"), ("decision.sent", "reply.unread")],
)
async def test_what_a_clock_did_twice_is_found(store: Store, sound, cause: str, effect: str):
    """I18: each effect follows a cause of its own, by the journal's order and not by its times."""

    async def happens(*actions: str, subject: str = "c_other") -> list[str]:
        def act(records):
            for n, action in enumerate(actions):
                records.journal(Entry(at=NOW - n * MINUTE, actor="service", action=action, subject=subject))

        await store.run(act)
        return [breach.ids[0] for breach in await store.read(verify) if breach.invariant == "I18"]

    assert await happens(cause, effect, cause, cause, effect) == []
    assert await happens(cause, effect, subject="c_third") == []
    assert await happens(effect) == ["c_other"]
