"""The windows Schedule, Chart updated and Referral created: what became of it, and the words that follow."""

from __future__ import annotations

from datetime import datetime

from bot.domain.appointment import AppointmentRequest
from bot.domain.message import Kind
from bot.domain.outcome import CANCELLED, Filled, Recording, Slot
from bot.domain.proposal import in_words
from bot.domain.referral import ReferralRequest
from bot.domain.reply import TEXT_LIMIT
from bot.domain.staff import Role
from bot.domain.words import Ticks
from bot.slack import blocks as kit
from bot.slack import form, names
from bot.slack.blocks import Block
from bot.slack.clock import Clock
from bot.slack.form import View
from bot.slack.people import child_header, family, signed
from bot.slack.recipient import queue, to_family
from bot.slack.reply import DONE_LABEL, DONE_TELLS, PROXY_LABEL
from bot.slack.request import lines
from bot.slack.text import cut, line, sendable
from bot.slack.warning import warnings

TITLES = {Kind.APPOINTMENT: "Schedule", Kind.INSURANCE: "Chart updated", Kind.REFERRAL: "Referral created"}
TELLS = {
    Kind.APPOINTMENT: "Book it in your schedule first: this window records it and tells the family.",
    Kind.INSURANCE: "Update the chart first: this window records it.",
    Kind.REFERRAL: "Write the referral first: this window records it and tells the family.",
}
LABELS = {
    "booked": "Booked",
    "offered": "Offer times",
    "declined": "Cannot offer a time",
    "needs_call": "Needs a call",
    CANCELLED: "Cancelled as asked",
    "recorded": "Chart updated",
    "needs_info": "Needs information",
    "rejected": "Cannot be accepted",
    "created": "Referral created",
    "needs_visit": "Needs a visit first",
}
MOST_OFFERS = 3
MUST_TELL = ("needs_info", "rejected")  # without words these would leave the family waiting


def build(
    recording: Recording, now: datetime, filled: Filled | None = None, *, bump: int = 0, edited: bool = False
) -> Block:
    """The window; `edited`: the words were changed by hand, so they stay and can be proposed again."""
    picture, talk = recording.picture, recording.seat.conversation
    clock = Clock.of(picture.practice, now)
    filled = filled or _first(recording)
    stopped = None
    asked = lines(talk.kind, recording.message.content, clock, picture.practice.medicines)[:8]
    blocks = [
        *child_header(picture, clock),
        to_family(picture, *asked),
        *warnings(picture),
        *queue(picture, stopped=stopped),
        *_before(recording),
        kit.context(TELLS[talk.kind]),
        _outcome(recording, filled),
        *_fields(recording, filled, clock),
        *_telling(recording, filled, bump=bump, edited=edited),
    ]
    submit = "Save and send" if filled.tells else "Save"
    metadata = recording.window.id
    return kit.modal(
        TITLES[talk.kind], blocks, callback=names.OUTCOME, metadata=metadata, submit=submit, close="Cancel"
    )


def _first(recording: Recording) -> Filled:
    """How the window opens: nothing is chosen; an insurance change needs no answer."""
    return Filled(tells=recording.seat.conversation.kind is not Kind.INSURANCE)


def _before(recording: Recording) -> list[Block]:
    before = recording.before
    if before is None:
        return []
    told = f"{signed(before.by)} recorded already: {line(in_words(before), 100)}. Saving records a change."
    return [kit.alert(told, "info")]


def _outcome(recording: Recording, filled: Filled) -> Block:
    label = "Referral not possible" if recording.seat.conversation.kind is Kind.REFERRAL else LABELS["declined"]
    options = [_option(o, label if o == "declined" else LABELS[o]) for o in recording.outcomes]
    element: Block = {"type": "radio_buttons", "action_id": names.OUTCOME, "options": options}
    chosen = [option for option in options if option["value"] == filled.outcome]
    if chosen:
        element["initial_option"] = chosen[0]
    return kit.field("Outcome", element, block_id=names.OUTCOME) | {"dispatch_action": True}


def _fields(recording: Recording, filled: Filled, clock: Clock) -> list[Block]:
    kind = recording.seat.conversation.kind
    if kind is Kind.APPOINTMENT and filled.outcome in ("booked", "offered"):
        count = 1 if filled.outcome == "booked" else MOST_OFFERS
        slots = [*filled.slots, *[Slot()] * MOST_OFFERS][:count]
        times = [block for n, slot in enumerate(slots, 1) for block in _slot(n, slot, clock, many=count > 1)]
        return [*times, _provider(recording, filled), _text(names.VISIT_PLACE, "Where", _place(recording, filled), 100)]
    if kind is Kind.REFERRAL and filled.outcome == "created":
        request = recording.message.content.request
        wanted = request.to if isinstance(request, ReferralRequest) else None
        day = filled.slots[0].day if filled.slots else ""
        return [
            _text(names.REFERRAL_TO, "Specialist", filled.specialist or line(wanted, 100), 100),
            _text(names.REFERRAL_NUMBER, "Number", filled.number, 60),
            _date(names.REFERRAL_DATE, "Date of the visit", day),
        ]
    return []


def _slot(n: int, slot: Slot, clock: Clock, *, many: bool) -> list[Block]:
    which = f" {n}" if many else ""
    element: Block = {"type": "timepicker", "action_id": f"visit_time_{n}", "timezone": str(clock.zone)}
    if slot.time:
        element["initial_time"] = slot.time
    optional = many and n > 1
    at = kit.field(f"Time{which}", element, block_id=f"visit_time_{n}", optional=optional) | {"dispatch_action": True}
    return [_date(f"visit_date_{n}", f"Date{which}", slot.day, optional=optional), at]


def _date(name: str, label: str, day: str, *, optional: bool = True) -> Block:
    element: Block = {"type": "datepicker", "action_id": name}
    if day:
        element["initial_date"] = day
    return kit.field(label, element, block_id=name, optional=optional) | {"dispatch_action": True}


def _provider(recording: Recording, filled: Filled) -> Block:
    request = recording.message.content.request
    asked = line(request.provider, 60) if isinstance(request, AppointmentRequest) else ""
    known = [line(s.signature, 60) for s in recording.picture.practice.staff if Role.PRESCRIBER in s.roles]
    offered = list(dict.fromkeys(name for name in [asked, *known] if name))[:100] or ["as arranged"]
    options = [_option(name, name) for name in offered]
    element: Block = {"type": "static_select", "action_id": names.VISIT_PROVIDER, "options": options}
    element["placeholder"] = kit.plain("Choose", 150)
    chosen = [option for option in options if option["value"] == filled.provider]
    if chosen:
        element["initial_option"] = chosen[0]
    return kit.field("With", element, block_id=names.VISIT_PROVIDER, optional=True) | {"dispatch_action": True}


def _place(recording: Recording, filled: Filled) -> str:
    request = recording.message.content.request
    asked = line(request.location, 100) if isinstance(request, AppointmentRequest) else ""
    return filled.place or asked


def _text(name: str, label: str, value: str, most: int) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "max_length": most}
    if value:
        element["initial_value"] = sendable(value)
    element["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    return kit.field(label, element, block_id=name, optional=True) | {"dispatch_action": True}


def _telling(recording: Recording, filled: Filled, *, bump: int, edited: bool) -> list[Block]:
    """The words, and what is asked about them."""
    blocks = []
    if recording.seat.conversation.kind is Kind.INSURANCE and filled.outcome not in MUST_TELL:
        element = kit.tick("Answer the family", action=names.ANSWER_FAMILY, value="yes", ticked=filled.tells)
        tick = kit.field("Reply", element, block_id=names.ANSWER_FAMILY, optional=True)
        blocks.append(tick | {"dispatch_action": True})
    if not filled.tells:
        return [*blocks, kit.context("Without an answer it is done when you save.")]
    if recording.picture.sender.proxy_verified is False:
        element = kit.tick(PROXY_LABEL, action=names.REPLY_PROXY, value="known", ticked=filled.ticks.proxy)
        blocks.append(kit.field("Not verified by the portal", element, block_id=names.REPLY_PROXY, optional=True))
    if edited:
        again = kit.button("Propose again", action=names.PROPOSE_AGAIN, value=recording.window.id)
        blocks.append(kit.actions([again], block_id=names.PROPOSE_AGAIN))
    return [*blocks, _words(recording, filled, bump), _done(filled)]


def _words(recording: Recording, filled: Filled, bump: int) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": names.REPLY_TEXT, "multiline": True}
    if filled.words:
        element["initial_value"] = cut(sendable(filled.words), TEXT_LIMIT)
    element["max_length"] = TEXT_LIMIT
    hint = f"Follows what you choose until you change it. Signed {line(recording.seat.staff.signature, 100)}."
    block_id = f"{names.REPLY_TEXT}:{bump}" if bump else names.REPLY_TEXT
    label = cut(f"Reply to {family(recording.picture.sender)}", 150)
    return kit.field(label, element, block_id=block_id, hint=hint)


def _done(filled: Filled) -> Block:
    done = kit.tick(DONE_LABEL, action=names.REPLY_DONE, value="done", described=DONE_TELLS, ticked=filled.done_after)
    return kit.field("After sending", done, block_id=names.REPLY_DONE, optional=True)


def _option(value: str, label: str) -> Block:
    return {"text": kit.plain(label, kit.OPTION), "value": value}


def read(view: View) -> tuple[str, Filled]:
    """The window's reference, and what was filled in."""
    slots = tuple(
        Slot(
            day=form.picked(view, f"visit_date_{n}", "selected_date"),
            time=form.picked(view, f"visit_time_{n}", "selected_time"),
        )
        for n in range(1, MOST_OFFERS + 1)
    )
    referral = form.picked(view, names.REFERRAL_DATE, "selected_date")
    has_words = form.has(view, names.REPLY_TEXT)
    return form.window_id(view), Filled(
        outcome=form.chosen(view, names.OUTCOME),
        slots=(Slot(day=referral),) if form.has(view, names.REFERRAL_DATE) else slots,
        provider=form.chosen(view, names.VISIT_PROVIDER),
        place=form.value(view, names.VISIT_PLACE),
        specialist=form.value(view, names.REFERRAL_TO),
        number=form.value(view, names.REFERRAL_NUMBER),
        words=form.value(view, names.REPLY_TEXT),
        tells=form.ticked(view, names.ANSWER_FAMILY) if form.has(view, names.ANSWER_FAMILY) else True,
        done_after=form.ticked(view, names.REPLY_DONE) if has_words else True,
        ticks=Ticks(proxy=form.ticked(view, names.REPLY_PROXY), sibling=form.ticked(view, names.SIBLING_NAME)),
    )
