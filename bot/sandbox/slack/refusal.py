"""Slack's polite no: an error code with what belongs to it, raised where a rule is broken."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):  # noqa: N818 - Slack refuses, the sandbox has not failed
    """`ok: false` with this error code; `detail` joins the answer, `messages` go to `response_metadata`."""

    def __init__(self, error: str, messages: list[str] | None = None, *, status: int = 200, **detail: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages or []
        self.status = status
        self.detail = detail

    @property
    def answer(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error": self.error, **self.detail}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return body


def missing(name: str) -> Refusal:
    """Slack's words for a required argument that did not come."""
    return Refusal("invalid_arguments", [f"missing required field: {name}"])


class Impossible(Exception):  # noqa: N818 - what no person could do in Slack's own windows
    """A person on `/_human/` asked for what Slack's client would not offer: HTTP status and words."""

    def __init__(self, words: str, status: int = 404) -> None:
        super().__init__(words)
        self.words = words
        self.status = status
