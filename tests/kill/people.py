"""Simulated staff: they see a card, press Reply, write, press Send, and press again when Slack shows its triangle."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests import world
from tests.kill.stage import Stage

PATIENCE = 2.0  # seconds until somebody who sees no window presses again


@dataclass(slots=True)
class Nurse:
    """One person with one Slack account."""

    stage: Stage
    slack: str = "U0NURSE00"
    triangles: int = 0
    pause: float = 0.4

    async def card(self, token: str, channel: str = "C0NURSING") -> dict[str, Any] | None:
        """The card that shows this token, as it is now."""
        seen = await self.stage.look("messages", channel=channel, peek="1", **{"as": self.slack})
        for message in seen["messages"]:
            if message["is_bot"] and not message["ephemeral"] and token in world.words(message).split():
                return dict(message)
        return None

    async def answer(self, card: Mapping[str, Any], words: str, *, channel: str = "C0NURSING") -> None:
        """Reply to a card, until the window has closed."""
        while True:
            view = await self._opened(card, channel)
            if await self._sent(view, words):
                return

    async def press(self, card: Mapping[str, Any], label: str, channel: str) -> bool:
        """Press a button of a card; whether Slack saw it acknowledged."""
        found = _button(card, label)
        if found is None:
            return False
        told = await self.stage.human("press", channel=channel, ts=card["ts"], **found, **{"as": self.slack})
        self.triangles += "warning" in told
        return bool(told.get("acked"))

    async def _opened(self, card: Mapping[str, Any], channel: str) -> dict[str, Any]:
        known = {view["id"] for view in await self._views()}
        loop = asyncio.get_running_loop()
        while True:
            card = await self._now(card, channel)
            acked = await self.press(card, "Reply", channel)
            end = loop.time() + (PATIENCE if acked else self.pause)
            while loop.time() < end:
                for view in await self._views():
                    if view["id"] not in known and view["callback_id"] == "reply":
                        return view
                await asyncio.sleep(0.03)

    async def _now(self, card: Mapping[str, Any], channel: str) -> Mapping[str, Any]:
        seen = await self.stage.look("messages", channel=channel, peek="1", **{"as": self.slack})
        return next((message for message in seen["messages"] if message["ts"] == card["ts"]), card)

    async def _views(self) -> list[dict[str, Any]]:
        return list((await self.stage.look("views", **{"as": self.slack}))["views"])

    async def _sent(self, view: Mapping[str, Any], words: str) -> bool:
        """Press Send on this window until it says something; True when the answer is sent, False to begin anew."""
        while True:
            values: dict[str, Any] = {world.text_block(view): words}
            told = await self.stage.human("submit", view_id=view["id"], values=values, **{"as": self.slack})
            if told.get("closed"):
                return True
            said = " ".join((told.get("errors") or {}).values())
            if "Already sent" in said:
                await self.stage.human("close", view_id=view["id"], **{"as": self.slack})
                return True
            if "impossible" in told or "updated" in told or "do not know this window" in said:
                return False
            self.triangles += "warning" in told
            await asyncio.sleep(self.pause)


def _button(card: Mapping[str, Any], label: str) -> dict[str, Any] | None:
    """The button, or that entry behind the dots, as what a press of it names."""
    for block in card["blocks"]:
        for element in block.get("elements", ()):
            found = {"block_id": block["block_id"], "action_id": element.get("action_id")}
            if element.get("type") == "button" and element["text"]["text"] == label:
                return found
            for option in element.get("options", ()) if element.get("type") == "overflow" else ():
                if option["text"]["text"] == label:
                    return found | {"selected_option": option}
    return None
