"""What people write in a card's thread is an internal note; it never leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain import note
from bot.failpoint import failpoint
from handlers.context import Front

WRITTEN = {None, "thread_broadcast", "file_share", "me_message"}


def register(app: AsyncApp, front: Front) -> None:
    """Messages, edits and deletions in the channels that I am in."""

    async def on_message(event: Mapping[str, Any]) -> None:
        subtype = event.get("subtype")
        if subtype in WRITTEN:
            await _written(front, event)
        elif subtype == "message_changed":
            await _changed(front, event, event.get("message") or {})
        elif subtype == "message_deleted":
            await _changed(front, event, None)

    app.event("message")(on_message)


async def _written(front: Front, event: Mapping[str, Any]) -> None:
    thread, ts = event.get("thread_ts"), event.get("ts")
    if not thread or thread == ts or event.get("bot_id") or not event.get("user"):
        return
    failpoint("note.received")
    await front.store.run(
        note.note,
        channel=str(event.get("channel")),
        thread_ts=str(thread),
        ts=str(ts),
        person=await front.person({"user": {"id": event["user"], "team_id": event.get("user_team")}}),
        text=str(event.get("text") or "(a file)"),
        now=front.clock(),
    )
    failpoint("note.done")


async def _changed(front: Front, event: Mapping[str, Any], message: Mapping[str, Any] | None) -> None:
    before = event.get("previous_message") or {}
    ts = (message or before).get("ts") or event.get("deleted_ts")
    if not before.get("thread_ts") or before.get("bot_id"):
        return
    deleted = message is None or message.get("subtype") == "tombstone"
    await front.store.run(
        note.change_note,
        channel=str(event.get("channel")),
        ts=str(ts),
        slack=str((message or before).get("user") or "unknown"),
        text=None if deleted else str((message or {}).get("text") or ""),
        now=front.clock(),
    )
