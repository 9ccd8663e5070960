"""A message that goes through several hands: taken, forwarded, answered by the colleague, sent to the family."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from tests import world
from tests.kill import scene
from tests.kill.people import Nurse, _button
from tests.kill.stage import Stage


async def through_hands(stage: Stage, token: str) -> None:
    """One takes it and hands it on, the other sends it back, the first one answers; each presses until it is seen."""
    first, second = Nurse(stage, "U0NURSE00"), Nurse(stage, "U0NURSE01")
    await stage.write(token)
    await world.until(lambda: first.card(token), what=f"the card of {token}", within=40)
    await _pressed(first, token, "Take it", "C0NURSING", until="In progress")
    await _submitted(first, token, "Forward", "C0NURSING", {"forward_to": "p:U0NURSE01"}, until="from Nurse 00")
    direct = "D" + second.slack[1:]
    await world.until(lambda: second.card(token, direct), what="the direct message", within=40)
    await _submitted(second, token, "Respond", direct, {"respond_text": "Yes, do."}, until="Came back", by=first)
    card = await first.card(token)
    assert card is not None
    await first.answer(card, f"Answer to {token}")
    await world.until(lambda: scene.delivered(first, token), what="the receipt", within=40)


async def _shows(nurse: Nurse, token: str, words: str) -> bool:
    card = await nurse.card(token)
    return card is not None and words in world.words(card)


async def _pressed(nurse: Nurse, token: str, label: str, channel: str, *, until: str) -> None:
    """Press until the card says so: whoever sees nothing happen presses again."""
    loop = asyncio.get_running_loop()
    end = loop.time() + 40
    while not await _shows(nurse, token, until):
        assert loop.time() < end, f"{label} had no effect"
        card = await nurse.card(token, channel)
        if card is not None:
            await nurse.press(card, label, channel)
        for _ in range(20):
            if await _shows(nurse, token, until):
                return
            await asyncio.sleep(0.05)


async def _submitted(
    nurse: Nurse,
    token: str,
    label: str,
    channel: str,
    values: Mapping[str, str],
    *,
    until: str,
    by: Nurse | None = None,
) -> None:
    """Open the window, fill it and submit it, until the channel's card says so."""
    seen = by or nurse
    loop = asyncio.get_running_loop()
    end = loop.time() + 60
    while not await _shows(seen, token, until):
        assert loop.time() < end, f"{label} had no effect"
        view = await _opened(nurse, token, label, channel)
        if view is not None:
            await _filled(nurse, view, values)
        for _ in range(20):
            if await _shows(seen, token, until):
                return
            await asyncio.sleep(0.05)


async def _opened(nurse: Nurse, token: str, label: str, channel: str) -> dict[str, Any] | None:
    card = await nurse.card(token, channel)
    if card is None or _button(card, label) is None:
        return None
    known = {view["id"] for view in await nurse._views()}
    await nurse.press(card, label, channel)
    for _ in range(40):
        for view in await nurse._views():
            if view["id"] not in known and view["callback_id"] == label.lower():
                return view
        await asyncio.sleep(0.05)
    return None


async def _filled(nurse: Nurse, view: Mapping[str, Any], values: Mapping[str, str]) -> None:
    given: dict[str, Any] = {}
    for name, value in values.items():
        block = world.block_of(view, name)
        element = block["element"]
        one: Any = {"value": value}
        if element["type"] == "external_select":
            ids = {"view_id": view["id"], "block_id": block["block_id"], "action_id": element["action_id"]}
            told = await nurse.stage.human("options", **ids, query="", **{"as": nurse.slack})
            found = [option for option in told.get("options") or () if option["value"] == value]
            if not found:
                return
            one = {"selected_option": found[0]}
        given[block["block_id"]] = {element["action_id"]: one}
    await nurse.stage.human("submit", view_id=view["id"], values=given, **{"as": nurse.slack})
