"""Open windows and Home tabs: stacks of at most three per person, hashes, typed values, field errors."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.blockkit import Surface, too_large, view_faults
from bot.sandbox.slack.config import SlackConfig
from bot.sandbox.slack.field import State, merged
from bot.sandbox.slack.refusal import Refusal

DEEPEST = 3


def normalised(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks as Slack hands them back: ids where there were none, and the defaults of text objects written out."""
    return [_named(_spelled(block)) for block in blocks]


def _spelled(node: Any) -> Any:
    if isinstance(node, list):
        return [_spelled(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    spelled = {name: _spelled(value) for name, value in node.items()}
    if spelled.get("type") == "plain_text":
        spelled.setdefault("emoji", True)
    elif spelled.get("type") == "mrkdwn":
        spelled.setdefault("verbatim", False)
    return spelled


def _named(block: dict[str, Any]) -> dict[str, Any]:
    named = {**block, "block_id": block.get("block_id") or secrets.token_urlsafe(4)[:5]}
    for key in ("accessory", "element"):
        if isinstance(named.get(key), dict) and named[key].get("type") != "image":
            named[key] = _labelled(named[key])
    if named.get("type") in ("actions", "context_actions"):
        named["elements"] = [_labelled(element) for element in named["elements"]]
    if named.get("child_blocks"):
        named["child_blocks"] = [_named(child) for child in named["child_blocks"]]
    return named


def _labelled(element: dict[str, Any]) -> dict[str, Any]:
    return {**element, "action_id": element.get("action_id") or secrets.token_urlsafe(4)[:5]}


@dataclass(slots=True)
class Window:
    """A modal or a Home tab as one person has it before them."""

    id: str
    user: str
    root_id: str
    previous_id: str | None
    view: dict[str, Any]
    hash: str = ""
    state: State = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    is_open: bool = True

    def show(self, view: dict[str, Any]) -> None:
        """Other content in the same window: typed values stay where block and element keep their ids."""
        self.view = {**view, "blocks": normalised(view["blocks"])}
        self.state = merged(self.view["blocks"], self.state)
        self.errors = {}
        self.hash = f"{int(time.time())}.{secrets.token_urlsafe(6)}"

    def public(self, config: SlackConfig) -> dict[str, Any]:
        """The view object of Slack's answers and payloads."""
        view, is_modal = self.view, self.view["type"] == "modal"
        shown = {
            "id": self.id,
            "team_id": config.team_id,
            "type": view["type"],
            "blocks": view["blocks"],
            "private_metadata": view.get("private_metadata", ""),
            "callback_id": view.get("callback_id", ""),
            "state": {"values": self.state},
            "hash": self.hash,
            "title": view.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": view.get("clear_on_close", False),
            "notify_on_close": view.get("notify_on_close", False),
            "close": view.get("close"),
            "submit": view.get("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": config.app_id,
            "external_id": view.get("external_id", ""),
            "app_installed_team_id": config.team_id,
            "bot_id": config.bot_id,
        }
        return {**shown, "submit_disabled": view.get("submit_disabled", False)} if is_modal else shown


class Windows:
    """All windows of all people."""

    def __init__(self) -> None:
        self.by_id: dict[str, Window] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, Window] = {}

    def stack(self, user: str) -> list[Window]:
        return [self.by_id[name] for name in self.stacks.get(user, ())]

    def check(self, view: Any, surface: Surface, *, apart_from: str = "") -> dict[str, Any]:
        """The view, fit to be shown.

        Raises:
            Refusal: Slack's codes for a view it will not take.
        """
        if not isinstance(view, dict):
            raise Refusal("invalid_arguments", ["must be an object [json-pointer:/view]"])
        if too_large(view):
            raise Refusal("view_too_large")
        if found := view_faults(view, surface):
            raise Refusal("invalid_arguments", found)
        name = view.get("external_id")
        if name and self.external(name, apart_from=apart_from):
            raise Refusal("duplicate_external_id")
        return view

    def external(self, name: str, *, apart_from: str = "") -> Window | None:
        for window in self.by_id.values():
            if window.is_open and window.id != apart_from and window.view.get("external_id") == name:
                return window
        return None

    def open(self, window_id: str, user: str, view: dict[str, Any]) -> Window:
        """A first window; whatever the person had open goes."""
        self.clear(user)
        window = Window(window_id, user, window_id, None, view)
        return self._place(window)

    def push(self, window_id: str, top: Window, view: dict[str, Any]) -> Window:
        """A window on top of `top`, which is open."""
        if len(self.stacks[top.user]) >= DEEPEST:
            raise Refusal("push_limit_reached")
        return self._place(Window(window_id, top.user, top.root_id, top.id, view))

    def _place(self, window: Window) -> Window:
        window.show(window.view)
        self.by_id[window.id] = window
        self.stacks.setdefault(window.user, []).append(window.id)
        return window

    def close(self, window: Window) -> None:
        """This window and whatever lies on it."""
        stack = self.stacks.get(window.user, [])
        if window.id in stack:
            place = stack.index(window.id)
            for name in stack[place:]:
                self.by_id[name].is_open = False
            del stack[place:]

    def clear(self, user: str) -> None:
        for name in self.stacks.pop(user, ()):
            self.by_id[name].is_open = False

    def publish(self, window_id: str, user: str, view: dict[str, Any]) -> Window:
        window = self.homes.get(user)
        if window is None:
            window = Window(window_id, user, window_id, None, view)
            self.homes[user] = self.by_id[window.id] = window
        window.show(view)
        return window
