"""Every design mock-up, drawn by the page in a real Chromium: all words are to be seen, and nothing sticks out."""

import pytest
import pytest_asyncio

from tests.sandbox.page.conftest import MOCKUPS, mockup, watched_tab, whole_sandbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
NAMES = sorted(path.name for path in MOCKUPS.glob("*.json"))
UNSEEN = {
    "options",
    "option_groups",
    "confirm",
    "private_metadata",
    "accessibility_label",
    "metadata",
    "value",
    "filter",
}
WIDTHS = [(1440, 900), (1920, 1080), (390, 844)]
FACTS = """(box) => {
  const shown = [...box.querySelectorAll('*')].filter((one) => one.getClientRects().length);
  const edge = box.getBoundingClientRect();
  const fields = [...box.querySelectorAll('input, textarea')].map((one) => [one.value, one.placeholder]).flat();
  return {
    words: box.innerText + '\\n' + fields.join('\\n'),
    wide: document.documentElement.scrollWidth - innerWidth,
    inner: box.scrollWidth - box.clientWidth,
    out: shown.filter((one) => { if (getComputedStyle(one).display === 'inline') return false; const r = one.getBoundingClientRect(); return r.right > edge.right + 1 || r.left < edge.left - 1; }).map((one) => one.className).slice(0, 5),
    cut: shown.filter((one) => one.matches('button, .rich, .header, .section-text, .context, .hint, .alert') && one.scrollWidth > one.clientWidth + 1).map((one) => one.className).slice(0, 5),
  };
}"""


def words(value):
    """Every text a person must be able to read in these blocks."""
    if isinstance(value, list):
        return [word for one in value for word in words(one)]
    if not isinstance(value, dict):
        return []
    if value.get("type") in {"plain_text", "text", "mrkdwn", "link"}:
        return [value["text"]]
    own = [value["initial_value"]] if "initial_value" in value else []
    own += [
        option["text"]["text"]
        for option in value.get("options", [])
        if value["type"] in {"checkboxes", "radio_buttons"}
    ]
    shown = {name: inner for name, inner in value.items() if name not in UNSEEN}
    if "initial_option" in shown or "initial_conversation" in shown:
        shown.pop("placeholder", None)
    return own + [word for inner in shown.values() for word in words(inner)]


def squeezed(text):
    return " ".join(text.split())


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def wall(browser):
    """One sandbox and one tab that all mock-ups are hung on, one after the other."""
    async with whole_sandbox() as sandbox, watched_tab(browser, sandbox) as tab:
        yield tab, sandbox


async def present(tab, sandbox, name):
    """Brings a mock-up before the person, the way the bot would; its box on the page."""
    shown = mockup(name)
    await tab.set_viewport_size(dict(zip(("width", "height"), WIDTHS[0], strict=True)))
    if await tab.locator(".modal").count():  # of the mock-up before
        await tab.keyboard.press("Escape")
        await tab.wait_for_selector(".modal", state="detached")
    if name.endswith(".home.json"):
        await sandbox.puppet.call("views.publish", user_id="U0ALICE", view=shown)
        await tab.locator(".side-row").first.click()
        box = tab.locator(".home")
        own = max(words(shown["blocks"]), key=len)  # not a word of the Home before
        await tab.wait_for_function(
            "(own) => document.querySelector('.home')?.innerText.replace(/\\s+/g, ' ').includes(own)", arg=squeezed(own)
        )
        return box
    await tab.locator(".side-row", has_text="nursing").click()
    if name.endswith(".message.json"):
        posted = await sandbox.post(name)
        box = tab.locator(f".message[data-ts='{posted['ts']}'] .blocks")
        await box.wait_for()
        return box
    button = {"type": "button", "action_id": "show", "text": {"type": "plain_text", "text": "Show"}}
    posted = await sandbox.puppet.call(
        "chat.postMessage", channel="C0NURSING", text="show", blocks=[{"type": "actions", "elements": [button]}]
    )
    sandbox.puppet.opens("show", shown)
    await tab.locator(f".message[data-ts='{posted['ts']}'] [data-action=show]").click()
    await tab.wait_for_selector(".modal .block")
    return tab.locator(".modal")


@pytest.mark.parametrize("name", NAMES)
async def test_a_mockup_is_drawn_whole(wall, name):
    """No text is missing, none is cut off at the side, and the page never scrolls sideways, on any width."""
    tab, sandbox = wall
    box = await present(tab, sandbox, name)
    shown = mockup(name)
    wanted = words(shown["blocks"]) + (words([shown.get("title"), shown.get("submit"), shown.get("close")]))
    for width, height in WIDTHS:
        await tab.set_viewport_size({"width": width, "height": height})
        facts = await box.evaluate(FACTS)
        seen = squeezed(facts["words"])
        missing = [text for text in wanted if squeezed(text) not in seen]
        assert missing == [], f"{width}: not to be seen"
        assert (facts["wide"], facts["inner"], facts["out"], facts["cut"]) == (0, 0, [], []), f"{width}: sticks out"
    assert wanted


async def test_every_mockup_is_here():
    """The design's mock-ups are all among those drawn."""
    assert len(NAMES) >= 28
