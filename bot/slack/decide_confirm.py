"""The decision window, second page: what will be kept and said, before it is; and the way to the next one."""

from __future__ import annotations

from datetime import datetime

from bot.domain.confirm import By, Said
from bot.domain.conversation import Conversation
from bot.domain.decide import Planned
from bot.domain.decision import Decision
from bot.domain.proposal import in_words
from bot.domain.reply import TEXT_LIMIT
from bot.domain.words import Ticks
from bot.slack import blocks as kit
from bot.slack import form, names
from bot.slack.blocks import Block, Line, say
from bot.slack.clock import Clock
from bot.slack.form import View
from bot.slack.people import child_header, family, short_name
from bot.slack.recipient import to_family
from bot.slack.reply import PROXY_LABEL
from bot.slack.text import cut, line, sendable
from bot.slack.warning import warnings

NO_PRESCRIPTION = "This records a decision. It sends no prescription: that happens in the EHR."


def build(planned: Planned, now: datetime, *, by: By = By.NOW, words: str | None = None, bump: int = 0) -> Block:
    """The page. `words`: what was written already; else what the decision proposes."""
    deciding = planned.deciding
    picture = deciding.picture
    clock = Clock.of(picture.practice, now)
    change = kit.button("Change", action=names.REFILL_CHANGE, value=deciding.window.id)
    blocks = [
        *child_header(picture, clock),
        kit.rich(kit.section(say("You decide", bold=True)), kit.listed(_items(planned), "ordered")),
        kit.actions([change], block_id=names.REFILL_CHANGE),
        to_family(picture),
        *warnings(picture),
        _by(planned, by),
        *_proxy(planned),
        _words(planned, words if words is not None else planned.words, by, bump),
        kit.context(NO_PRESCRIPTION),
    ]
    submit = "Confirm and send" if by is By.NOW else "Confirm"
    metadata = deciding.window.id
    return kit.modal(
        "Refill: confirm", blocks, callback=names.REFILL_CONFIRM, metadata=metadata, submit=submit, close="Cancel"
    )


def _items(planned: Planned) -> list[Line]:
    items: list[Line] = [_item(decision) for decision in planned.decisions]
    left = [
        [say(f"{line(m, 120)}: left open", bold=True), say("\nIt stays to be decided.")] for m in planned.open_lines
    ]
    return [*items, *left]


def _item(decision: Decision) -> Line:
    terms = decision.terms
    quantity = line(terms.quantity, 100) or "quantity as before"
    refills = "refills not given" if terms.refills is None else f"{terms.refills} refills"
    told: Line = [say(f"{line(terms.medicine, 150)}: {line(in_words(decision), 200)}", bold=True)]
    if decision.approvable and decision.outcome.startswith("approved"):
        told.append(say(f"\n{quantity}, {refills} · {line(terms.pharmacy, 120) or 'pharmacy not given'}"))
    return told


def _by(planned: Planned, by: By) -> Block:
    picture = planned.deciding.picture
    options = [_option(By.NOW, "I do, with these words, now")]
    handed = picture.handed
    if handed is not None:
        options.append(_option(By.BACK, f"{short_name(picture.practice, handed.by)}: give decision and words"))
    else:
        options.append(_option(By.LATER, f"{line(picture.conversation.department, 40)} answers later"))
    chosen = next((option for option in options if option["value"] == by), options[0])
    element = {"type": "radio_buttons", "action_id": names.ANSWER_BY, "options": options, "initial_option": chosen}
    label = f"Who answers {family(picture.sender)}?"
    return kit.field(cut(label, 150), element, block_id=names.ANSWER_BY) | {"dispatch_action": True}


def _option(by: By, label: str) -> Block:
    return {"text": kit.plain(label, kit.OPTION), "value": by.value}


def _proxy(planned: Planned) -> list[Block]:
    if planned.deciding.picture.sender.proxy_verified is not False:
        return []
    element = kit.tick(PROXY_LABEL, action=names.REPLY_PROXY, value="known")
    return [kit.field("Not verified by the portal", element, block_id=names.REPLY_PROXY, optional=True)]


def _words(planned: Planned, words: str, by: By, bump: int) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": names.FAMILY_WORDS, "multiline": True}
    if words:
        element["initial_value"] = cut(sendable(words), TEXT_LIMIT)
    element["max_length"] = TEXT_LIMIT
    signed = line(planned.deciding.seat.staff.signature, 100)
    hint = f"Proposed from your decision. Signed {signed}."
    if by is not By.NOW:
        hint = "Proposed from your decision, for whoever answers. Nothing leaves from this window."
    block_id = f"{names.FAMILY_WORDS}:{bump}" if bump else names.FAMILY_WORDS
    return kit.field("Words for the family", element, block_id=block_id, hint=hint, optional=by is not By.NOW)


def read(view: View) -> tuple[str, Said]:
    """The window's reference, and what the page was filled with."""
    by = form.chosen(view, names.ANSWER_BY)
    ticks = Ticks(proxy=form.ticked(view, names.REPLY_PROXY), sibling=form.ticked(view, names.SIBLING_NAME))
    words = form.value(view, names.FAMILY_WORDS)
    return form.window_id(view), Said(words=words, by=By(by) if by in set(By) else By.NOW, ticks=ticks)


def decided(waiting: Conversation) -> Block:
    """After a decision: the next refill that waits, one press away."""
    told = f"Decided. Refill No. {waiting.number} in {line(waiting.department, 80)} waits next."
    button = kit.button("Decide next", action=names.REFILL_NEXT, value=waiting.id, style="primary")
    blocks = [kit.rich(kit.section(say(told))), kit.actions([button])]
    return kit.modal("Refill", blocks, callback=names.GONE, metadata="-", close="Close")
