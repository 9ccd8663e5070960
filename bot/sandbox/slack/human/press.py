"""Pressing, choosing, typing and asking for options: what one does to a single element."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.blockkit import SUGGESTION, Report
from bot.sandbox.slack.courier import Ack
from bot.sandbox.slack.field import PRESSED, VALUES, find, stateful, value_of
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.human.place import Body, Place, person, place
from bot.sandbox.slack.parcel import Parcel
from bot.sandbox.slack.payload import block_actions, block_suggestion, response_url
from bot.sandbox.slack.refusal import Impossible

TROUBLE = "We had some trouble connecting. Try again?"
UNUSABLE = "Something went wrong. The app's answer could not be used."
ROUTING = frozenset({"as", "channel", "ts", "view_id", "home", "block_id", "action_id", "forged", "type", "action_ts"})
COPIED = ("text", "value", "style", "confirm", "placeholder", "initial_option", "initial_date", "initial_user", "url")


def triangle(slack: Slack, user: str, words: str, **about: Any) -> str:
    """Slack's warning sign: shown to the person, kept in the journal."""
    slack.journal.write("triangle", user=user, words=words, **about)
    slack.stream.tell("warning", [user], text=words)
    return words


def outcome(slack: Slack, user: str, ack: Ack, **about: Any) -> dict[str, Any]:
    result: dict[str, Any] = {"acked": ack.good, "ms": ack.ms}
    if not ack.good:
        result["warning"] = triangle(slack, user, TROUBLE, why=ack.why, **about)
    return result


async def press(slack: Slack, body: Body) -> dict[str, Any]:
    """A press or a choice on an element that is there (or, forged, on one that is not)."""
    user = person(slack, body)
    where = place(slack, body, user.id)
    action = _forged(body) if body.get("forged") else _real(where, body)
    return await dispatch(where, action)


async def reach(slack: Slack, parcel: Parcel) -> Ack:
    """Deliver an interaction, if the app takes any at all."""
    if not slack.config.app.interactive:
        return Ack("interactivity_disabled")
    return await slack.courier.interact(parcel)


async def dispatch(where: Place, action: dict[str, Any]) -> dict[str, Any]:
    slack, user = where.slack, where.user
    told = where.describe()
    if where.channel is not None and where.message is not None:
        told["response_url"] = response_url(slack, user, where.channel, where.message.ts)
    payload = block_actions(slack, user, told, action)
    slack.journal.write("human", what="press", user=user, where=where.id, action=action.get("action_id"))
    ack = await reach(slack, Parcel("interactive", payload))
    return outcome(slack, user, ack, what="press", where=where.id, action=action.get("action_id"))


def _real(where: Place, body: Body) -> dict[str, Any]:
    block, element = find(where.blocks, str(body.get("block_id", "")), str(body.get("action_id", "")))
    if block["type"] == "input" and not block.get("dispatch_action"):
        raise Impossible("a field of a form says nothing until it is submitted; use `input`", 400)
    if element["type"] not in VALUES and element["type"] not in PRESSED:
        raise Impossible(f"{element['type']} cannot be pressed here", 400)
    return choose(where, block, element, body)


def choose(where: Place, block: dict[str, Any], element: dict[str, Any], body: Body) -> dict[str, Any]:
    """Set the element's value in the place's state; the action a payload would tell of it."""
    seen = where.slack.suggested.get((where.user, where.id, block["block_id"], element["action_id"]), [])
    chosen = value_of(element, body, seen)
    if stateful(element):
        where.state.setdefault(block["block_id"], {})[element["action_id"]] = {"type": element["type"], **chosen}
    copied = {name: element[name] for name in COPIED if name in element}
    ids = {"type": element["type"], "block_id": block["block_id"], "action_id": element["action_id"]}
    return {**copied, **ids, **chosen}


def _forged(body: Body) -> dict[str, Any]:
    """The raw fields as given: what a broken or hostile client might send."""
    raw = {name: value for name, value in body.items() if name not in ROUTING}
    ids = {"block_id": body.get("block_id", ""), "action_id": body.get("action_id", "")}
    return {"type": body.get("type", "button"), **ids, **raw}


async def typed(slack: Slack, body: Body) -> dict[str, Any]:
    """A field's new value; told to the app at once only where the block or element asks for it."""
    user = person(slack, body)
    where = place(slack, body, user.id)
    block, element = find(where.blocks, str(body.get("block_id", "")), str(body.get("action_id", "")))
    action = choose(where, block, element, body)
    if block["type"] == "input" and not block.get("dispatch_action"):
        return {"dispatched": False}
    return {"dispatched": True, **await dispatch(where, action)}


async def options(slack: Slack, body: Body) -> dict[str, Any]:
    """What an external select offers for a query."""
    user = person(slack, body)
    where = place(slack, body, user.id)
    block_id, action_id = str(body.get("block_id", "")), str(body.get("action_id", ""))
    query = str(body.get("query", ""))
    if not body.get("forged"):
        block, element = find(where.blocks, block_id, action_id)
        block_id = block["block_id"]
        if "external_select" not in element["type"]:
            raise Impossible(f"{element['type']} asks nobody for options", 400)
        if len(query) < element.get("min_query_length", 3):
            return {"options": [], "asked": False}
    told = {name: value for name, value in where.describe().items() if name != "state"}
    payload = block_suggestion(slack, user.id, told, (block_id, action_id), query)
    ack = await reach(slack, Parcel("options", payload, wants_answer=True))
    result = outcome(slack, user.id, ack, what="options", where=where.id, action=action_id)
    if not ack.good:
        return result
    faults = _unusable(ack.body)
    if faults:
        words = triangle(slack, user.id, UNUSABLE, what="options", faults=faults, answer=ack.body)
        return {**result, "warning": words, "faults": faults}
    groups = ack.body.get("option_groups") or []
    flat = [*(ack.body.get("options") or []), *(entry for group in groups for entry in group["options"])]
    slack.suggested[(user.id, where.id, block_id, action_id)] = flat
    return {**result, "asked": True, **ack.body}


def _unusable(answer: Any) -> list[str]:
    report = Report("modal")
    SUGGESTION(answer, "", report)
    if not report.faults and ("options" in answer) == ("option_groups" in answer):
        report.add("exactly one of options, option_groups is required", "")
    return report.faults
