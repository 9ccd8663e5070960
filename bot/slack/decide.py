"""The decision window, first page: each medicine with what is known of it, and what may be said about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from bot.domain.decide import Choice, Deciding, Line
from bot.domain.hints import elsewhere
from bot.domain.proposal import in_words
from bot.domain.refill import DENIALS, Outcome, RefillRequest
from bot.slack import between, form, names, refill
from bot.slack import blocks as kit
from bot.slack.blocks import Block, say, when
from bot.slack.clock import Clock
from bot.slack.form import View
from bot.slack.people import child_header, family, signed
from bot.slack.text import line, sendable
from bot.slack.warning import warnings

LABELS = {
    Outcome.APPROVED: "Approve as asked",
    Outcome.CHANGED: "Approve with changes",
    Outcome.DENIED: "Deny",
    Outcome.VISIT: "Needs a visit",
    Outcome.INFO: "Needs information",
    Outcome.ALREADY: "Already sent",
    Outcome.SIGNED: "Signed in EHR",
}
ATTESTS = "I signed this prescription in the EHR myself"
OPEN = ("open", "Leave open for now")
MOST_BLOCKS = 92
_EACH = 9  # blocks that one line takes at most
_LINE = re.compile(r"[0-9]{1,10}")


def build(deciding: Deciding, now: datetime) -> Block:
    """The page: nothing is chosen before somebody chooses."""
    picture = deciding.picture
    clock = Clock.of(picture.practice, now)
    handed = picture.handed
    blocks = [
        *child_header(picture, clock),
        _asked(deciding, clock),
        *(between.note(picture, handed) if handed else []),
        *warnings(picture),
        *(kit.alert(f"{told}.") for told in elsewhere(picture, [one.medication for one in deciding.lines])),
    ]
    choices = {choice.line: choice for choice in deciding.choices}
    room = (MOST_BLOCKS - len(blocks)) // _EACH
    for one in sorted(deciding.lines, key=lambda each: each.decided is not None)[:room]:
        blocks += [kit.divider(), *_line(one, choices.get(one.medication.line), clock, alone=len(deciding.lines) == 1)]
    left = len(deciding.lines) - room
    if left > 0:
        blocks.append(kit.context(f"{left} more medicines: decide these first, then press Refill again."))
    metadata = deciding.window.id
    return kit.modal("Refill", blocks, callback=names.REFILL, metadata=metadata, submit="Decide", close="Cancel")


def _asked(deciding: Deciding, clock: Clock) -> Block:
    content = deciding.message.content
    request = content.request if isinstance(content.request, RefillRequest) else None
    head = [say("Asked by ", bold=True), say(f"{family(content.sender)} · "), when(clock, content.sent_at)]
    number = say(f" · No. {deciding.picture.conversation.number}")
    return kit.rich(kit.section(*kit.joined([[*head, number], *refill.rest(request, clock)])))


def _line(one: Line, choice: Choice | None, clock: Clock, *, alone: bool) -> list[Block]:
    number, outcome = one.medication.line, choice.outcome if choice else ""
    facts = refill.medicine(one.medication, clock, judged=one.judged)
    if one.decided:
        then = "Choose again to change it." if one.stands else "The request was changed since: decide it again."
        was = f"Decided by {signed(one.decided.by)}: {line(in_words(one.decided), 200)}. {then}"
        facts = [*facts, [say(was, bold=True)]]
    facts[0] = [say(f"{number}. ", bold=True), *facts[0]]
    options = [_option(o.value, LABELS[o], ATTESTS if o is Outcome.SIGNED else "") for o in one.outcomes]
    if not alone or one.decided:
        options.append(_option(*OPEN))
    radio: Block = {"type": "radio_buttons", "action_id": _name(number, "outcome"), "options": options}
    chosen = [option for option in options if option["value"] == outcome]
    if chosen:
        radio["initial_option"] = chosen[0]
    label = f"Decision for {number}. {line(one.medication.text, 60)}"
    ask = kit.field(label, radio, block_id=_name(number, "outcome"), optional=not alone) | {"dispatch_action": True}
    return [kit.rich(kit.section(*kit.joined(facts))), ask, *_fields(one, choice or Choice(line=number))]


def _fields(one: Line, choice: Choice) -> list[Block]:
    """What an outcome needs to know."""
    number = one.medication.line
    match choice.outcome:
        case Outcome.CHANGED:
            return [
                _text(number, "quantity", "Quantity", choice.quantity, 100),
                _number(number, choice.refills),
                _text(number, "sig", "Directions", choice.sig, 300, hint="As before. Write only what differs."),
                _text(number, "pharmacy", "Pharmacy", choice.pharmacy, 150, hint="As asked. Write only what differs."),
            ]
        case Outcome.DENIED:
            return [_denial(number, choice.reason)]
        case Outcome.INFO:
            return [_text(number, "info", "What should the family tell you?", choice.info, 500, optional=False)]
        case _:
            return []


def _text(number: int, key: str, label: str, value: str, most: int, *, hint: str = "", optional: bool = True) -> Block:
    name = _name(number, key)
    element: Block = {"type": "plain_text_input", "action_id": name, "max_length": most}
    if value:
        element["initial_value"] = sendable(value)
    return kit.field(label, element, block_id=name, hint=hint, optional=optional)


def _number(number: int, value: str) -> Block:
    name = _name(number, "refills")
    element: Block = {"type": "number_input", "action_id": name, "is_decimal_allowed": False}
    element |= {"min_value": "0", "max_value": "11"}
    if value.isascii() and value.isdecimal() and len(value) <= 2:
        element["initial_value"] = value
    return kit.field("Refills", element, block_id=name, optional=True)


def _denial(number: int, value: str) -> Block:
    name = _name(number, "reason")
    options = [_option(code.value, words[:1].upper() + words[1:]) for code, words in DENIALS.items()]
    element: Block = {"type": "static_select", "action_id": name, "options": options}
    element["placeholder"] = kit.plain("Choose the reason", 150)
    chosen = [option for option in options if option["value"] == value]
    if chosen:
        element["initial_option"] = chosen[0]
    return kit.field("Reason", element, block_id=name)


def _option(value: str, label: str, described: str = "") -> Block:
    option: Block = {"text": kit.plain(label, kit.OPTION), "value": value}
    return option | {"description": kit.plain(described, kit.OPTION)} if described else option


def _name(number: int, key: str) -> str:
    return f"line_{number}_{key}"


def read(view: View) -> tuple[str, tuple[Choice, ...]]:
    """The window's reference, and what was chosen for each line that the window shows."""
    found = []
    for block_id in form.block_ids(view):
        parts = block_id.split("_")
        if len(parts) == 3 and parts[0] == "line" and parts[2] == "outcome" and _LINE.fullmatch(parts[1]):
            found.append(_choice(view, int(parts[1])))
    return form.window_id(view), tuple(found)


def _choice(view: View, number: int) -> Choice:
    typed = {key: form.value(view, _name(number, key)) for key in ("quantity", "refills", "sig", "pharmacy", "info")}
    return Choice(
        line=number,
        outcome=form.chosen(view, _name(number, "outcome")),
        reason=form.chosen(view, _name(number, "reason")),
        **typed,
    )


def quick(deciding: Deciding, choices: Mapping[int, Choice]) -> bool:
    """One medicine, approved as asked: straight to the second page."""
    only = choices.get(deciding.lines[0].medication.line)
    return len(deciding.lines) == 1 and only is not None and only.outcome == Outcome.APPROVED
