"""What comes back from a window: values of fields, whatever odd payload they stand in. Nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.refused import Refused
from bot.slack import blocks as kit
from bot.slack import names

View = Mapping[str, Any]
_REFERENCE = re.compile(r"[A-Za-z0-9_:-]{1,100}")


def window_id(view: View) -> str:
    """The opaque reference in private_metadata; "" when there is none, or none that we could have made."""
    metadata = view.get("private_metadata")
    return metadata if isinstance(metadata, str) and _REFERENCE.fullmatch(metadata) else ""


def value(view: View, name: str) -> str:
    """What was typed into the field of that name (its block may end in :n); "" when nothing was."""
    typed = _field(view, name).get("value")
    return typed if isinstance(typed, str) else ""


def chosen(view: View, name: str) -> str:
    """The value of the option that was chosen; "" when none was."""
    option = _field(view, name).get("selected_option")
    picked = option.get("value") if isinstance(option, Mapping) else None
    return picked if isinstance(picked, str) else ""


def chosen_label(view: View, name: str) -> str:
    """The words of the option that was chosen, to draw it again; "" when none was."""
    option = _field(view, name).get("selected_option")
    text = option.get("text") if isinstance(option, Mapping) else None
    label = text.get("text") if isinstance(text, Mapping) else None
    return label if isinstance(label, str) else ""


def picked(view: View, name: str, key: str) -> str:
    """A date, a time, a person: what stands under `key` ("selected_date", "selected_user", ...); "" for nothing."""
    found = _field(view, name).get(key)
    return found if isinstance(found, str) else ""


def moment(view: View, name: str) -> int | None:
    """The UNIX seconds of a datetimepicker; None when nothing was chosen."""
    found = _field(view, name).get("selected_date_time")
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def ticked(view: View, name: str) -> bool:
    """Whether a box of that block is ticked."""
    return bool(ticks(view, name))


def ticks(view: View, name: str) -> tuple[str, ...]:
    """The values of all ticked boxes, or of a menu in which several were chosen."""
    found = _field(view, name).get("selected_options")
    options = found if isinstance(found, list) else []
    values = [o.get("value") for o in options if isinstance(o, Mapping)]
    return tuple(v for v in values if isinstance(v, str) and v)


def has(view: View, name: str) -> bool:
    """Whether the window shows a block of that name."""
    return any(names.base(block_id) == name for block_id in block_ids(view))


def bump_of(view: View, name: str) -> int:
    """The n of a block id that ends in ":n", so that the next one differs."""
    return max((names.number(i) for i in block_ids(view) if names.base(i) == name), default=0)


def errors(refused: Refused, view: View, *, field: str) -> dict[str, str]:
    """A refusal as words under the field that it belongs to, else under `field`, else under the first input."""
    inputs = [str(b.get("block_id")) for b in _blocks(view) if b.get("type", "input") == "input"]
    for wanted in (refused.field, field):
        for block_id in inputs:
            if names.base(block_id) == wanted:
                return {block_id: refused.sentence}
    return {inputs[0] if inputs else field: refused.sentence}


def block_ids(view: View) -> Iterator[str]:
    """All block ids of the window."""
    for block in _blocks(view):
        block_id = block.get("block_id")
        if isinstance(block_id, str):
            yield block_id


def _blocks(view: View) -> list[Mapping[str, Any]]:
    blocks = view.get("blocks")
    return [b for b in blocks if isinstance(b, Mapping)] if isinstance(blocks, list) else []


def _field(view: View, name: str) -> Mapping[str, Any]:
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    found: Mapping[str, Any] = {}
    for block_id, fields in values.items() if isinstance(values, Mapping) else ():
        if isinstance(block_id, str) and names.base(block_id) == name and isinstance(fields, Mapping):
            field = fields.get(name)
            found = field if isinstance(field, Mapping) else found
    return found


def asking_for_tick(view: View, sentence: str) -> dict[str, Any]:
    """The same window with a box on top that must be ticked; what was typed stays, because the ids stay."""
    blocks = [
        _as_typed(view, block)
        for block in _blocks(view)
        if names.base(str(block.get("block_id"))) != names.SIBLING_NAME
    ]
    element = kit.tick("This name is right", action=names.SIBLING_NAME, value="right")
    asked = [kit.alert(sentence), kit.field("Before you send", element, block_id=names.SIBLING_NAME, optional=True)]
    kept = {key: view[key] for key in ("title", "submit", "close", "callback_id", "private_metadata") if view.get(key)}
    return {"type": "modal", **kept, "blocks": [*asked, *blocks][:100]}


def _as_typed(view: View, block: Mapping[str, Any]) -> dict[str, Any]:
    element = block.get("element")
    if block.get("type") != "input" or not isinstance(element, Mapping) or element.get("type") != "plain_text_input":
        return dict(block)
    typed = value(view, names.base(str(block.get("block_id"))))
    bare = {key: given for key, given in element.items() if key != "initial_value"}
    return {**block, "element": bare | ({"initial_value": typed} if typed else {})}
