"""views.* and trigger ids."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.sandbox.slack.conftest import IMPATIENT


def modal(block_id: str = "words", initial: str | None = None, **more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "words"} | ({"initial_value": initial} if initial else {})
    label = {"type": "plain_text", "text": "Reply"}
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Reply"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": [{"type": "input", "block_id": block_id, "label": label, "element": element}],
        **more,
    }


def home(**more: Any) -> dict[str, Any]:
    return {"type": "home", "blocks": [{"type": "divider"}], **more}


@pytest.fixture
def trigger(slack):
    return lambda view_id="": slack.slack.tickets.trigger("U0ALICE", view_id)


async def test_a_trigger_works_once_and_not_for_long(start, caller, call, trigger):
    """A trigger id opens one window within its time; then Slack says why not."""
    name = trigger()
    assert (await call("views.open", trigger_id=name, view=modal()))["ok"]
    assert (await call("views.open", trigger_id=name, view=modal()))["error"] == "exchanged_trigger_id"
    hasty = await start(timing=IMPATIENT)
    late = hasty.slack.tickets.trigger("U0ALICE")
    await asyncio.sleep(IMPATIENT.trigger + 0.05)
    assert (await caller(hasty)("views.open", trigger_id=late, view=modal()))["error"] == "expired_trigger_id"
    assert (await call("views.open", trigger_id="1.2.3", view=modal()))["error"] == "invalid_trigger_id"
    assert (await call("views.open", view=modal()))["error"] == "invalid_arguments"


async def test_a_stack_has_three_windows(call, trigger):
    """views.push needs a trigger from inside a window, and the fourth window is refused."""
    assert (await call("views.push", trigger_id=trigger(), view=modal()))["error"] == "invalid_trigger_id"
    view_id = (await call("views.open", trigger_id=trigger(), view=modal()))["view"]["id"]
    for _ in range(2):
        pushed = (await call("views.push", trigger_id=trigger(view_id), view=modal()))["view"]
        assert pushed["root_view_id"] == view_id
    assert (await call("views.push", trigger_id=trigger(view_id), view=modal()))["error"] == "push_limit_reached"


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        (modal(title={"type": "plain_text", "text": "x" * 25}), "/view/title/text"),
        (modal(title={"type": "mrkdwn", "text": "x"}), "/view/title"),
        ({key: value for key, value in modal().items() if key != "submit"}, "submit is required"),
        (modal(private_metadata="x" * 3001), "/view/private_metadata"),
        (modal(callback_id="x" * 256), "/view/callback_id"),
        (modal(colour="blue"), "invalid additional property: colour"),
        (modal(blocks=[]), "/view/blocks"),
        (home(), "/view/type"),
        ({"type": "modal"}, "missing required field: title"),
    ],
)
async def test_what_a_window_cannot_be(call, trigger, view, pointer):
    """A faulty view is invalid_arguments with the place of the fault, and the trigger is not spent on it."""
    name = trigger()
    answer = await call("views.open", trigger_id=name, view=view)
    assert answer["error"] == "invalid_arguments"
    assert any(pointer in words for words in answer["response_metadata"]["messages"])
    assert (await call("views.open", trigger_id=name, view=modal()))["ok"]


async def test_a_view_over_250_kilobytes_is_too_large(call, trigger):
    """view_too_large comes before anything else is looked at."""
    text = {"type": "section", "text": {"type": "plain_text", "text": "é" * 2900}}
    assert (await call("views.open", trigger_id=trigger(), view=modal(blocks=[text] * 60)))["error"] == "view_too_large"


async def test_updates_keep_to_hash_and_openness(call, trigger, alice):
    """views.update refuses an old hash and a window that is gone."""
    view = (await call("views.open", trigger_id=trigger(), view=modal(external_id="e1")))["view"]
    fresh = (await call("views.update", view_id=view["id"], hash=view["hash"], view=modal(external_id="e1")))["view"]
    stale = {"view_id": view["id"], "hash": view["hash"]}
    assert (await call("views.update", **stale, view=modal()))["error"] == "hash_conflict"
    assert (await call("views.update", external_id="e1", hash=fresh["hash"], view=modal(external_id="e1")))["ok"]
    assert (await call("views.update", view_id="V0NONE", view=modal()))["error"] == "not_found"
    await alice.act("close", view_id=view["id"])
    assert (await call("views.update", view_id=view["id"], view=modal()))["error"] == "not_found"


async def test_external_ids_are_unique_among_open_windows(call, trigger):
    """duplicate_external_id is refused while the other window is open."""
    view = (await call("views.open", trigger_id=trigger(), view=modal(external_id="e1")))["view"]
    inside = trigger(view["id"])
    answer = await call("views.push", trigger_id=inside, view=modal(external_id="e1"))
    assert answer["error"] == "duplicate_external_id"


async def test_typed_words_survive_only_under_the_same_ids(call, trigger, alice):
    """An update keeps what was typed where ids stay (initial_value ignored) and takes initial_value under a new id."""
    view = (await call("views.open", trigger_id=trigger(), view=modal()))["view"]
    field = {"view_id": view["id"], "block_id": "words", "action_id": "words"}
    assert await alice.act("input", **field, value="typed") == {"dispatched": False}
    kept = (await call("views.update", view_id=view["id"], view=modal(initial="phrase")))["view"]
    assert kept["state"]["values"]["words"]["words"]["value"] == "typed"
    new = (await call("views.update", view_id=view["id"], view=modal("words:2", initial="phrase")))["view"]
    assert new["state"]["values"] == {"words:2": {"words": {"type": "plain_text_input", "value": "phrase"}}}


async def test_home_tabs_are_published_per_person(call, alice):
    """views.publish refuses modals' fields, stale hashes and people who are not there."""
    first = (await call("views.publish", user_id="U0ALICE", view=home()))["view"]
    second = (await call("views.publish", user_id="U0ALICE", view=home(), hash=first["hash"]))["view"]
    assert second["id"] == first["id"]
    assert (await call("views.publish", user_id="U0ALICE", view=home(), hash=first["hash"]))["error"] == "hash_conflict"
    assert (await call("views.publish", user_id="U0NOBODY", view=home()))["error"] == "invalid_arguments"
    submit = {"type": "plain_text", "text": "x"}
    assert (await call("views.publish", user_id="U0ALICE", view=home(submit=submit)))["error"] == "invalid_arguments"
    assert (await call("views.publish", user_id="U0ALICE", view=modal()))["error"] == "invalid_arguments"
    assert (await alice.home())["hash"] == second["hash"]


async def test_slacks_own_client_checks_fields_before_it_submits(call, trigger, alice, slack):
    """Required fields and lengths are complained of without asking the app."""
    await call("views.open", trigger_id=trigger(), view=modal())
    result = await alice.submit()
    assert result == {
        "errors": {"words": "Please complete this required field."},
        "local": True,
        "acked": False,
        "ms": 0,
    }
    assert not slack.slack.journal.rows(kind="delivery")
