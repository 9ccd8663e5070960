"""The portal sends events, once or twice, early or late, whole or broken: each is kept, and a person sees what it meant."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.jobs import rounds
from tests.journeys.conftest import OpenDesk
from tests.world import World, message, words


def told(kind: str, **data: Any) -> dict[str, Any]:
    """An event about something that is there already."""
    return {"type": f"portal.{kind}", "timestamp": "2026-11-22T19:10:00Z", "data": data}


AT = "2026-11-22T19:09:00Z"


async def test_the_same_event_again_is_answered_and_changes_nothing(desk: World):
    """Stored is 202 with an id; the same id and body once more is 200 with the same id, and there is one card."""
    first = await desk.event(message(), "evt_1")
    again = await desk.event(message(), "evt_1")
    assert first[0] == 202
    assert first[1]["status"] == "stored"
    assert again == (200, first[1])
    await desk.card("Ear drops and swimming")
    await desk.quiet()
    assert len(await desk.cards()) == 1


async def test_ten_deliveries_at_once_are_one_message(desk: World):
    """A portal that delivers the same event ten times at the same moment makes one message and one card."""
    answers = await asyncio.gather(*(desk.event(message(), "evt_1") for _ in range(10)))
    assert sorted(status for status, _ in answers) == [200] * 9 + [202]
    await desk.card("Ear drops and swimming")
    await desk.quiet()
    assert len(await desk.cards()) == 1
    assert await desk.rows("SELECT COUNT(*) FROM messages") == [(1,)]


async def test_the_same_event_id_with_another_body_is_refused_and_the_admin_is_told(desk: World):
    """Another body under a known id is 409: the first one stays as it was, and the admin gets one direct message."""
    await desk.event(message(), "evt_1")
    for subject in ("Something else", "Something else", "A third thing"):
        status, problem = await desk.event(message(subject=subject), "evt_1")
        assert status == 409
        assert problem["status"] == 409
    await desk.alarm("sent an event id twice with different content")
    await desk.quiet()
    assert [m["text"] for m in await desk.messages("D0PAT", "U0PAT")] == [
        m["text"] for m in await desk.messages("D0PAT", "U0PAT") if "twice" in m["text"]
    ]
    assert len(await desk.messages("D0PAT", "U0PAT")) == 1
    assert "Ear drops and swimming" in words(await desk.cards())
    assert len(await desk.cards()) == 1


async def test_a_message_under_a_new_event_id_has_no_second_effect(desk: World):
    """The same message id with the same content under a new event id is 200: one card, no post in its thread."""
    await desk.event(message(), "evt_1")
    card = await desk.card("Ear drops and swimming")
    status, _ = await desk.event(message(), "evt_2")
    assert status == 200
    await desk.quiet()
    assert len(await desk.cards()) == 1
    assert await desk.thread(card) == []


async def test_a_message_that_comes_again_with_other_words_is_an_update(desk: World):
    """The same message id with other content under a new event id changes the card."""
    await desk.event(message(), "evt_1")
    card = await desk.card("Ear drops and swimming")
    body = {"format": "plain", "text": "Now there is blood in it!", "lang": "en"}
    assert (await desk.event(message(body=body), "evt_2"))[0] == 202
    changed = await desk.card("Now there is blood in it!")
    assert changed["ts"] == card["ts"]
    await desk.quiet()
    assert len(await desk.cards()) == 1


async def test_an_update_changes_the_card_and_an_older_one_does_not(desk: World):
    """`.updated` carries the whole message; one of a lower version than the known one is ignored."""
    await desk.event(message(version=1), "evt_1")
    await desk.card("Ear drops and swimming")
    newer = message(version=3, subject="Newer subject") | {"type": "portal.message.updated"}
    older = message(version=2, subject="Older subject") | {"type": "portal.message.updated"}
    assert (await desk.event(newer, "evt_3"))[0] == 202
    await desk.card("Newer subject")
    assert (await desk.event(older, "evt_2"))[0] in (200, 202)
    await desk.quiet()
    assert "Newer subject" in words(await desk.cards())


async def test_what_cannot_be_used_is_shown_to_people(desk: World):
    """A good signature over something unusable is 202 quarantined, and the default department's channel shows a card."""
    status, answer = await desk.event({"type": "portal.message.created", "data": {"message_id": "m-1"}}, "evt_1")
    assert (status, answer["status"]) == (202, "quarantined")
    again = await desk.event({"type": "portal.message.created", "data": {"message_id": "m-1"}}, "evt_1")
    assert again[1]["status"] == "quarantined"
    shown = await desk.card("could not be shown", channel="C0FRONT", who="U0BEN")
    assert answer["id"] in words(shown)
    await desk.quiet()
    assert len(await desk.cards("C0FRONT")) == 1


EARLY = {
    "withdrawn": (told("message.withdrawn", message_id="m-1", at=AT, by="Rosa Delgado", reason="solved"), "Withdrawn"),
    "handled": (told("message.handled_elsewhere", message_id="m-1", at=AT, by="Dr. Shah"), "Handled in the portal"),
    "updated": (
        message(version=2, subject="As it was changed") | {"type": "portal.message.updated"},
        "As it was changed",
    ),
    "closed": (told("thread.closed", thread_id="t-1", at=AT), "Handled in the portal"),
}


@pytest.mark.parametrize("name", EARLY)
async def test_an_event_that_overtakes_its_message_waits_for_it(desk: World, name: str):
    """What comes before the message it is about is kept, and holds as soon as the message is there."""
    event, shows = EARLY[name]
    assert (await desk.event(event, "evt_early"))[0] == 202
    await desk.quiet()
    assert await desk.cards() == []
    assert (await desk.event(message(version=1), "evt_1"))[0] == 202
    await desk.card(shows)
    assert (await desk.event(event, "evt_early"))[0] == 200
    await desk.quiet()
    assert len(await desk.cards()) == 1


@pytest.mark.parametrize("name", EARLY)
async def test_an_event_about_a_message_changes_its_card_once(desk: World, name: str):
    """Taken back, handled there, changed, closed: the card says so; the same under a new id changes nothing more."""
    event, shows = EARLY[name]
    await desk.event(message(version=1), "evt_1")
    card = await desk.card("Ear drops and swimming")
    assert (await desk.event(event, "evt_2"))[0] == 202
    changed = await desk.card(shows)
    assert changed["ts"] == card["ts"]
    await desk.event(event, "evt_3")
    await desk.quiet()
    assert len(await desk.cards()) == 1
    assert shows in words(await desk.cards())


async def test_an_event_about_a_message_that_never_comes_is_shown_to_a_person(desk: World):
    """After a day of waiting for its message, or for an answer that we never wrote, each is shown in a channel
    and the admin is told, once."""
    await desk.event(told("message.withdrawn", message_id="m-nowhere", at=AT), "evt_1")
    await desk.event(told("reply.status", reply_id="r_nowhere", status="read", at=AT), "evt_2")
    await desk.later(hours=25)
    store, now = desk.service.store, desk.clock()
    assert await store.run(rounds.waiting_too_long, now=now) == 2
    await desk.alarm("messages that never came here")
    await desk.quiet()
    assert len(await desk.messages("D0PAT", "U0PAT")) == 1
    assert len(await desk.cards("C0FRONT")) == 2
    assert await store.run(rounds.waiting_too_long, now=now) == 0


async def test_unknown_types_and_pings_are_acknowledged_and_nobody_is_bothered(desk: World):
    """A type of tomorrow, unknown fields and a ping are answered 2xx and shown to nobody."""
    assert (await desk.event(told("message.translated", message_id="m-1"), "evt_1"))[0] == 202
    assert (await desk.event(told("ping"), "evt_2"))[0] in (200, 202)
    assert (await desk.control("ping", {"wait": True}))["outcome"] == "taken"
    assert (await desk.event(message(n="2", colour="green", tags=[{"a": 1}]), "evt_3"))[0] == 202
    await desk.card("Ear drops and swimming")
    await desk.quiet()
    assert len(await desk.cards()) == 1
    assert await desk.cards("C0FRONT") == []
    assert await desk.messages("D0PAT", "U0PAT") == []


async def test_the_portal_asks_how_far_a_message_is(desk: World):
    """GET message state: signed, without anybody's words; 401 unsigned, 404 unknown, problem+json both."""
    await desk.event(message(), "evt_1")
    card = await desk.card("Ear drops and swimming")
    await desk.quiet()
    status, state = await desk.get("/portal/main/messages/m-1", signed=True)
    assert (status, state["message_id"], state["card"], state["status"]) == (200, "m-1", "posted", "open")
    await desk.reply(card, "Stop the drops.")
    await desk.card("elivered to the portal")
    _, state = await desk.get("/portal/main/messages/m-1", signed=True)
    assert [reply["state"] for reply in state["replies"]] == ["delivered"]
    assert "drops" not in str(state)
    assert "Delgado" not in str(state)
    for path, signed, expected in (
        ("/portal/main/messages/m-1", False, 401),
        ("/portal/main/messages/m-2", True, 404),
        ("/portal/other/messages/m-1", True, 404),
    ):
        async with desk.http.get(desk.url + path) as bare:
            assert bare.status in (401, 404)
            assert bare.content_type == "application/problem+json"
        assert (await desk.get(path, signed=signed))[0] == expected


async def test_health_readiness_metrics_and_contract_are_there(open_desk: OpenDesk):
    """An operator and a vendor find /healthz, /readyz, /metrics and /openapi.json, and no patient in any of them."""
    desk = await open_desk()
    await desk.event(message(), "evt_1")
    await desk.card("Ear drops and swimming")
    assert await desk.get("/healthz") == (200, {"status": "alive"})
    assert await desk.get("/readyz") == (200, {"status": "ready"})
    status, metrics = await desk.get("/metrics")
    assert status == 200
    assert 'portaldesk_portal_events_total{portal="main",status="202"} 1.0' in metrics
    assert "Delgado" not in metrics
    status, contract = await desk.get("/openapi.json")
    assert (status, contract["openapi"][:3]) == (200, "3.1")
    assert "/portal/{portal_id}/events" in contract["paths"]
    status, problem = await desk.get("/nowhere")
    assert (status, problem["status"]) == (404, 404)
