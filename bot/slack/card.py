"""The card: one conversation in a channel, readable in two seconds, always in the same places."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain import privacy
from bot.domain.actions import DONE, Button, Row, row
from bot.domain.conversation import Conversation
from bot.domain.message import Kind
from bot.domain.phase import CLOSED, TROUBLE, Phase, Situation, in_flight, situation
from bot.domain.picture import Picture
from bot.domain.practice import CardDetail
from bot.slack import blocks as kit
from bot.slack import names
from bot.slack.between import at_hand
from bot.slack.blocks import Block, Message
from bot.slack.clock import Clock
from bot.slack.closed import closed_lines
from bot.slack.decided import decided
from bot.slack.notification import notification
from bot.slack.people import KINDS, age, family, relatives
from bot.slack.request import elements
from bot.slack.said import Cut, answered, asked, standing
from bot.slack.status import seen_by_family, status_block
from bot.slack.text import given, line
from bot.slack.trouble import trouble

SHRINK_AFTER = timedelta(minutes=10)


def card(picture: Picture, *, slot: str, now: datetime, stopped: datetime | None = None) -> Message:
    """A conversation's card, as it is now.

    `slot`: department, or urgent for the copy in the urgent channel; `stopped`: since when its portal's queue stands.
    """
    clock = Clock.of(picture.practice, now)
    seen = situation(picture, now=now, stopped=stopped)
    detail = privacy.detail_for(picture.conversation, picture.practice, slot=slot, messages=picture.messages)
    minimal = detail is CardDetail.MINIMAL
    if _is_over(picture.conversation, seen, now):
        blocks = [_shrunk(picture, seen, clock, minimal=minimal)]
    elif minimal:
        blocks = _minimal(picture, seen, clock, slot=slot)
    else:
        blocks = _full(picture, seen, clock)
    return {"text": kit.notification(notification(picture, seen, clock)), "blocks": blocks}


def _is_over(talk: Conversation, seen: Situation, now: datetime) -> bool:
    if seen.phase is Phase.DONE:
        return talk.closed_at is None or now - talk.closed_at >= SHRINK_AFTER
    return seen.phase in CLOSED


def _full(picture: Picture, seen: Situation, clock: Clock) -> list[Block]:
    return [
        named_header(picture, clock),
        status_block(picture, seen, clock),
        kit.divider(),
        *_content(picture, seen, clock),
        buttons(picture, seen, minimal=False),
        kit.context(_small_print(picture, seen, clock)),
    ]


def _minimal(picture: Picture, seen: Situation, clock: Clock, *, slot: str) -> list[Block]:
    talk = picture.conversation
    said = [talk.department, "opening it is recorded"]
    if slot == "urgent":
        said.insert(1, f"also in {talk.department}’s channel")
    if seen.phase is Phase.UNCLEAR:
        said.append("later answers wait for this one")
    if not seen.answerable:
        said.append("no written answer can go out: press Open")
    return [
        opaque_header(picture),
        status_block(picture, seen, clock),
        *trouble(picture, seen, clock, minimal=True),
        buttons(picture, seen, minimal=True),
        kit.context(" · ".join([*said, *_notes(picture)])),
    ]


def named_header(picture: Picture, clock: Clock) -> Block:
    """Kind, child and age."""
    name = line(picture.patient.name, 150) or "child not named"
    return kit.named_header(f"{KINDS[picture.conversation.kind][0]} · ", name, f", {age(picture.patient, clock)}")


def opaque_header(picture: Picture) -> Block:
    """Kind, number and initials."""
    return kit.header(opaque(picture))


def opaque(picture: Picture) -> str:
    """Kind, number and initials, and nothing else."""
    initials = privacy.initials(line(picture.patient.name, 150))
    known = [KINDS[picture.conversation.kind][0], f"No. {picture.conversation.number}", initials]
    return " · ".join(part for part in known if part)


def _shrunk(picture: Picture, seen: Situation, clock: Clock, *, minimal: bool) -> Block:
    named = f"{KINDS[picture.conversation.kind][0]} · {_child(picture, clock)}"
    told = closed_lines(picture, seen, opaque(picture) if minimal else named, clock, minimal=minimal)
    if in_flight(picture):
        told += "\nAn answer was on its way already: press Open"
    accessory = buttons(picture, seen, minimal=minimal)["elements"][0]
    return {"type": "section", "text": kit.plain(told), "accessory": accessory}


def _child(picture: Picture, clock: Clock) -> str:
    return f"{line(picture.patient.name, 80) or 'child not named'}, {age(picture.patient, clock)}"


def _content(picture: Picture, seen: Situation, clock: Clock) -> list[Block]:
    """Trouble first; then what is asked for, the family's newest words, and the answer that the state is about."""
    answer = [answered(seen.reply, kept=seen.phase in TROUBLE | {Phase.DELAYED, Phase.STOPPED})] if seen.reply else []
    if seen.phase in TROUBLE:
        return [*trouble(picture, seen, clock, minimal=False), *answer, asked(picture, seen, Cut(chars=200, lines=3))]
    source = picture.request_message
    parts = elements(picture.conversation.kind, source, clock, picture.practice.medicines)
    ask = [kit.rich(*parts)] if parts else []
    newest = [asked(picture, seen, Cut())]
    again = standing(picture).content.message_id != source.message_id
    said = [*newest, *ask] if again else [*ask, *newest]
    return [
        *trouble(picture, seen, clock, minimal=False),
        *at_hand(picture, seen),
        *decided(picture, clock),
        *said,
        *answer,
    ]


def buttons(picture: Picture, seen: Situation, *, minimal: bool) -> Block:
    """The card's row of buttons, from the catalogue."""
    return row_block(picture, row(seen, picture.conversation.kind, minimal=minimal), minimal=minimal)


def row_block(picture: Picture, laid: Row, *, minimal: bool) -> Block:
    """A row of buttons as it was laid."""
    drawn = [button(picture, one, likely=one.key == laid.likely, minimal=minimal) for one in laid.front]
    if laid.more:
        entries = [(one.label, f"{one.key}:{_value(picture, one)}") for one in laid.more]
        drawn.append(kit.overflow(names.CARD_MORE, entries))
    return kit.actions(drawn)


def button(picture: Picture, one: Button, *, likely: bool, minimal: bool) -> Block:
    """One button of the catalogue; its second question names who would get the answer, unless the card is minimal."""
    ask = None
    if one.ask:
        who = "the family" if minimal else family(picture.sender)
        ask = kit.confirm(one.ask.title, one.ask.text.replace("{family}", who), yes=one.ask.yes, danger=one.danger)
    style = "danger" if one.danger else "primary" if likely else ""
    return kit.button(one.label, action=names.CARD[one.key], value=_value(picture, one), style=style, ask=ask)


def _value(picture: Picture, one: Button) -> str:
    """What a press brings back: the conversation, and for Done what its card has shown of it."""
    talk = picture.conversation
    return f"{picture.heard}:{talk.id}" if one.key == DONE else talk.id


def _small_print(picture: Picture, seen: Situation, clock: Clock) -> str:
    talk = picture.conversation
    said = [f"No. {talk.number}", given(talk.department, "department"), *_so_far(picture), *_notes(picture)]
    match seen.phase:
        case Phase.UNCLEAR:
            said.append("later answers in this conversation wait for this one")
        case Phase.SENDING | Phase.DELAYED | Phase.STOPPED if seen.reply and seen.reply.done_after:
            said.append("done when the portal has it")
        case Phase.ANSWERED:
            said.append(seen_by_family(picture, clock))
        case Phase.UNREAD | Phase.HELD if going := in_flight(picture):
            said.append(f"{line(going.author.name, 60)}’s earlier answer is still on its way")
        case Phase.UNREAD if talk.kind is Kind.INSURANCE:
            said.append("an answer is optional")
        case _:
            pass
    return " · ".join([*said, *relatives(picture, named=True)])


def _so_far(picture: Picture) -> list[str]:
    earlier, answers = len(picture.messages) - 1, len(picture.replies)
    if not earlier:
        return [] if answers else ["first message"]
    told = f"{earlier} earlier message{'s' if earlier > 1 else ''}"
    return [
        f"{told} and {answers} answer{'s' if answers > 1 else ''}: press Open" if answers else f"{told}: press Open"
    ]


def _notes(picture: Picture) -> list[str]:
    return [f"{picture.notes} note{'s' if picture.notes != 1 else ''} in the thread"] if picture.notes else []
