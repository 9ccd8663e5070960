"""What happens to the channels and people that we depend on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain import place
from bot.slack.members import Members, Workspace
from bot.slack.verdict import trouble_of
from handlers.context import Front

TROUBLE_BY_EVENT = {
    "channel_archive": "archived",
    "group_archive": "archived",
    "channel_deleted": "not_found",
    "group_deleted": "not_found",
    "channel_left": "not_in_channel",
    "group_left": "not_in_channel",
    "channel_shared": "shared_outside",
}
MENDED = ("channel_unarchive", "group_unarchive", "channel_unshared")
ASKED_AT_MOST = 3  # times, while other events tell something about the channel


def register(app: AsyncApp, front: Front, members: Members, workspace: Workspace) -> None:
    """Channels come and go; people change."""

    async def on_channel(event: Mapping[str, Any]) -> None:
        channel = event.get("channel")
        channel_id = str(channel.get("id") if isinstance(channel, dict) else channel or "")
        await _troubled(front, channel_id, TROUBLE_BY_EVENT[str(event["type"])])

    async def on_mended(event: Mapping[str, Any]) -> None:
        await _looked_at(front, str(event.get("channel")))

    async def on_join(event: Mapping[str, Any]) -> None:
        if event.get("user") == workspace.bot_user:
            await _looked_at(front, str(event.get("channel")))

    async def on_leave(event: Mapping[str, Any]) -> None:
        if event.get("user") == workspace.bot_user:
            await _troubled(front, str(event.get("channel")), "not_in_channel")

    async def on_user(event: Mapping[str, Any]) -> None:
        members.changed(event.get("user") or {})

    for name in TROUBLE_BY_EVENT:
        app.event(name)(on_channel)
    for name in MENDED:
        app.event(name)(on_mended)
    app.event("member_joined_channel")(on_join)
    app.event("member_left_channel")(on_leave)
    app.event("user_change")(on_user)


async def _troubled(front: Front, channel_id: str, trouble: str) -> None:
    await front.store.run(place.troubled, channel_id=channel_id, trouble=trouble, now=front.clock())


async def _looked_at(front: Front, channel_id: str) -> None:
    """One trouble is over; whether there is another one, only Slack knows: two companies may read it, and one left."""
    for _ in range(ASKED_AT_MOST):
        before = await front.store.read(place.known_as, channel_id=channel_id)
        trouble = trouble_of(await front.poster.call("conversations.info", read=True, channel=channel_id))
        if trouble is None:  # the next round asks again
            return
        now = front.clock()
        if await front.store.run(place.looked_at, channel_id=channel_id, trouble=trouble, before=before, now=now):
            return
