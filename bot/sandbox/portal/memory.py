"""What the portal remembers: threads, messages, replies, answers given, events not yet delivered."""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

JSON = dict[str, Any]


def utc_now() -> str:
    """The present moment as the contract writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Memory:
    """State made only of recorded changes: with a file it is the replay of that file's lines."""

    def __init__(self, path: Path | None = None) -> None:
        """Replays `path` when it exists; later changes are appended to it."""
        self.families: JSON = {}
        self.threads: dict[str, JSON] = {}
        self.messages: dict[str, JSON] = {}
        self.replies: list[JSON] = []
        self.decisions: list[JSON] = []
        self.answers: dict[str, JSON] = {}
        self.events: dict[str, JSON] = {}
        self.listeners: set[asyncio.Queue[JSON]] = set()
        self._file: int | None = None
        if path is not None:
            self._open(path)

    def _open(self, path: Path) -> None:
        torn = False
        if path.exists():
            text = path.read_text(encoding="utf-8", errors="replace")
            torn = bool(text) and not text.endswith("\n")
            for line in text.split("\n"):
                try:
                    change = json.loads(line)
                except json.JSONDecodeError:  # the last line of a killed process
                    continue
                self._apply(change)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if torn:
            os.write(self._file, b"\n")

    def record(self, what: str, **facts: Any) -> JSON:
        """Writes one change down, makes it true, tells whoever listens."""
        change = {"what": what, "at": utc_now(), **facts}
        if self._file is not None:
            os.write(self._file, json.dumps(change, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self._apply(change)
        for listener in self.listeners:
            listener.put_nowait({"what": what, "thread_id": facts.get("thread_id")})
        return change

    def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def thread(self, thread_id: str) -> JSON:
        """The thread of that id, opened when it is not there."""
        return self.threads.setdefault(
            thread_id, {"thread_id": thread_id, "state": "open", "account": None, "items": []}
        )

    def shown(self, reply_id: str) -> list[JSON]:
        """Each time the family was shown this reply."""
        return [reply for reply in self.replies if reply["reply_id"] == reply_id]

    def _apply(self, change: JSON) -> None:
        getattr(self, "_on_" + change["what"])(change)

    def _on_families(self, change: JSON) -> None:
        self.families = change["families"]

    def _on_message(self, change: JSON) -> None:
        data = change["data"]
        known = self.messages.get(data["message_id"])
        if known is not None:
            known["data"] = data
            return
        message = {
            "item": "message",
            "at": data.get("sent_at", change["at"]),
            "data": data,
            "state": "sent",
            "states": [],
            "withdrawn": None,
            "handled": None,
        }
        self.messages[data["message_id"]] = message
        thread = self.thread(change["thread_id"])
        thread["items"].append(message)
        thread["state"] = "open"
        thread["account"] = thread["account"] or (data.get("sender") or {}).get("portal_user_id")
        thread["patient"] = thread.get("patient") or data.get("patient")
        thread["subject"] = thread.get("subject") or data.get("subject")
        thread["kind"] = thread.get("kind") or data.get("kind")

    def _on_reply(self, change: JSON) -> None:
        reply = {"item": "reply", "read_at": None, **change}
        self.replies.append(reply)
        thread = self.thread(change["thread_id"])
        thread["items"].append(reply)
        if change["reply"].get("thread_after") == "closed":
            thread["state"] = "closed"

    def _on_answer(self, change: JSON) -> None:
        self.answers[change["key"]] = change

    def _on_decision(self, change: JSON) -> None:
        self.decisions.append(change)
        if change.get("thread_id"):
            self.thread(change["thread_id"])["items"].append({"item": "decision", **change})

    def _on_message_state(self, change: JSON) -> None:
        message = self.messages.get(change["message_id"])
        if message is not None:
            message["state"] = change["state"]
            message["states"].append({"state": change["state"], "at": change["at"]})

    def _on_read(self, change: JSON) -> None:
        for reply in self.shown(change["reply_id"]):
            reply["read_at"] = reply["read_at"] or change["at"]

    def _on_withdrawn(self, change: JSON) -> None:
        self.messages[change["message_id"]]["withdrawn"] = change["at"]

    def _on_handled(self, change: JSON) -> None:
        self.messages[change["message_id"]]["handled"] = {"at": change["at"], "by": change["by"]}

    def _on_thread_closed(self, change: JSON) -> None:
        self.thread(change["thread_id"])["state"] = "closed"

    def _on_event(self, change: JSON) -> None:
        self.events[change["event_id"]] = {**change, "attempts": 0, "outcome": None, "status": None}

    def _on_event_settled(self, change: JSON) -> None:
        event = self.events.get(change["event_id"])
        if event is not None:
            event.update(outcome=change["outcome"], status=change["status"], attempts=change["attempts"])
