"""What people see of a message: its kind and data, how much of it, its follow-ups, its files, its traps."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.conftest import OpenDesk
from tests.world import PRACTICE, World, labels, message, texts, until, words

MINIMAL = PRACTICE.replace("card_detail: full", "card_detail: minimal")

REQUESTS: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "refill": (
        {
            "medications": [
                {"line": 1, "text": "albuterol HFA 90 mcg inhaler", "sig": "2 puffs as needed", "refills_left": 0}
            ],
            "pharmacy": {"name": "Walgreens #1234", "phone": "+15550100199"},
        },
        "C0REFILLS",
        ["albuterol HFA 90 mcg inhaler", "2 puffs as needed", "Walgreens #1234"],
    ),
    "appointment": (
        {"action": "reschedule", "visit_type": "check-up", "provider": "Dr. Omar Shah", "reason": "cough at night"},
        "C0FRONT",
        ["check-up", "Dr. Omar Shah", "cough at night"],
    ),
    "insurance": (
        {"payer": "Blue Harbor Health", "plan": "Family Choice PPO", "member_id": "BHX 4410"},
        "C0FRONT",
        ["Blue Harbor Health", "Family Choice PPO", "BHX 4410"],
    ),
    "referral": (
        {"specialty": "Allergy", "to": "Harbor Allergy", "reason": "hives after peanuts"},
        "C0NURSING",
        ["Allergy", "Harbor Allergy", "hives after peanuts"],
    ),
}


@pytest.mark.parametrize("kind", REQUESTS)
async def test_each_kind_shows_its_own_data(desk: World, kind: str):
    """The four kinds with a request show it on the card, and what the portal did not say as unknown or not at all."""
    request, channel, shows = REQUESTS[kind]
    await desk.write(message(kind, request=request))
    card = await desk.card("Rosa Delgado", channel=channel, who="U0PAT")
    for said in shows:
        assert said in words(card)
    assert {"Reply", "[Open]"} <= set(labels(card))
    if kind == "refill":
        assert "unknown" in words(card) or "not given" in words(card)


async def test_what_the_portal_does_not_say_is_shown_as_not_known(desk: World):
    """No name, no birth date, no relationship, no words: the card says so and does not break or invent."""
    bare = message(subject="", sender={"portal_user_id": "pu-9"}, patient=None)
    await desk.write(bare)
    card = await desk.card("child not named")
    assert "age not given" in words(card)
    assert "name not given" in words(card)
    assert "None" not in words(card)
    await desk.press(card, "Open")
    assert "Birth date not given" in words(await desk.window()) or "not given" in words(await desk.window())


async def test_a_minimal_card_keeps_the_familys_words_behind_open(open_desk: OpenDesk):
    """`card_detail: minimal`: kind, number and initials only; Open shows everything, and that is journalled."""
    desk = await open_desk(MINIMAL)
    await desk.write(message())
    card = await desk.card("General · No.")
    for secret in ("Mateo", "Delgado", "drops", "2020"):
        assert secret not in words(card), secret
        assert secret not in card["text"]
    assert "M.D." in words(card)
    assert labels(card)[0] == "Open"
    await desk.press(card, "Open")
    assert "He got water in the ear" in words(await desk.window())
    (row,) = await desk.journalled("message.opened")
    assert row["actor"] == "U0ALICE"


async def test_a_confidential_message_is_drawn_minimal_in_every_mode(desk: World):
    """Confidential beats `card_detail: full`, and a later confidential message turns the whole card minimal."""
    self_ = {"portal_user_id": "pu-1", "name": "Mateo Delgado", "relationship": "self"}
    await desk.write(message(sender=self_))
    await desk.card("Ear drops and swimming")
    await desk.write(
        message(message_id="m-2", sender=self_, confidential=True, body={"format": "plain", "text": "Pill?"})
    )

    async def secret() -> bool:
        seen = words(await desk.cards())
        return "M.D." in seen and "Ear drops" not in seen and "Pill" not in seen

    await until(secret, what="a minimal card")
    (card,) = [c for c in await desk.cards() if "Open" in labels(c)]
    await desk.quiet()
    assert "Pill?" not in words(await desk.thread(card))


async def test_a_follow_up_stands_in_the_thread_and_brings_the_card_back(desk: World):
    """The family writes again: a post in the card's thread; after an answer the card is unread again, and the channel
    is told without a word of theirs."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.write(message(message_id="m-2", in_reply_to="m-1", body={"format": "plain", "text": "It hurts now."}))
    await desk.card("It hurts now.")
    await desk.quiet()
    assert len(await desk.cards()) == 1
    assert any("It hurts now." in told for told in texts(await desk.thread(card)))
    await desk.reply(card, "Come in at three.", done=True)
    await desk.card("elivered to the portal")
    await desk.write(message(message_id="m-3", body={"format": "plain", "text": "Thank you dearly!"}))
    await desk.card("Unread")
    again = await desk.card("The family wrote again")
    assert again["broadcast"]
    assert "Thank you dearly" not in words(again)
    assert "Delgado" not in words(again)
    (back,) = [c for c in await desk.cards() if not c["broadcast"]]
    assert back["ts"] == card["ts"]
    assert "opened again by the family" in words(back)
    assert "nobody has it" in words(back)


APART = {
    "its own request": {"kind": "refill", "request": REQUESTS["refill"][0]},
    "another account": {"sender": {"portal_user_id": "pu-2", "name": "Luis Delgado", "relationship": "parent"}},
    "another child": {"patient": {"id": "p-2", "name": "Ana Delgado", "birth_date": "2022-01-02"}},
}


@pytest.mark.parametrize("why", APART)
async def test_a_follow_up_that_is_something_else_gets_a_card_of_its_own(desk: World, why: str):
    """A request inside a chat, another account and another child are cards of their own; the two point to each other."""
    await desk.write(message())
    first = await desk.card("Ear drops and swimming")
    more = {"message_id": "m-2", "in_reply_to": "m-1", "body": {"format": "plain", "text": "And this."}} | APART[why]
    await desk.write(message(**more))
    channel = "C0REFILLS" if "request" in APART[why] else "C0NURSING"

    async def second() -> Any:
        return next((c for c in await desk.cards(channel) if "And this." in words(c)), None)

    card = await until(second, what="a second card")
    assert card["ts"] != first["ts"]
    assert "No. 1" in words(card)

    async def pointing() -> Any:
        (one,) = [c for c in await desk.cards() if c["ts"] == first["ts"]]
        return words(one) if "No. 2" in words(one) else ""

    pointer = await until(pointing, what="a pointer to the second card")
    assert ("another account" in pointer) is ("sender" in APART[why])
    assert ("another account" in words(card)) is ("sender" in APART[why])


async def test_a_long_message_is_cut_on_the_card_and_whole_in_open(desk: World):
    """A message of 40,000 characters: the card shows its beginning, and Open has all of it, page by page."""
    body = " ".join(f"word{n:05d}" for n in range(4000))
    await desk.write(message(body={"format": "plain", "text": body}))
    card = await desk.card("Ear drops and swimming")
    assert "word00000" in words(card)
    assert "word03999" not in words(card)
    await desk.press(card, "Open")
    seen = await desk.window(containing="word00000")
    read = words(seen)
    for _ in range(40):
        if "Show more" not in labels(seen):
            break
        page = words(seen)
        await desk.press_in(seen, "Show more")

        async def turned(page: str = page) -> Any:
            (view,) = await desk.views()
            return view if words(view) != page else None

        seen = await until(turned, what="the next page")
        read += words(seen)
    assert [n for n in range(4000) if f"word{n:05d}" not in read] == []


async def test_files_are_listed_and_stay_in_the_portal(desk: World):
    """Attachments: name, type and size on the card, all of them in Open."""
    files = [{"id": f"a{n}", "name": f"photo-{n}.jpg", "type": "image/jpeg", "size": 81233} for n in range(12)]
    await desk.write(message(attachments=files))
    card = await desk.card("photo-0.jpg")
    assert "79 KB" in words(card) or "81 KB" in words(card)
    await desk.press(card, "Open")
    seen = words(await desk.window(containing="photo-11.jpg"))
    assert "view in portal" in seen


HOSTILE = "<!channel> <@U0PAT> <https://evil.example|click> *bold* `code` :fire: \u202eltr &amp; {sender_name} @here"


async def test_hostile_words_stay_words(desk: World):
    """Mentions, links, markup and bidi tricks of a family arrive as plain text: nobody is pinged, nothing links."""
    sender = {"portal_user_id": "pu-1", "name": "<!here> Rosa", "relationship": "parent"}
    await desk.write(message(subject=HOSTILE, body={"format": "plain", "text": HOSTILE * 3}, sender=sender))
    card = await desk.card("<!channel>")
    await desk.press(card, "Open")
    view = await desk.window()
    for thing in (card, view):
        for element in _elements(thing["blocks"]):
            assert element.get("type") not in ("broadcast", "user", "usergroup", "link", "mrkdwn"), element
        assert "\u202e" not in words(thing)
    assert "<!" not in card["text"]
    assert "evil.example" not in card["text"]


def _elements(blocks: Any) -> list[dict[str, Any]]:
    if isinstance(blocks, list):
        return [found for block in blocks for found in _elements(block)]
    if isinstance(blocks, dict):
        inner = [found for value in blocks.values() if isinstance(value, dict | list) for found in _elements(value)]
        return [blocks, *inner]
    return []


async def test_a_deleted_card_is_posted_again_at_the_next_change(desk: World):
    """Somebody deletes the card in Slack: the next change posts it anew, once, and it goes on working."""
    await desk.write(message())
    card = await desk.card("Ear drops and swimming")
    await desk.quiet()
    await desk.admin("delete_message", channel="C0NURSING", ts=card["ts"])
    await desk.write(message(message_id="m-2", body={"format": "plain", "text": "Are you there?"}))
    fresh = await desk.card("Are you there?")
    assert fresh["ts"] != card["ts"]
    assert (await desk.reply(fresh, "Yes.")).get("closed")
    await desk.card("elivered to the portal")
    await desk.quiet()
    assert len([c for c in await desk.cards() if "Reply" in labels(c) or "[Reply]" in labels(c)]) == 1
