"""The Slack app's manifest: valid, and asking for exactly what the code uses."""

from __future__ import annotations

import ast
import json
import re
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema
import pytest
import yaml

from tests.tree import ROOT, nodes, registered

# Which scopes an event or a method needs so that cards work in public and in private channels, and direct messages:
# https://docs.slack.dev/reference/events and https://docs.slack.dev/reference/methods
BOTH_READ = frozenset({"channels:read", "groups:read"})
HISTORY = frozenset({"channels:history", "groups:history", "im:history"})
EVENTS = {
    "app_home_opened": frozenset(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_left": {"channels:read"},
    "channel_rename": {"channels:read"},
    "channel_shared": BOTH_READ,
    "channel_unarchive": {"channels:read"},
    "channel_unshared": BOTH_READ,
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_left": {"groups:read"},
    "group_rename": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": BOTH_READ,
    "member_left_channel": BOTH_READ,
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "subteam_members_changed": {"usergroups:read"},
    "subteam_updated": {"usergroups:read"},
    "user_change": {"users:read"},
}
METHODS = {
    "api.test": frozenset(),
    "apps.connections.open": frozenset(),  # the app token's own connections:write
    "auth.test": frozenset(),
    "chat.delete": {"chat:write"},
    "chat.getPermalink": frozenset(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": HISTORY,
    "conversations.info": BOTH_READ,
    "conversations.list": BOTH_READ,
    "conversations.members": BOTH_READ,
    "conversations.open": {"im:write"},
    "conversations.replies": HISTORY,
    "usergroups.list": {"usergroups:read"},
    "usergroups.users.list": {"usergroups:read"},
    "users.info": {"users:read"},
    "users.list": {"users:read"},
    "views.open": frozenset(),
    "views.publish": frozenset(),
    "views.push": frozenset(),
    "views.update": frozenset(),
}
_METHOD = re.compile(
    r"(api|apps|auth|bots|chat|conversations|files|reactions|team|usergroups|users|views)(\.[a-zA-Z]+)+"
)


@cache
def manifest() -> Any:
    """The manifest as Slack reads it."""
    return yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))


@cache
def schema() -> Any:
    """Slack's rules for it."""
    return json.loads((ROOT / "tests/manifest.schema.json").read_text(encoding="utf-8"))


def methods_called() -> set[str]:
    """Names of Slack's methods that stand in the code: given to the poster, or as a client's own functions."""
    found = set()
    for path, node in nodes("bot", "handlers"):
        if "sandbox" in path.parts:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _METHOD.fullmatch(node.value):
            found.add(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            flat = {name.replace(".", "_").lower(): name for name in METHODS}
            found |= {flat[node.func.attr]} if node.func.attr in flat else set()
    return found


def declared_scopes() -> set[str]:
    """What an installation is asked for."""
    return set(manifest()["oauth_config"]["scopes"]["bot"])


def declared_events() -> set[str]:
    """What Slack sends us."""
    return set(manifest()["settings"]["event_subscriptions"]["bot_events"])


def test_slack_takes_it():
    """Creating the app from the manifest does not end in an error."""
    jsonschema.Draft202012Validator(schema()).validate(manifest())


def _spoil(name: str, spoilt: dict[str, Any]) -> None:
    info, commands = spoilt["display_information"], spoilt["features"]["slash_commands"]
    match name:
        case "short description":
            info["long_description"] = "Too short."
        case "long name":
            info["name"] = "x" * 36
        case "colour":
            info["background_color"] = "green"
        case "no command":
            commands.clear()
        case "command without a slash":
            commands[0]["command"] = "portal"
        case "unknown key":
            spoilt["features"]["magic"] = True
        case "event twice":
            spoilt["settings"]["event_subscriptions"]["bot_events"].append("user_change")


@pytest.mark.parametrize(
    "name",
    ["short description", "long name", "colour", "no command", "command without a slash", "unknown key", "event twice"],
)
def test_a_spoilt_one_is_seen(name: str):
    """The schema refuses what Slack would refuse."""
    spoilt = deepcopy(manifest())
    _spoil(name, spoilt)
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(spoilt))


def test_nothing_is_open_in_the_schema():
    """A misspelt key is an error at every level, as it is at Slack."""

    def objects(node: Any) -> Any:
        if isinstance(node, dict):
            if node.get("type") == "object":
                yield node
            for value in node.values():
                yield from objects(value)
        elif isinstance(node, list):
            for value in node:
                yield from objects(value)

    assert all(found.get("additionalProperties") is False for found in objects(schema()))


def test_every_method_is_known_here():
    """A method that the code calls stands in the table of scopes."""
    assert methods_called() - METHODS.keys() == set()
    assert {"chat.postMessage", "chat.update", "views.open", "users.info"} <= methods_called()


def test_every_event_has_its_scope():
    """An event without its scope is silently never sent."""
    missing = {event: set(EVENTS[event]) - declared_scopes() for event in declared_events()}
    assert {event: scopes for event, scopes in missing.items() if scopes} == {}


def test_every_method_has_its_scope():
    """A method without its scope is refused on the first day that it is needed."""
    missing = {method: set(METHODS[method]) - declared_scopes() for method in methods_called()}
    assert {method: scopes for method, scopes in missing.items() if scopes} == {}


def test_every_scope_is_needed():
    """The practice is asked for nothing that the bot does not use."""
    needed = set().union(*(EVENTS[e] for e in declared_events()), *(METHODS[m] for m in methods_called()))
    if manifest()["features"].get("slash_commands") or manifest()["features"].get("shortcuts"):
        needed.add("commands")
    assert declared_scopes() - needed == set()


def test_events_are_those_that_are_heard():
    """Everything that Slack sends is listened to, and everything that is listened to is sent."""
    heard = registered().named("event")
    # Bolt knows all messages by one name; the manifest says of which sort of channel they are wanted
    assert {event.partition(".")[0] for event in declared_events()} == heard


def test_commands_are_those_that_answer():
    """Every command that people are offered answers, and every one that answers is offered."""
    assert {c["command"] for c in manifest()["features"]["slash_commands"]} == registered().named("command")


def test_shortcuts_are_those_that_answer():
    """The same for shortcuts."""
    offered = {s["callback_id"] for s in manifest()["features"].get("shortcuts", ())}
    assert offered == registered().named("shortcut") | registered().named("global_shortcut")


def test_socket_mode_asks_for_no_address():
    """In Socket Mode nothing of ours has a public address."""
    assert manifest()["settings"]["socket_mode_enabled"] is True
    assert (
        re.findall(r"^.*\burl:.*$|^.*request_url.*$", (ROOT / "manifest.yml").read_text(encoding="utf-8"), re.MULTILINE)
        == []
    )
