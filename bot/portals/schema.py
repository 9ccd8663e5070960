"""The contract's structures as JSON Schema, made from the very types that read and write them."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.portals import contract, outgoing, request

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EVENTS: dict[str, type[Any]] = {
    "portal.message.created": contract.Message,
    "portal.message.updated": contract.Message,
    "portal.message.withdrawn": contract.Standing,
    "portal.message.handled_elsewhere": contract.Standing,
    "portal.thread.closed": contract.Thread,
    "portal.reply.status": contract.ReplyProgress,
}
PING = "portal.ping"
_OUT: tuple[type[Any], ...] = (
    outgoing.OutgoingReply,
    outgoing.OutgoingDecision,
    outgoing.ReplyAnswer,
    outgoing.StateChange,
    outgoing.Taken,
    outgoing.MessageReport,
    outgoing.Problem,
)


def event_types() -> tuple[str, ...]:
    """Every event type of the contract."""
    return (*_EVENTS, PING)


def name_of(event_type: str) -> str:
    """The name of an event's schema: `portal.message.created` is `MessageCreated`."""
    words = event_type.removeprefix("portal.").replace("_", ".").split(".")
    return "".join(word.capitalize() for word in words)


def components(template: str) -> dict[str, Any]:
    """All schemas by name; `template` makes references, such as `#/components/schemas/{name}`."""
    _, found = msgspec.json.schema_components(
        [*set(_EVENTS.values()), *request.STRUCTURES.values(), *_OUT], ref_template=template
    )
    for schema in found.values():
        for field in schema.get("properties", {}).values():
            _close_words(field)
    wishes = [{"$ref": template.format(name=kind.__name__)} for kind in request.STRUCTURES.values()]
    found["Message"]["properties"]["request"]["anyOf"] = [*wishes, {"type": "null"}]
    for event_type in event_types():
        found[name_of(event_type)] = _event(event_type, template)
    return dict(sorted(found.items()))


def documents() -> dict[str, dict[str, Any]]:
    """Self-contained schemas by file name: one per event, and one per thing that goes out or is answered."""
    names = {_dashed(name_of(event_type)): name_of(event_type) for event_type in event_types()}
    names |= {_dashed(kind.__name__): kind.__name__ for kind in _OUT}
    found = components("#/$defs/{name}")
    return {f"{file}.schema.json": _alone(name, found) for file, name in sorted(names.items())}


def _alone(name: str, found: dict[str, Any]) -> dict[str, Any]:
    needed = _referred(found[name], found, set())
    return {"$schema": DIALECT, **found[name], "$defs": {one: found[one] for one in sorted(needed)}}


def _referred(schema: Any, found: dict[str, Any], seen: set[str]) -> set[str]:
    """The names that a schema needs, and those that they need."""
    if isinstance(schema, dict):
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        if name and name not in seen:
            seen.add(name)
            _referred(found[name], found, seen)
        for inner in schema.values():
            _referred(inner, found, seen)
    elif isinstance(schema, list):
        for inner in schema:
            _referred(inner, found, seen)
    return seen


def _close_words(field: dict[str, Any]) -> None:
    """Publish the words that we understand as the words to send, though the reader takes others in its stride."""
    known = field.pop("x-known-values", None)
    if known is not None:
        field.pop("examples")
        next(one for one in field.get("anyOf", [field]) if one.get("type") == "string")["enum"] = known


def _event(event_type: str, template: str) -> dict[str, Any]:
    structure = _EVENTS.get(event_type)
    properties: dict[str, Any] = {
        "type": {"const": event_type},
        "timestamp": {"type": "string", "format": "date-time", "description": "When the event happened."},
    }
    if structure is not None:
        properties["data"] = {"$ref": template.format(name=structure.__name__)}
    return {
        "title": name_of(event_type),
        "type": "object",
        "properties": properties,
        "required": ["type", *(["data"] if structure is not None else [])],
    }


def _dashed(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
