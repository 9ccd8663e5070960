"""What a visitor does with mouse and keyboard, and what the bot hears of it."""

import asyncio

import pytest

from tests.sandbox.page.conftest import mockup

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def plain(text):
    return {"type": "plain_text", "text": text}


def field(block_id, label, *, multiline=False, **more):
    element = {"type": "plain_text_input", "action_id": "text", "multiline": multiline, **more.pop("element", {})}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def window(*blocks, title="Window", submit="Send"):
    return {
        "type": "modal",
        "callback_id": "window",
        "title": plain(title),
        "submit": plain(submit),
        "blocks": list(blocks),
    }


async def card(sandbox, *elements, channel="C0NURSING"):
    await sandbox.puppet.call(
        "chat.postMessage", channel=channel, text="card", blocks=[{"type": "actions", "elements": list(elements)}]
    )


def button(action_id="go", **more):
    return {"type": "button", "action_id": action_id, "text": plain("Go"), "value": "c_1", **more}


async def heard(sandbox, kind, count=1):
    for _ in range(300):
        found = [one for one in sandbox.puppet.heard if one.get("type", "command") == kind]
        if len(found) >= count:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"no {kind} among {[one.get('type') for one in sandbox.puppet.heard]}")


async def opened(tab, sandbox, view):
    await card(sandbox, button())
    sandbox.puppet.opens("go", view)
    await tab.locator("[data-action=go]").click()
    await tab.wait_for_selector(".modal")


async def test_a_button_is_pressed_by_keyboard(tab, sandbox):
    """Enter on a focused button reaches the bot with its value."""
    await card(sandbox, button())
    await tab.locator("[data-action=go]").focus()
    await tab.keyboard.press("Enter")
    (press,) = await heard(sandbox, "block_actions")
    assert (press["user"]["id"], press["actions"][0]["value"]) == ("U0ALICE", "c_1")


async def test_a_confirm_asks_once_more(tab, sandbox):
    """Nothing is sent on Back; it is on the confirming button."""
    asks = {
        "title": plain("Sure?"),
        "text": plain("It cannot be undone."),
        "confirm": plain("Do it"),
        "deny": plain("Back"),
    }
    await card(sandbox, button(confirm=asks))
    await tab.locator("[data-action=go]").click()
    await tab.get_by_role("button", name="Back", exact=True).click()
    assert sandbox.puppet.heard == []
    await tab.locator("[data-action=go]").click()
    await tab.get_by_role("button", name="Do it").click()
    await heard(sandbox, "block_actions")


async def test_the_overflow_menu(tab, sandbox):
    """Arrow keys and Enter choose an entry."""
    entries = [{"text": plain(name), "value": name} for name in ("open", "take", "snooze")]
    await card(sandbox, {"type": "overflow", "action_id": "more", "options": entries})
    await tab.locator("[data-action=more]").click()
    await tab.keyboard.press("ArrowDown")
    await tab.keyboard.press("Enter")
    (press,) = await heard(sandbox, "block_actions")
    assert press["actions"][0]["selected_option"]["value"] == "take"
    await tab.locator("[data-action=more]").click()
    await tab.keyboard.press("Escape")
    assert await tab.locator(".popup").count() == 0


async def test_a_window_is_filled_in_and_sent(tab, sandbox):
    """Typed text and choices arrive in the submission; the window closes."""
    await opened(tab, sandbox, mockup("reply.modal.json"))
    await tab.get_by_label("Reply", exact=True).fill("Hello, keep the ear dry.")
    await tab.get_by_label("Done after sending").uncheck()
    await tab.locator(".modal .primary.big").click()
    (sent,) = await heard(sandbox, "view_submission")
    values = [one for block in sent["view"]["state"]["values"].values() for one in block.values()]
    assert {"type": "plain_text_input", "value": "Hello, keep the ear dry."} in values
    assert {"type": "checkboxes", "selected_options": []} in values
    await tab.wait_for_selector(".modal", state="detached")


async def test_errors_stand_under_their_field(tab, sandbox):
    """The app's errors, and Slack's own for a required field, are shown where they belong; the text stays."""

    async def refuse(_):
        return {"response_action": "errors", "errors": {"words": "Too short."}}

    sandbox.puppet.answers["window"] = refuse
    await opened(tab, sandbox, window(field("words", "Words")))
    await tab.locator(".modal .primary.big").click()
    await tab.wait_for_selector("[data-block=words] .field-error >> text=required")
    await tab.get_by_label("Words").fill("Hi")
    await tab.locator(".modal .primary.big").click()
    await tab.wait_for_selector("[data-block=words] .field-error >> text=Too short.")
    assert await tab.get_by_label("Words").input_value() == "Hi"


async def test_typing_survives_a_redraw(tab, sandbox):
    """views.update keeps what was typed under the same ids, and puts a new text where the block is new."""
    choice = {
        "type": "radio_buttons",
        "action_id": "how",
        "options": [{"text": plain(name), "value": name} for name in ("a", "b")],
    }
    picks = {"type": "input", "block_id": "how", "label": plain("How"), "element": choice, "dispatch_action": True}

    async def redraw(payload):
        view = window(
            picks,
            field("kept", "Kept"),
            field("phrase:2", "Phrase", element={"initial_value": "Inserted"}),
            title="Second",
        )
        await sandbox.puppet.call("views.update", view_id=payload["view"]["id"], view=view)

    await opened(tab, sandbox, window(picks, field("kept", "Kept"), field("phrase:1", "Phrase")))
    sandbox.puppet.answers["how"] = redraw
    await tab.get_by_label("Phrase").fill("lost")
    await tab.get_by_label("Kept").fill("still here")
    await tab.get_by_label("b", exact=True).check()
    await tab.wait_for_selector(".modal h2 >> text=Second")
    assert await tab.get_by_label("Kept").input_value() == "still here"
    assert await tab.get_by_label("Phrase").input_value() == "Inserted"
    assert await tab.get_by_label("b", exact=True).is_checked()


async def test_typing_goes_on_while_a_redraw_arrives(tab, sandbox):
    """A redraw under the hands of somebody typing keeps focus, caret and every letter."""
    await opened(tab, sandbox, window(field("kept", "Kept", multiline=True)))
    (press,) = await heard(sandbox, "block_actions")
    await tab.get_by_label("Kept").click()
    await tab.keyboard.type("Good mor")
    view = await sandbox.puppet.session.get(f"{sandbox.slack.human_url}views?as=U0ALICE")
    view_id = (await view.json())["views"][-1]["id"]
    changed = window(field("kept", "Kept", multiline=True, hint=plain("A new hint")), title="Second")
    await sandbox.puppet.call("views.update", view_id=view_id, view=changed)
    await tab.wait_for_selector("text=A new hint")
    await tab.keyboard.type("ning")
    assert await tab.get_by_label("Kept").input_value() == "Good morning"
    assert press["trigger_id"]


async def test_stacked_windows(tab, sandbox):
    """A pushed window lies on top; Escape takes it away and the one beneath is as it was."""

    async def push(_):
        return {"response_action": "push", "view": window(field("second", "Second"), title="On top")}

    sandbox.puppet.answers["window"] = push
    await opened(tab, sandbox, window(field("first", "First")))
    await tab.get_by_label("First").fill("one")
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector(".modal h2 >> text=On top")
    await tab.keyboard.press("Escape")
    await tab.wait_for_selector(".modal h2 >> text=Window")
    assert await tab.get_by_label("First").input_value() == "one"
    await tab.get_by_role("button", name="Close", exact=True).click()
    await tab.wait_for_selector(".modal", state="detached")


async def test_an_external_select_asks_the_bot(tab, sandbox):
    """Typing asks for options; Enter takes the first; the submission holds it."""

    async def suggest(payload):
        names = ["Dr. Dana Lee", "Dr. Omar Shah"]
        return {
            "options": [
                {"text": plain(name), "value": name} for name in names if payload["value"].lower() in name.lower()
            ]
        }

    select = {"type": "external_select", "action_id": "who", "min_query_length": 2, "placeholder": plain("Choose")}
    sandbox.puppet.answers["who"] = suggest
    await opened(tab, sandbox, window({"type": "input", "block_id": "who", "label": plain("To"), "element": select}))
    await tab.locator("[data-action=who]").click()
    await tab.keyboard.type("sha")
    await tab.wait_for_selector(".popup-item >> text=Omar")
    await tab.keyboard.press("Enter")
    await tab.locator(".modal .primary.big").click()
    (sent,) = await heard(sandbox, "view_submission")
    assert sent["view"]["state"]["values"]["who"]["who"]["selected_option"]["value"] == "Dr. Omar Shah"


async def test_slacks_warning_is_shown(tab, sandbox):
    """An app that does not answer a press gets Slack's triangle."""
    await card(sandbox, button())

    async def broken(_):
        raise RuntimeError

    sandbox.puppet.answers["go"] = broken
    await tab.locator("[data-action=go]").click()
    await tab.wait_for_selector(".toast.warning >> text=trouble")


async def test_a_slash_command_and_a_thread(tab, sandbox):
    """Commands reach the bot; words in a thread stay in it and are counted under the message."""
    await card(sandbox, button())

    async def answer(_):
        return {"text": "Everything is running."}

    sandbox.puppet.answers["/portal"] = answer
    await tab.get_by_label("Message #nursing").fill("/portal status")
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector(".whisper >> text=Only visible to you")
    assert (await heard(sandbox, "command"))[0]["text"] == "status"
    await tab.locator(".message").first.hover()
    await tab.get_by_label("Reply in thread").first.click()
    await tab.get_by_label("Reply…").fill("Mom called too.")
    await tab.keyboard.press("Enter")
    await tab.wait_for_selector(".thread .message >> text=Mom called too.")
    await tab.wait_for_selector(".thread-link >> text=1 reply")


async def test_the_visitor_becomes_somebody_else(tab, sandbox):
    """Act as: other channels, other windows, and a dot where somebody has a new direct message."""
    direct = await sandbox.puppet.call("conversations.open", users="U0SHAH")
    await sandbox.puppet.call("chat.postMessage", channel=direct["channel"]["id"], text="For you")
    await tab.reload()
    await tab.wait_for_selector(".act-dot")
    await tab.locator(".workspace .act-as").click()
    await tab.get_by_role("option", name="Dr. Omar Shah").click()
    await tab.wait_for_selector(".workspace .act-as >> text=Dr. Omar Shah, MD")
    await tab.locator(".side-row").first.click()
    await tab.get_by_role("tab", name="Messages").click()
    await tab.wait_for_selector(".message >> text=For you")


async def test_text_from_outside_is_never_markup(tab, sandbox):
    """Tags, scripts and odd links in texts are shown as they were written."""
    evil = "<img src=x onerror=alert(1)> <script>alert(1)</script> &amp; *bold*"
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": evil},
                    {"type": "link", "url": "javascript:alert(1)", "text": "press me"},
                ],
            }
        ],
    }
    await sandbox.puppet.call("chat.postMessage", channel="C0NURSING", text="x", blocks=[rich])
    await tab.wait_for_selector(".message >> text=press me")
    assert evil in await tab.locator(".message .rich").inner_text()
    assert await tab.locator(".message .rich a, .message .rich img, .message .rich script").count() == 0


async def test_a_parent_writes_and_is_answered(tab, sandbox):
    """The family's side: an example fills the form, the answer appears, and reading it is told to the practice."""
    from aiohttp import ClientSession

    from tests.sandbox.portal.conftest import Bot

    await tab.get_by_role("button", name="Ask a question").click()
    await tab.get_by_role("button", name="Ear pain").click()
    await tab.get_by_role("button", name="Send to the practice").click()
    await tab.wait_for_selector(".bubble.mine >> text=ear pain")
    message = next(iter(sandbox.portal.memory.messages.values()))["data"]
    async with ClientSession() as session:
        to = {"portal_user_id": message["sender"]["portal_user_id"]}
        where = {"thread_id": message["thread_id"], "in_reply_to": message["message_id"], "to": to}
        await Bot(session, sandbox.portal.url).reply("r-7", "Please come at 3:40 PM.", **where)
    await tab.wait_for_selector(".bubble.theirs >> text=3:40 PM")
    await tab.wait_for_selector(".bubble.theirs >> text=you read it")
    assert sandbox.portal.memory.shown("r-7")[0]["read_at"]


@pytest.mark.parametrize(
    "kind", ["Ask a question", "Refill a medicine", "Ask for an appointment", "New insurance", "Ask for a referral"]
)
async def test_every_example_of_every_kind_can_be_sent(tab, sandbox, kind):
    """Each one-click example makes a complete message."""
    await tab.locator(".kind", has_text=kind).click()
    names = await tab.locator(".sample").all_inner_texts()
    for number, name in enumerate(names, 1):
        await tab.get_by_role("button", name=name, exact=True).click()
        await tab.get_by_role("button", name="Send to the practice").click()
        await tab.wait_for_selector(".bubble.mine")
        assert len(sandbox.portal.memory.messages) == number
        await tab.get_by_label("Back").click()
        await tab.locator(".kind", has_text=kind).click()


async def test_the_guide_leads_the_way(tab, sandbox):
    """Each step's button goes there; closed, it stays closed."""
    steps = tab.get_by_role("button", name="Show me")
    await steps.nth(1).click()
    await tab.wait_for_selector(".family-form >> text=Refill a medicine")
    await tab.wait_for_selector(".pane-head >> text=refills")
    await steps.nth(2).click()
    await tab.wait_for_selector(".workspace .act-as >> text=Alice Moreno")
    await steps.nth(3).click()
    await tab.wait_for_selector(".workspace .act-as >> text=Dr. Omar Shah")
    await tab.get_by_label("Close the guide").click()
    await tab.reload()
    await tab.wait_for_selector(".side-row")
    assert not await tab.locator(".guide").is_visible()


@pytest.mark.parametrize("wide", [1100, 1340, 1920])
async def test_the_guide_s_steps_stand_two_and_two(tab, wide):
    """On every screen on which both views have room: no step is left alone in a row."""
    await tab.set_viewport_size({"width": wide, "height": 900})
    rows = await tab.evaluate("[...document.querySelectorAll('.guide li')].map(li => li.offsetTop)")
    assert [rows.count(row) for row in sorted(set(rows))] == [2, 2]
