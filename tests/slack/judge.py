"""A judge that knows Slack's limits (research/slack-platform.md, section 1) and shares no code with what it judges."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

try:
    from bot.sandbox.slack.blockkit import faults, too_large, view_faults
except ImportError:  # the stand-in is somebody else's room
    faults = view_faults = too_large = None

MARKS = {
    "large_blue_circle", "large_yellow_circle", "hourglass_flowing_sand", "white_check_mark", "red_circle", "warning",
    "white_circle", "rotating_light", "alarm_clock", "lock", "speech_balloon", "zzz",
}  # fmt: skip
BLOCKS = {
    "message": {"header", "rich_text", "divider", "context", "actions", "section"},
    "modal": {"header", "rich_text", "divider", "context", "actions", "section", "input", "alert"},
    "home": {"header", "rich_text", "divider", "context", "actions"},
}
SIZES = {"message": 50, "modal": 100, "home": 100}
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff\ud800-\udfff]")


def units(text: str) -> int:
    """UTF-16 units, the strictest way to count."""
    return len(text.encode("utf-16-le")) // 2


def nodes(tree: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object, with its path."""
    if isinstance(tree, dict):
        yield path, tree
        for key, value in tree.items():
            yield from nodes(value, f"{path}/{key}")
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from nodes(value, f"{path}/{index}")


def texts(tree: Any) -> list[str]:
    """Every text that a person reads, in order."""
    shown = {"plain_text", "text", "mrkdwn"}
    return [n["text"] for _, n in nodes(tree) if n.get("type") in shown and isinstance(n.get("text"), str)]


def reading(tree: Any) -> str:
    """All of it, as it reads."""
    return "".join(texts(tree))


def active(tree: Any) -> list[str]:
    """What could ping, link, format or show a picture of somebody else's choosing: a reference reading of Block Kit."""
    found = []
    for path, node in nodes(tree):
        kind = node.get("type")
        if kind == "mrkdwn":
            found.append(f"{path}: mrkdwn")
        if kind == "plain_text" and node.get("emoji") is not False:
            found.append(f"{path}: plain_text that reads :emoji:")
        if kind in {"link", "user", "usergroup", "broadcast", "channel", "color", "team", "image"}:
            found.append(f"{path}: {kind}")
        if kind == "emoji" and node.get("name") not in MARKS:
            found.append(f"{path}: emoji {node.get('name')}")
        if "url" in node or "image_url" in node:
            found.append(f"{path}: url")
        if set(node.get("style", {})) - {"bold"} and isinstance(node.get("style"), dict):
            found.append(f"{path}: style {node['style']}")
    return found


def active_notification(text: str) -> list[str]:
    """Slack's own markup in a message's top-level text."""
    return re.findall(r"[<>]", text) + re.findall(r"&(?!amp;|lt;|gt;)", text)


def _limits(node: dict[str, Any]) -> Iterator[str]:
    kind = node.get("type")
    text = node.get("text")
    longest = {"header": 150, "button": 75, "section": 3000}.get(str(kind))
    if isinstance(text, dict) and longest and units(text["text"]) > longest:
        yield f"{kind} longer than {longest}"
    if kind in {"plain_text", "text"}:
        if not isinstance(text, str) or not text or (kind == "plain_text" and not text.strip()):
            yield f"empty {kind}"
        elif units(text) > 3000 or FORBIDDEN.search(text):
            yield f"{kind} too long or with a forbidden character"
    if kind == "overflow" and not 2 <= len(node["options"]) <= 5:
        yield "overflow with one entry or more than five"
    if kind == "actions" and not 1 <= len(node["elements"]) <= 25:
        yield "actions"
    if kind == "context" and not 1 <= len(node["elements"]) <= 10:
        yield "context"
    if kind in {"rich_text", "rich_text_section", "rich_text_quote", "rich_text_list"} and not node["elements"]:
        yield f"empty {kind}"
    if kind == "rich_text" and sum(map(units, texts(node))) > 4000:
        yield "rich_text longer than 4,000"
    if kind == "button" and (len(node["value"]) > 75 or node.get("style", "primary") not in {"primary", "danger"}):
        yield "button"
    if kind == "input" and (units(node["label"]["text"]) > 2000 or not node.get("block_id")):
        yield "input"
    if kind == "plain_text_input" and (node["max_length"] > 3000 or units(node.get("initial_value", "")) > 3000):
        yield "plain_text_input"
    if kind == "checkboxes":
        for option in [*node["options"], *node.get("initial_options", [])]:
            if units(option["text"]["text"]) > 75 or units(option.get("description", {}).get("text", "")) > 75:
                yield "option"
        if [o for o in node.get("initial_options", []) if o not in node["options"]]:
            yield "initial option that is none"
    if "confirm" in node and "deny" in node:
        for key, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            if units(node[key]["text"]) > most:
                yield f"confirm {key}"


def _blocks(blocks: list[dict[str, Any]], surface: str) -> list[str]:
    wrong = [] if 1 <= len(blocks) <= SIZES[surface] else [f"{len(blocks)} blocks"]
    wrong += [f"{b['type']} on {surface}" for b in blocks if b["type"] not in BLOCKS[surface]]
    ids = [b["block_id"] for b in blocks if "block_id" in b]
    wrong += ["block_id twice"] if len(set(ids)) < len(ids) else []
    for block in blocks:
        acts = [e["action_id"] for e in block.get("elements", []) if "action_id" in e]
        wrong += ["action_id twice in a block"] if len(set(acts)) < len(acts) else []
    for path, node in nodes(blocks):
        wrong += [f"{path}: {fault}" for fault in _limits(node)]
    return wrong + (faults(blocks, surface) if faults else [])


def wrong_message(message: dict[str, Any], *, mentions: bool = False) -> list[str]:
    """What Slack, or our own rules, would have against a message."""
    wrong = _blocks(message["blocks"], "message")
    wrong += [] if 0 < units(message["text"]) <= 1500 else ["text"]
    wrong += [] if mentions else active(message["blocks"]) + active_notification(message["text"])
    wrong += ["50 blocks or more"] if len(message["blocks"]) >= 50 else []
    return wrong + (["over 12,000 characters"] if sum(map(units, texts(message["blocks"]))) > 12_000 else [])


def wrong_view(view: dict[str, Any]) -> list[str]:
    """What Slack, or our own rules, would have against a window or a Home tab."""
    surface = view["type"]
    wrong = _blocks(view["blocks"], surface) + active(view)
    if surface == "modal":
        wrong += [key for key in ("title", "close", "submit") if key in view and units(view[key]["text"]) > 24]
        inputs = any(b["type"] == "input" for b in view["blocks"])
        wrong += ["inputs without submit"] if inputs and "submit" not in view else []
        wrong += ["private_metadata"] if not re.fullmatch(r"[A-Za-z0-9_:]{0,100}", view["private_metadata"]) else []
    wrong += ["250 KB"] if len(json.dumps(view)) >= 250_000 or (too_large and too_large(view)) else []
    return wrong + (view_faults(view) if view_faults else [])


def labels(blocks: list[dict[str, Any]]) -> list[str]:
    """The labels of a card's buttons, then of its overflow behind a bar."""
    found: list[str] = []
    for block in blocks:
        for element in block.get("elements", []) if block["type"] == "actions" else [block.get("accessory")]:
            if element and element["type"] == "button":
                found.append(element["text"]["text"])
            elif element and element["type"] == "overflow":
                found += ["|", *(o["text"]["text"] for o in element["options"])]
    return found
