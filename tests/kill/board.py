"""What stands in Slack, read off the stand-in's journal: looking at a card costs the stand-in nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import msgspec

TOKEN = re.compile(r"\btok[0-9a-z-]*[0-9a-z]")
_decode = msgspec.json.Decoder().decode


class Board:
    """The bot's messages as they are drawn now, found by the token that they named when they were posted."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._read = 0
        self.plain: set[tuple[str, str]] = set()  # cards that were drawn plain, after several tries
        self._messages: dict[tuple[str, str], dict[str, Any]] = {}
        self._places: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._views: dict[str, dict[str, Any]] = {}
        self._opened: dict[str, list[str]] = defaultdict(list)
        self._pressed: dict[str, str] = {}
        self._submitted: dict[str, str] = {}
        self._threads: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)

    def card(self, token: str, channel: str) -> dict[str, Any] | None:
        """The newest message in that channel (not in a thread) that was posted about this token."""
        self._catch_up()
        for place in reversed(self._places[token]):
            message = self._messages.get(place)
            if message is not None and place[0] == channel and not _under_another(message):
                return message
        return None

    def count(self, channel: str) -> int:
        """How many messages of the bot's stand in that channel."""
        self._catch_up()
        return sum(place[0] == channel for place in self._messages)

    def under(self, card: dict[str, Any]) -> list[dict[str, Any]]:
        """What the bot posted in that card's thread, oldest first."""
        self._catch_up()
        return [
            self._messages[place] for place in self._threads[card["channel"], card["ts"]] if place in self._messages
        ]

    def windows(self, user: str) -> list[dict[str, Any]]:
        """The windows that were opened for this person since they last closed all, as they are drawn now."""
        self._catch_up()
        return [self._views[view_id] for view_id in self._opened[user]]

    def close(self, user: str) -> None:
        """This person has closed every window."""
        self._opened[user].clear()

    def _catch_up(self) -> None:
        if not self._journal.exists():
            return
        with self._journal.open("rb") as file:
            file.seek(self._read)
            read = file.read()
        whole = read[: read.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            row = _decode(line)
            if row["kind"] == "api" and row["applied"]:
                self._called(row["method"], row["args"], row["answer"])
            elif row["kind"] == "delivery" and isinstance(row["payload"], dict):
                self._delivered(row["envelope_id"], row["payload"])
            elif row["kind"] == "ack":
                self._acked(row)

    def _called(self, method: str, args: dict[str, Any], answer: dict[str, Any]) -> None:
        if method in ("chat.postMessage", "chat.update", "chat.delete"):
            self._drawn(method, answer)
        elif method in ("views.open", "views.push", "views.update"):
            view = answer["view"]
            self._views[view["id"]] = view
            user = self._pressed.get(str(args.get("trigger_id")))
            if user is not None:
                self._opened[user].append(view["id"])

    def _delivered(self, envelope_id: str, payload: dict[str, Any]) -> None:
        if payload.get("trigger_id"):
            self._pressed[payload["trigger_id"]] = payload["user"]["id"]
        if payload.get("type") == "view_submission":
            self._submitted[envelope_id] = payload["view"]["id"]

    def _acked(self, row: dict[str, Any]) -> None:
        view_id = self._submitted.pop(row["envelope_id"], None)
        body = row.get("body")
        if (
            view_id in self._views
            and row["acked"]
            and isinstance(body, dict)
            and body.get("response_action") == "update"
        ):
            self._views[view_id] = {**self._views[view_id], **body["view"]}

    def _drawn(self, method: str, answer: dict[str, Any]) -> None:
        place = (str(answer["channel"]), str(answer["ts"]))
        if method == "chat.delete":
            self._messages.pop(place, None)
            return
        message = {**answer["message"], "channel": place[0]}
        for token in dict.fromkeys(TOKEN.findall(str(message))):
            if place not in self._places[token]:
                self._places[token].append(place)
        if method == "chat.postMessage" and _under_another(message):
            self._threads[place[0], str(message["thread_ts"])].append(place)
        self._messages[place] = message
        plain = "could not be drawn" in message["text"]
        self.plain.add(place) if plain else self.plain.discard(place)

    def at(self, place: tuple[str, str]) -> dict[str, Any] | None:
        """The message that stands there."""
        self._catch_up()
        return self._messages.get(place)

    def twice(self) -> list[str]:
        """Keys of cards that stand, with buttons, in more than one place."""
        self._catch_up()
        keys: Counter[str] = Counter()
        for message in self._messages.values():
            key = (message.get("metadata") or {}).get("event_payload", {}).get("key")
            if key and any(block["type"] == "actions" for block in message.get("blocks") or ()):
                keys[key] += 1
        return [key for key, count in keys.items() if count > 1]


def _under_another(message: dict[str, Any]) -> bool:
    """Whether it stands in a thread; a card whose thread has begun names itself."""
    return message.get("thread_ts", message["ts"]) != message["ts"]
