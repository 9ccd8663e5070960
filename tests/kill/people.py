"""Simulated staff: they see a card, press, fill in a window, submit it, and press again when Slack shows its triangle."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests import world
from tests.kill.practice import NAMES, NURSES
from tests.kill.stage import Stage

PATIENCE = 2.0  # seconds until somebody who sees no window presses again
BEHIND = frozenset({"Add note"})
VISIT = {"visit_date_1": "2031-12-02", "visit_time_1": "15:20"}
Message = Mapping[str, Any]
Look = Callable[[], Message | None]
Fill = Callable[[dict[str, Any]], Awaitable[bool]]


@dataclass(slots=True)
class Nurse:
    """One person with one Slack account, a prescriber as well."""

    stage: Stage
    slack: str = NURSES[0]
    pause: float = 0.3
    triangles: int = 0
    refused: int = 0

    @property
    def direct(self) -> str:
        """Their direct messages with the bot."""
        return "D" + self.slack[1:]

    async def card(self, token: str, channel: str = "C0NURSING") -> dict[str, Any] | None:
        """The card that shows this token, as it is now."""
        return self.stage.board.card(token, channel)

    # what they do to a message

    async def answer(self, token: str, words: str, channel: str = "C0NURSING") -> None:
        """Reply, until the window has closed."""
        await self.work(token, "Reply", channel, "reply", lambda view: self._sent(view, "reply_text", words))

    async def forward(self, token: str, to: str, channel: str, note: str) -> None:
        """Hand it to a colleague."""

        async def fill(view: dict[str, Any]) -> bool:
            option = await self._option(view, "forward_to", NAMES[to])
            return option is not None and await self._filled(view, forward_to=option, forward_note=note)

        await self.work(token, "Forward", channel, "forward", fill)

    async def respond(self, token: str, channel: str, text: str) -> None:
        """Send it back to whoever forwarded it."""
        await self.work(token, "Respond", channel, "respond", lambda view: self._filled(view, respond_text=text))

    async def note(self, token: str, channel: str, text: str) -> None:
        """Add a note."""
        await self.work(token, "Add note", channel, "note", lambda view: self._filled(view, note_text=text))

    async def look_into(self, place: tuple[str, str], text: str) -> None:
        """A card says that it could not be drawn: look behind Open, leave a note, and it is drawn anew."""
        await self._until_done(
            lambda: self.stage.board.at(place),
            "Add note",
            place[0],
            "note",
            lambda view: self._filled(view, note_text=text),
        )

    async def snooze(self, token: str, channel: str, *, seconds: int) -> None:
        """Put it aside."""

        async def fill(view: dict[str, Any]) -> bool:
            until = {"selected_date_time": int(time.time()) + seconds}
            return await self._filled(view, snooze_until=until)

        await self.work(token, "Snooze", channel, "snooze", fill)

    async def decide(self, token: str, channel: str, words: str, *, back: bool = False) -> None:
        """Approve the refill as asked, on both pages; `back`: the colleague who forwarded it answers the family."""

        async def fill(view: dict[str, Any]) -> bool:
            if not await self._filled(view, line_1_outcome="approved", turns="refill_confirm"):
                return False
            page = await self._seen(view["id"], "family_words")
            if page is None or page["callback_id"] != "refill_confirm":
                return page is not None and page["callback_id"] == "gone"
            if back:
                page = await self._chosen(page, "answer_by", "back", shows="Nothing leaves from this window")
            return page is not None and await self._sent(page, "family_words", words)

        await self.work(token, "Refill", channel, "refill", fill)

    async def book(self, token: str, channel: str, words: str) -> None:
        """Book the visit and tell the family."""

        async def fill(view: dict[str, Any]) -> bool:
            page = await self._chosen(view, "outcome", "booked", shows="Date")
            return page is not None and await self._sent(page, "reply_text", words, **VISIT)

        await self.work(token, "Schedule", channel, "outcome", fill)

    async def refer(self, token: str, channel: str, words: str) -> None:
        """The referral is created: the family has its number."""

        async def fill(view: dict[str, Any]) -> bool:
            page = await self._chosen(view, "outcome", "created", shows="Specialist")
            return page is not None and await self._sent(page, "reply_text", words, referral_number="R-77")

        await self.work(token, "Referral created", channel, "outcome", fill)

    async def record(self, token: str, channel: str) -> None:
        """The chart is updated: it closes without a word to the family."""
        await self.work(token, "Chart updated", channel, "outcome", lambda view: self._filled(view, outcome="recorded"))

    async def push(self, token: str, label: str, channel: str, *, until: Callable[[Message], bool]) -> None:
        """Press a button that opens no window, until the card shows that it counted."""
        while True:
            card = await self.card(token, channel)
            if card is not None and until(card):
                return
            acked = card is not None and await self.press(card, label, channel)
            end = asyncio.get_running_loop().time() + (PATIENCE if acked else self.pause)
            while asyncio.get_running_loop().time() < end:
                card = await self.card(token, channel)
                if card is not None and until(card):
                    return
                await asyncio.sleep(0.05)

    # how they do it

    async def work(self, token: str, label: str, channel: str, callback: str, fill: Fill) -> None:
        """Press until a window opens, fill it in, and begin anew until it says that it is done."""
        await self._until_done(lambda: self.stage.board.card(token, channel), label, channel, callback, fill)

    async def _until_done(self, look: Look, label: str, channel: str, callback: str, fill: Fill) -> None:
        while True:
            await self._tidied()
            view = await self._opened(look, label, channel, callback)
            if await fill(view):
                return

    async def press(self, card: Message, label: str, channel: str) -> bool:
        """Press a button of a card; whether Slack saw it acknowledged."""
        found = _button(card, label)
        if found is None:
            return False
        told = await self.stage.human("press", channel=channel, ts=card["ts"], **found, **{"as": self.slack})
        self.triangles += "warning" in told
        return bool(told.get("acked"))

    async def _opened(self, look: Look, label: str, channel: str, callback: str) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        while True:
            card = look()
            acked = card is not None and await self._reached(card, label, channel)
            end = loop.time() + (PATIENCE if acked else self.pause)
            while loop.time() < end:
                for view in self.stage.board.windows(self.slack):
                    if view["callback_id"] == callback:
                        return view
                await asyncio.sleep(0.05)

    async def _reached(self, card: Message, label: str, channel: str) -> bool:
        """Press it on the card; what has no room there is offered in the window behind Open."""
        if label not in BEHIND or _button(card, label) is not None:
            return await self.press(card, label, channel)
        for view in self.stage.board.windows(self.slack):
            if view["callback_id"] == "open" and (found := _button(view, label)):
                told = await self.stage.human("press", view_id=view["id"], **found, **{"as": self.slack})
                return bool(told.get("acked"))
        if await self.press(card, "Open", channel):
            await asyncio.sleep(self.pause)
        return False

    async def _tidied(self) -> None:
        """Close whatever is open."""
        opened = self.stage.board.windows(self.slack)
        if opened:
            await self.stage.human("close", all=True, view_id=opened[-1]["id"], **{"as": self.slack})
        self.stage.board.close(self.slack)

    async def _views(self) -> list[dict[str, Any]]:
        return list((await self.stage.look("views", **{"as": self.slack}))["views"])

    def _view(self, view_id: str) -> dict[str, Any] | None:
        return next((view for view in self.stage.board.windows(self.slack) if view["id"] == view_id), None)

    async def _seen(self, view_id: str, shows: str) -> dict[str, Any] | None:
        """The window once it shows this (words, or the name of a field), or has turned into another one."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while loop.time() < end:
            view = self._view(view_id)
            if view is None:
                return None
            if shows in world.words(view) or shows in str(view["blocks"]) or view["callback_id"] == "gone":
                return view
            await asyncio.sleep(0.05)
        return None

    async def _chosen(self, view: dict[str, Any], name: str, value: str, *, shows: str) -> dict[str, Any] | None:
        """Choose in a field that the window follows, again if it does not."""
        try:
            block = world.block_of(view, name)
            field = world.filled(view, name, value)[block["block_id"]]
        except StopIteration:
            return None  # it is not offered any more: somebody did it a moment ago
        action_id, given = next(iter(field.items()))
        for _ in range(4):
            told = await self.stage.human(
                "press",
                view_id=view["id"],
                block_id=block["block_id"],
                action_id=action_id,
                **given,
                **{"as": self.slack},
            )
            if "impossible" in told:
                return None
            shown = await self._seen(view["id"], shows) if told.get("acked") else None
            if shown is not None:
                return shown
            await asyncio.sleep(self.pause)
        return None

    async def _option(self, view: dict[str, Any], name: str, query: str) -> Mapping[str, Any] | None:
        block = world.block_of(view, name)
        asked = {"view_id": view["id"], "block_id": block["block_id"], "action_id": block["element"]["action_id"]}
        for _ in range(10):
            told = await self.stage.human("options", query=query, **asked, **{"as": self.slack})
            if told.get("options"):
                return dict(told["options"][0])
            if "impossible" in told:
                return None
            await asyncio.sleep(self.pause)
        return None

    async def _sent(self, view: dict[str, Any], field: str, words: str, **more: Any) -> bool:
        """Submit a window whose words go to the family."""
        return await self._filled(view, **{field: words}, **more)

    async def _filled(self, view: dict[str, Any], *, turns: str = "", **fields: Any) -> bool:
        """Submit until the window says something; False to begin anew. `turns`: into which page it has to turn."""
        values: dict[str, Any] = {}
        for name, given in fields.items():
            if not world.takes(view, name, given):
                return False  # it opened late, for something else that was pressed before
            values |= world.filled(view, name, given)
        while True:
            told = await self.stage.human("submit", view_id=view["id"], values=values, **{"as": self.slack})
            said = " ".join((told.get("errors") or {}).values())
            if told.get("closed") or "lready sent" in said or "done already" in said:
                return True
            if "updated" in told:
                return self._turned(view["id"], turns)
            if "impossible" in told:
                if not await self._on_top(view["id"]):
                    return False
                continue
            if said and "in a moment" not in said:
                self.refused += 1
                return False
            self.triangles += "warning" in told
            await asyncio.sleep(self.pause)

    async def _on_top(self, view_id: str) -> bool:
        """Close what a press that was thought lost opened above this window; False when it is gone itself."""
        views = await self._views()
        if view_id not in {view["id"] for view in views}:
            return False
        if views[-1]["id"] != view_id:
            await self.stage.human("close", view_id=views[-1]["id"], **{"as": self.slack})
        return True

    def _turned(self, view_id: str, turns: str) -> bool:
        """Whether the window became the page that it should, or one that says that all is done."""
        view = self._view(view_id)
        return view is not None and view["callback_id"] in {turns, "gone"} - {""}


def _button(card: Message, label: str) -> dict[str, Any] | None:
    """The button, or that entry behind the dots, as what a press of it names."""
    for block in card["blocks"]:
        for element in (*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())):
            found = {"block_id": block["block_id"], "action_id": element.get("action_id")}
            if element.get("type") == "button" and element["text"]["text"] == label:
                return found
            for option in element.get("options", ()) if element.get("type") == "overflow" else ():
                if option["text"]["text"] == label:
                    return found | {"selected_option": option}
    return None


def offers(label: str) -> Callable[[Message], bool]:
    """Whether a card has that button."""
    return lambda card: _button(card, label) is not None


def shows(words: str) -> Callable[[Message], bool]:
    """Whether a card has these words."""
    return lambda card: words in world.words(card)


def lacks(label: str) -> Callable[[Message], bool]:
    """Whether a card does not have that button."""
    return lambda card: _button(card, label) is None
