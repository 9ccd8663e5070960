"""One person's eyes and hands over `/_human/`, for tests and scripted walks through the workspace."""

from __future__ import annotations

from typing import Any

import aiohttp

from bot.sandbox.slack.field import elements
from bot.sandbox.slack.refusal import Impossible


class Visitor:
    """Speaks to a stand-in at `url` as `user`; raises Impossible where the stand-in says so."""

    def __init__(self, url: str, user: str, session: aiohttp.ClientSession) -> None:
        self.url, self.user, self._session = url.rstrip("/"), user, session

    async def look(self, what: str, **query: Any) -> dict[str, Any]:
        given = {name: str(value) for name, value in {"as": self.user, **query}.items()}
        async with self._session.get(f"{self.url}/_human/{what}", params=given) as response:
            return await _found(response)

    async def act(self, what: str, **body: Any) -> dict[str, Any]:
        async with self._session.post(f"{self.url}/_human/{what}", json={"as": self.user, **body}) as response:
            return await _found(response)

    async def messages(self, channel: str) -> list[dict[str, Any]]:
        return list((await self.look("messages", channel=channel))["messages"])

    async def thread(self, channel: str, ts: str) -> list[dict[str, Any]]:
        return list((await self.look("thread", channel=channel, ts=ts))["messages"])

    async def views(self) -> list[dict[str, Any]]:
        return list((await self.look("views"))["views"])

    async def top(self) -> dict[str, Any]:
        """The window on top.

        Raises:
            Impossible: no window is open.
        """
        stack = await self.views()
        if not stack:
            raise Impossible(f"{self.user} has no window open")
        return stack[-1]

    async def home(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = (await self.look("home"))["view"]
        return found

    async def post(self, channel: str, text: str, thread_ts: str = "") -> str:
        return str((await self.act("post", channel=channel, text=text, thread_ts=thread_ts))["ts"])

    async def command(self, channel: str, text: str) -> dict[str, Any]:
        return await self.act("command", channel=channel, text=text)

    async def press(self, action_id: str, *, block_id: str = "", **where: Any) -> dict[str, Any]:
        """Press the element with this action_id; `where` is channel and ts, view_id, or home=True, and its value."""
        return await self.act("press", action_id=action_id, block_id=block_id, **where)

    async def press_label(self, label: str, **where: Any) -> dict[str, Any]:
        """Press the button that reads so, or choose the overflow entry that does."""
        for block, element in elements(await self._blocks(where)):
            ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
            if element.get("type") == "button" and element["text"]["text"] == label:
                return await self.act("press", **ids, **where)
            for option in element.get("options") or ():
                if element["type"] == "overflow" and option["text"]["text"] == label:
                    return await self.act("press", **ids, **where, selected_option=option)
        raise Impossible(f"nothing here reads {label!r}")

    async def _blocks(self, where: dict[str, Any]) -> list[dict[str, Any]]:
        if where.get("home"):
            home = await self.home()
            return list(home["blocks"]) if home else []
        if "view_id" in where:
            return [block for view in await self.views() if view["id"] == where["view_id"] for block in view["blocks"]]
        seen = [*await self.messages(where["channel"])]
        if all(message["ts"] != where["ts"] for message in seen):
            for message in list(seen):
                seen += await self.thread(where["channel"], message["ts"]) if message["reply_count"] else []
        return [block for message in seen if message["ts"] == where["ts"] for block in message["blocks"]]

    async def submit(self, view_id: str = "", **values: Any) -> dict[str, Any]:
        """Submit a window, the top one if none is named; `values` by block_id."""
        return await self.act("submit", view_id=view_id or (await self.top())["id"], values=values)


async def _found(response: aiohttp.ClientResponse) -> dict[str, Any]:
    found: dict[str, Any] = await response.json()
    if response.status != 200:
        raise Impossible(str(found.get("error")), response.status)
    return found
