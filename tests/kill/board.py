"""What stands in Slack, read off the stand-in's journal: looking at a card costs the stand-in nothing."""

from __future__ import annotations

import re
from collections import defaultdict
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
        self._messages: dict[tuple[str, str], dict[str, Any]] = {}
        self._places: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._threads: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)

    def card(self, token: str, channel: str) -> dict[str, Any] | None:
        """The newest message in that channel (not in a thread) that was posted about this token."""
        self._catch_up()
        for place in reversed(self._places[token]):
            message = self._messages.get(place)
            if message is not None and place[0] == channel and not _under_another(message):
                return message
        return None

    def under(self, card: dict[str, Any]) -> list[dict[str, Any]]:
        """What the bot posted in that card's thread, oldest first."""
        self._catch_up()
        return [
            self._messages[place] for place in self._threads[card["channel"], card["ts"]] if place in self._messages
        ]

    def _catch_up(self) -> None:
        if not self._journal.exists():
            return
        with self._journal.open("rb") as file:
            file.seek(self._read)
            read = file.read()
        whole = read[: read.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            if b'"kind":"api"' in line[:200] and b'"method":"chat.' in line[:200]:
                self._note(_decode(line))

    def _note(self, row: dict[str, Any]) -> None:
        if not row["applied"] or row["method"] not in ("chat.postMessage", "chat.update", "chat.delete"):
            return
        answer = row["answer"]
        place = (str(answer["channel"]), str(answer["ts"]))
        if row["method"] == "chat.delete":
            self._messages.pop(place, None)
            return
        message = {**answer["message"], "channel": place[0]}
        if row["method"] == "chat.postMessage":
            for token in dict.fromkeys(TOKEN.findall(str(message))):
                self._places[token].append(place)
            if _under_another(message):
                self._threads[place[0], str(message["thread_ts"])].append(place)
        self._messages[place] = message


def _under_another(message: dict[str, Any]) -> bool:
    """Whether it stands in a thread; a card whose thread has begun names itself."""
    return message.get("thread_ts", message["ts"]) != message["ts"]
