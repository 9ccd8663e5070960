"""A direct message that Slack refuses holds up nobody else, and whoever counted on it is told."""

from __future__ import annotations

from typing import Any

from tests.world import World, message, until, words

GRACE = "D0GRACE"


async def calls(desk: World, method: str, channel: str) -> list[dict[str, Any]]:
    """What Slack was asked about that channel."""
    rows = (await desk.look("journal", of="api"))["rows"]
    return [row for row in rows if row["method"] == method and (row["args"] or {}).get("channel") == channel]


async def forwarded(desk: World) -> dict[str, Any]:
    """Alice's card, which Grace has in her direct messages as well."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.hand(card, "Grace", forward_note="Please look.")
    await desk.card("Please look.", channel=GRACE, who="U0GRACE")
    await desk.quiet()
    return card


async def test_a_card_in_a_direct_message_that_is_gone_holds_up_no_redraw(desk: World):
    """Its redraw is tried a few times, later and later; every other card is redrawn meanwhile, and an admin is told."""
    await forwarded(desk)
    await desk.write(message(n="2", subject="Other", patient={"id": "p-2", "mrn": "92", "name": "Zoe Other"}))
    other = await desk.card("Other")
    await desk.quiet()
    await desk.admin("delete_channel", channel=GRACE)
    await desk.write(message(n="3", thread_id="t-1"))
    await until(lambda: calls(desk, "chat.update", GRACE), what="a redraw of the card that is gone")
    await desk.press(other, "Take it")
    await desk.card("Moreno, RN has it", who="U0ALICE")
    await desk.quiet()
    assert len(await calls(desk, "chat.update", GRACE)) <= 2
    for _ in range(6):
        await desk.later(minutes=20)
        await desk.quiet()
    assert "card: channel_not_found" in await desk.alarm("channel_not_found")
    assert 3 <= len(await calls(desk, "chat.update", GRACE)) <= 8
    assert await desk.rows(
        "SELECT COUNT(*) FROM deliveries WHERE state IN ('pending', 'sending') AND slot LIKE 'dm:%'"
    ) == [(0,)]


async def test_whoever_forwarded_is_told_that_it_did_not_get_there(desk: World):
    """Slack does not open a direct message with Grace: Alice is told, an admin too, and the message waits visibly."""
    await desk.do(
        "faults", faults=[{"kind": "ratelimited", "method": "conversations.open", "nth": [1], "retry_after": 3}]
    )
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.hand(card, "Grace", forward_note="Please look.")
    await desk.admin("set_person", user="U0GRACE", is_stranger=True)
    for _ in range(6):
        await desk.later(minutes=20)
        await desk.quiet()
    assert "card: user_not_found" in await desk.alarm("user_not_found")
    told = await desk.alarm("Slack does not take my message to", who="U0ALICE")
    assert "take it back" in told
    assert "Mateo" not in told
    assert "Grace" in words(await desk.card("Ear drops and swimming"))
