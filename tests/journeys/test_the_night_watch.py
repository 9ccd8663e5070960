"""The service watches itself: the journal is sealed within seconds, and once a night every rule is proven."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.domain import nightly
from storage import chain, verify
from storage.journal import proof
from storage.sql import Sql
from tests.world import World, message, until


async def the_night_passes(desk: World) -> None:
    """Skip to the hour after the next night's proof, whatever the hour is at which this test runs."""
    now = desk.clock().astimezone(ZoneInfo("America/New_York"))
    morning = (now + timedelta(days=1)).replace(hour=nightly.HOUR + 1, minute=0)
    await desk.later(seconds=morning.timestamp() - now.timestamp())


async def test_the_journal_is_sealed_within_seconds(desk: World):
    """What happened is chained by the running service, and the chain holds."""
    await desk.write(message())
    await desk.reply(await desk.card("Ear drops and swimming"), "Stop the drops.")
    await desk.replies()

    async def all_sealed() -> bool:
        found = await desk.read(chain.walk)
        assert found.breaks == ()
        return found.rows > 3 and found.unsealed == 0

    await until(all_sealed, what="a sealed journal")


async def test_the_nightly_proof_is_made_once_and_finds_nothing(desk: World):
    """After three in the practice's night, once, however often it ticks and however many there are."""
    await desk.write(message())
    await desk.card("Ear drops and swimming")
    await the_night_passes(desk)
    for _ in range(3):
        await desk.service.watch.prove()
    assert len(await desk.history("verify.begun")) == 1
    (row,) = await desk.history("verify.done")
    assert row["outcome"] == "done"
    await the_night_passes(desk)
    await desk.service.watch.prove()
    assert len(await desk.history("verify.done")) == 2


async def test_a_broken_rule_rings_in_the_morning(desk: World):
    """A window that nobody opened, put there behind our back: the admins are told which rule, and the command."""
    await desk.write(message())
    await desk.writing(await desk.card("Ear drops and swimming"))
    await the_night_passes(desk)

    def spoil(records) -> None:
        records.run(Sql("UPDATE windows SET slack = 'U0EVE'"))

    await desk.service.store.run(spoil)
    await desk.service.watch.prove()
    assert "I22" in await desk.alarm("Tonight's proof found")

    def mend(records) -> None:
        records.run(Sql("UPDATE windows SET slack = 'U0ALICE'"))

    await desk.service.store.run(mend)
    assert await desk.read(verify) == []


async def test_a_row_that_the_service_did_not_write_rings_at_once(desk: World):
    """Put into the journal behind our back: the admins are told with the next seal, and verify names the rule."""
    await desk.write(message())
    await desk.card("Ear drops and swimming")

    def forge(records) -> None:
        records.run(
            Sql(
                "INSERT INTO journal (at, actor, action, subject, outcome, detail_json, mac)"
                " VALUES (1, 'U0EVE', 'reply.sent', 'c_1', 'done', '{{}}', (SELECT MIN(value_sealed) FROM vault))"
            )
        )

    await desk.service.store.run(forge)
    await desk.service.watch.chain()
    assert "audit verify" in await desk.alarm("Somebody changed the journal")
    assert "I22" in {breach.invariant for breach in await desk.read(verify)}

    def mend(records) -> None:  # with the keys, and without the trigger that stands in the way
        records.run(Sql("DROP TRIGGER journal_mac" + (" ON journal" if records.shared else "")))
        told = (1, "U0EVE", "reply.sent", "c_1", "done", "{}")
        records.run(Sql("UPDATE journal SET mac = :mac WHERE actor = 'U0EVE'"), mac=proof(records.mac, told))

    await desk.service.store.run(mend)
    assert await desk.read(verify) == []
