"""What the portal does with replies, decisions, states, look-ups and attachments."""

import time

import pytest

from tests.sandbox.portal.conftest import journal_of, reply_body


async def test_a_reply_is_shown_once_and_its_replay_gives_the_same_answer(bot, config):
    """An idempotent portal answers a repeated key with the stored answer."""
    first = await bot.reply()
    second = await bot.reply()
    assert first[0] == second[0] == 201
    assert first[1] == second[1]
    assert first[1]["status"] == "accepted"
    assert second[2]["Idempotency-Replayed"] == "true"
    assert len(journal_of(config, "shown")) == 1
    assert [line["applied"] for line in journal_of(config, "request")] == [True, False]


async def test_the_same_key_with_another_body_is_refused(bot, config):
    """A key belongs to one text."""
    await bot.reply(text="Hello")
    status, _, _ = await bot.reply(text="Goodbye")
    assert status == 422
    assert len(journal_of(config, "shown")) == 1


@pytest.mark.parametrize("mode", ["lookup", "neither"])
async def test_a_portal_without_keys_shows_a_repeated_reply_twice(bot, mode, config):
    """Without idempotency the family really sees it twice."""
    await bot.control("settings", {"mode": mode})
    await bot.reply()
    await bot.reply()
    assert [line["times"] for line in journal_of(config, "shown")] == [1, 2]


@pytest.mark.parametrize(
    ("mode", "known", "unknown"), [("idempotent", 200, 404), ("lookup", 200, 404), ("neither", 501, 501)]
)
async def test_look_up(bot, mode, known, unknown):
    """A portal that can be asked says whether a reply arrived."""
    await bot.control("settings", {"mode": mode})
    sent = await bot.reply()
    status, body, _ = await bot.call("GET", "/v1/replies/r-1")
    assert status == known
    if known == 200:
        assert body["portal_message_id"] == sent[1]["portal_message_id"]
    assert (await bot.call("GET", "/v1/replies/r-2"))[0] == unknown


@pytest.mark.parametrize(
    "more",
    [{"secret": "whsec_" + "A" * 43 + "="}, {"now": time.time() - 400}, {"webhook_id": "has.dots"}],
)
async def test_a_bad_signature_is_refused(bot, more, config):
    """Nothing unsigned, old or malformed reaches a family."""
    assert (await bot.reply(**more))[0] == 401
    assert not journal_of(config, "shown")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"quoted": False}, 400),
        ({"key": "r-9"}, 422),
        ({"body": {"format": "plain", "text": " "}}, 422),
        ({"schema": 2}, 422),
        ({"to": None}, 422),
        ({"thread_after": "burnt"}, 422),
        ({"decision": {"kind": "refill", "lines": []}}, 422),
        (
            {
                "decision": {
                    "kind": "refill",
                    "lines": [{"line": 1, "outcome": "maybe", "decided_by": {"name": "Dr. Lee"}}],
                }
            },
            422,
        ),
        ({"decision": {"kind": "appointment", "outcome": "approved"}}, 422),
        ({"decision": {"kind": "appointment", "outcome": "booked"}}, 201),
    ],
)
async def test_the_shape_is_judged(bot, more, status):
    """A reply that is not the contract's is refused with a reason."""
    assert (await bot.reply(**more))[0] == status


async def test_a_reply_goes_only_to_the_account_that_wrote(bot):
    """The portal refuses a recipient who did not write."""
    event = {
        "type": "portal.message.created",
        "data": {"message_id": "m-1", "thread_id": "t-1", "sender": {"portal_user_id": "pu-1"}},
    }
    await bot.control("events", event)
    assert (await bot.reply())[0] == 422
    assert (await bot.reply(to={"portal_user_id": "pu-1"}))[0] == 201


async def test_a_decision_needs_no_words(bot, config):
    """A decision is kept and nothing is shown."""
    line = {"line": 1, "outcome": "approved", "decided_by": {"name": "Dr. Lee"}}
    body = reply_body("d-1", decision={"kind": "refill", "lines": [line]})
    del body["body"]
    assert (await bot.call("POST", "/v1/decisions", body, key="d-1"))[0] == 201
    assert len(journal_of(config, "decided")) == 1
    assert not journal_of(config, "shown")


async def test_states_reach_the_message(bot):
    """The family can see how far the practice is."""
    await bot.control("events", {"type": "portal.message.created", "data": {"message_id": "m-1", "thread_id": "t-1"}})
    assert (await bot.call("PUT", "/v1/messages/m-1/state", {"state": "assigned"}))[0] == 200
    assert (await bot.call("PUT", "/v1/messages/m-1/state", {"state": "lost"}))[0] == 422
    assert (await bot.control("messages"))[0]["state"] == "assigned"


async def test_attachments_are_what_the_event_said(bot):
    """Size and sha256 of an event's attachment are those of the file."""
    import hashlib

    wish = {"portal_user_id": "pu-77", "patient_id": "p-100234", "text": "See photo", "files": ["a.png", "b.pdf"]}
    await bot.control("messages", wish)
    for attachment in (await bot.control("messages"))[0]["data"]["attachments"]:
        status, content, _ = await bot.call("GET", f"/v1/attachments/{attachment['id']}")
        assert status == 200
        assert (len(content), hashlib.sha256(content).hexdigest()) == (attachment["size"], attachment["sha256"])
    assert (await bot.call("GET", "/v1/attachments/none"))[0] == 404


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_calls_can_be_unknown_to_the_portal(bot, status):
    """Every call but replies can be switched off."""
    await bot.control("settings", {"off": dict.fromkeys(("state", "decisions", "attachments", "lookup"), status)})
    for method, path in (
        ("PUT", "/v1/messages/m-1/state"),
        ("POST", "/v1/decisions"),
        ("GET", "/v1/attachments/a-1"),
        ("GET", "/v1/replies/r-1"),
    ):
        assert (await bot.call(method, path, {"state": "closed"} if method != "GET" else None))[0] == status


async def test_a_foreign_host_name_is_refused(bot, portal):
    """A web page elsewhere cannot reach the portal under a name of its own."""
    async with bot.session.get(portal.url + "/_control/threads", headers={"Host": "evil.example"}) as response:
        assert response.status == 403
