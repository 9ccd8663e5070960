"""Submitting and closing windows, and what Slack does with the app's answer to a submission."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.blockkit import view_faults
from bot.sandbox.slack.field import complaint, elements, find, value_of
from bot.sandbox.slack.hub import Slack
from bot.sandbox.slack.human.place import Body, Place, person, window
from bot.sandbox.slack.human.press import UNUSABLE, outcome, reach, triangle
from bot.sandbox.slack.modal import Window
from bot.sandbox.slack.parcel import Parcel
from bot.sandbox.slack.payload import view_closed, view_submission
from bot.sandbox.slack.refusal import Impossible, Refusal


async def submit(slack: Slack, body: Body) -> dict[str, Any]:
    """Press the window's submit button; Slack's client checks required fields and lengths first."""
    user = person(slack, body)
    form = window(slack, body, user.id)
    stack = slack.windows.stack(user.id)
    if not body.get("forged") and (not stack or stack[-1] is not form):
        raise Impossible(f"window {form.id} is not on top", 409)
    _fill(slack, form, body)
    if not body.get("forged") and not form.view.get("submit"):
        raise Impossible("this window has no submit button")
    if not body.get("forged") and (local := _complaints(form)):
        form.errors = local
        return {"errors": local, "local": True, "acked": False, "ms": 0}
    form.errors = {}
    slack.journal.write("human", what="submit", user=user.id, where=form.id)
    ack = await reach(slack, Parcel("interactive", view_submission(slack, form), wants_answer=True))
    result = outcome(slack, user.id, ack, what="submit", where=form.id)
    return {**result, **answered(slack, form, ack.body)} if ack.good else result


def _fill(slack: Slack, form: Window, body: Body) -> None:
    """`values` is {block_id: {action_id: value fields}}, or a bare value for the block's only element."""
    where = Place(slack, form.user, window=form)
    for block_id, given in (body.get("values") or {}).items():
        for action_id, fields in _by_action(where, block_id, given).items():
            if body.get("forged"):
                form.state.setdefault(block_id, {})[action_id] = dict(fields)
                continue
            block, element = find(where.blocks, block_id, action_id)
            seen = slack.suggested.get((form.user, where.id, block_id, action_id), [])
            value = value_of(element, fields, seen)
            form.state.setdefault(block["block_id"], {})[action_id] = {"type": element["type"], **value}


def _by_action(where: Place, block_id: str, given: Any) -> dict[str, Any]:
    if isinstance(given, dict):
        return given
    _, element = next(
        ((block, found) for block, found in elements(where.blocks) if block["block_id"] == block_id), (None, None)
    )
    if element is None:
        raise Impossible(f"there is no field {block_id} in this window")
    return {element["action_id"]: {"value": given}}


def _complaints(form: Window) -> dict[str, str]:
    found = {}
    for block, element in elements(form.view["blocks"]):
        if block["type"] == "input":
            words = complaint(block, element, form.state[block["block_id"]][element["action_id"]])
            if words:
                found[block["block_id"]] = words
    return found


def answered(slack: Slack, form: Window, answer: Any) -> dict[str, Any]:
    """Do what the app's answer to the submission says, or show trouble where it says nothing Slack understands."""
    if answer in (None, "", {}):
        slack.windows.close(form)
        slack.stream.tell("view", [form.user], view_id=form.id)
        return {"closed": True}
    action = answer.get("response_action") if isinstance(answer, dict) else None
    try:
        result = _obeyed(slack, form, action, answer)
    except Refusal as refusal:
        words = triangle(
            slack,
            form.user,
            UNUSABLE,
            what="submit",
            where=form.id,
            faults=[refusal.error, *refusal.messages],
            answer=answer,
        )
        return {"warning": words, "faults": [refusal.error, *refusal.messages]}
    slack.stream.tell("view", [form.user], view_id=form.id)
    return result


def _obeyed(slack: Slack, form: Window, action: Any, answer: Any) -> dict[str, Any]:
    if action == "clear":
        slack.windows.clear(form.user)
        return {"closed": True, "cleared": True}
    if action == "errors":
        return _errors(form, answer)
    if action in ("update", "push"):
        return _shown(slack, form, answer, push=action == "push")
    raise Refusal("invalid_response_action", [f"unknown response_action: {action}"])


def _errors(form: Window, answer: dict[str, Any]) -> dict[str, Any]:
    errors = answer.get("errors")
    inputs = {block["block_id"] for block in form.view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise Refusal("invalid_errors", ["errors must name at least one input block"])
    if strange := set(errors) - inputs:
        raise Refusal("invalid_errors", [f"not an input block of this view: {', '.join(sorted(strange))}"])
    if not all(isinstance(words, str) and words for words in errors.values()):
        raise Refusal("invalid_errors", ["an error must be a string"])
    form.errors = dict(errors)
    return {"errors": form.errors}


def _shown(slack: Slack, form: Window, answer: dict[str, Any], *, push: bool) -> dict[str, Any]:
    view = answer.get("view")
    if found := view_faults(view, "modal"):
        raise Refusal("invalid_view", found)
    if not form.is_open:
        raise Refusal("not_found")
    checked = slack.windows.check(view, "modal", apart_from="" if push else form.id)
    if push:
        new = slack.windows.push(slack.workspace.serial("V"), slack.windows.stack(form.user)[-1], checked)
        return {"pushed": new.id}
    form.show(checked)
    return {"updated": form.id}


async def close(slack: Slack, body: Body) -> dict[str, Any]:
    """Cancel one window, or with `all` the X that closes the whole stack; the app hears of it only if it asked."""
    user = person(slack, body)
    form = window(slack, body, user.id)
    everything = bool(body.get("all") or form.view.get("clear_on_close"))
    if everything:
        form = slack.windows.by_id[form.root_id] if body.get("all") else form
        slack.windows.clear(user.id)
    else:
        slack.windows.close(form)
    slack.journal.write("human", what="close", user=user.id, where=form.id)
    slack.stream.tell("view", [user.id], view_id=form.id)
    if not form.view.get("notify_on_close"):
        return {"closed": True, "told": False}
    payload = view_closed(slack, form, cleared=everything)
    ack = await reach(slack, Parcel("interactive", payload))
    return {"closed": True, "told": True, "acked": ack.good, "ms": ack.ms}
