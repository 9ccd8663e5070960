"""The Open window: the whole message, everything a person may do with it now, and why it is where it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from bot.domain.actions import offered
from bot.domain.conversation import Note
from bot.domain.permission import Act, Tie
from bot.domain.phase import Situation, situation
from bot.domain.picture import Picture
from bot.domain.staff import Staff
from bot.slack import between, names
from bot.slack import blocks as kit
from bot.slack.blocks import Block, Line, say, when
from bot.slack.card import button
from bot.slack.clock import Clock
from bot.slack.decided import decided
from bot.slack.people import KINDS, child_header, colleague, short_name
from bot.slack.request import lines
from bot.slack.room import pages
from bot.slack.said import Saying, file, sayings, standing, subject, told, whole
from bot.slack.status import seen_by_family, status_block
from bot.slack.text import line
from bot.slack.trouble import trouble
from bot.slack.warning import warnings

IN_A_ROW = 5
NOTES_TELL = "For colleagues only. The family never sees it."


class Look(TypedDict, total=False):
    """How it is looked at: the page (from 0), what stands in private_metadata, since when the portal's queue stands."""

    page: int
    metadata: str
    stopped: datetime | None
    bound: Tie


def build(
    picture: Picture, notes: Sequence[Note], staff: Staff, now: datetime, acts: Collection[Act], **look: Unpack[Look]
) -> Block:
    """The window. `acts`: what this person may do; only that is drawn, and only while the state offers it."""
    clock, talk = Clock.of(picture.practice, now), picture.conversation
    if look.get("bound") is Tie.GLIMPSE:
        return _glimpse(picture, acts, clock)
    seen = situation(picture, now=now, stopped=look.get("stopped"))
    head = [*child_header(picture, clock), status_block(picture, seen, clock), *_buttons(picture, seen, acts)]
    head += warnings(picture)
    foot = kit.context(_foot(picture, staff, clock))
    made = pages(_body(picture, notes, seen, clock), beside=[*head, foot])
    page = min(max(look.get("page", 0), 0), len(made) - 1)
    title = f"{KINDS[talk.kind][0]}, No. {talk.number}"
    blocks = [*head, *made[page], *_turning(talk.id, page, len(made)), foot]
    return kit.modal(title, blocks, callback=names.OPEN, metadata=look.get("metadata") or talk.id)


def _glimpse(picture: Picture, acts: Collection[Act], clock: Clock) -> Block:
    """For whoever got a forward without the prior text: the note and the subject, and the way to the rest."""
    talk, handed = picture.conversation, picture.handed
    seen = situation(picture, now=clock.now)
    asker = short_name(picture.practice, handed.by) if handed else "Your colleague"
    lines: list[Line] = [
        [say("Subject ", bold=True), say(subject(picture.request_message) or "none")],
        [say(f"{asker} left out the prior text. ", bold=True), say("Ask for it if you cannot answer without it.")],
    ]
    blocks = [
        *child_header(picture, clock),
        status_block(picture, seen, clock),
        *(between.note(picture, handed) if handed else []),
        kit.rich(kit.section(*kit.joined(lines))),
        *_buttons(picture, seen, acts),
    ]
    title = f"{KINDS[talk.kind][0]}, No. {talk.number}"
    return kit.modal(title, blocks, callback=names.OPEN, metadata=talk.id)


def _buttons(picture: Picture, seen: Situation, acts: Collection[Act]) -> list[Block]:
    """Everything this person may do, five in a row."""
    able = offered(seen, picture.conversation.kind, acts)
    drawn = [button(picture, one, likely=place == 0, minimal=False) for place, one in enumerate(able)]
    return [kit.actions(drawn[at : at + IN_A_ROW]) for at in range(0, len(drawn), IN_A_ROW)]


def _body(picture: Picture, notes: Sequence[Note], seen: Situation, clock: Clock) -> list[Block]:
    newest = standing(picture)
    rest = sayings(picture, besides=newest)
    also = [kit.divider(), _title("Also said, oldest first")] if rest else []
    return [
        *trouble(picture, seen, clock, minimal=False),
        *(block for one in picture.forwards for block in (*between.note(picture, one), *between.answer(picture, one))),
        *decided(picture, clock),
        *kit.packed(lines(picture.conversation.kind, picture.request_message, clock, picture.practice.medicines)),
        *whole(Saying(at=newest.content.sent_at, message=newest), clock),
        *_files(picture),
        *also,
        *(block for saying in rest for block in whole(saying, clock)),
        *_notes(picture, notes, clock),
    ]


def _title(words: str) -> Block:
    return kit.rich(kit.section(say(words, bold=True)))


def _files(picture: Picture) -> list[Block]:
    attachments = picture.attachments
    if not attachments:
        return []
    head: Line = [say(f"Attachments, {len(attachments)}, view in portal", bold=True)]
    return kit.packed([head, *([say(f"• {file(a)}")] for a in attachments)])


def _notes(picture: Picture, notes: Sequence[Note], clock: Clock) -> list[Block]:
    if not notes:
        return []
    count = f"{len(notes)} internal note{'s' if len(notes) != 1 else ''}"
    blocks = [kit.divider(), kit.rich(kit.section(say(count, bold=True), say(f" · {NOTES_TELL}")))]
    for note in notes:
        author = colleague(picture.practice, note.author)
        blocks += told([say(author, bold=True), say("  for colleagues · "), when(clock, note.at)], "", note.text)
    return blocks


def _turning(conversation_id: str, page: int, count: int) -> list[Block]:
    if count == 1:
        return []
    turns = [(page + 1, "Show more")] if page + 1 < count else []
    turns += [(0, "Show from the start")] if page else []
    drawn = [
        kit.actions(
            [kit.button(label, action=names.OPEN_MORE, value=conversation_id)], block_id=f"{names.OPEN_MORE}:{to}"
        )
        for to, label in turns
    ]
    return [*drawn, kit.context(f"Page {page + 1} of {count}")]


def _foot(picture: Picture, staff: Staff, clock: Clock) -> str:
    talk = picture.conversation
    why = line(talk.why_here, 300).rstrip(".")
    read = seen_by_family(picture, clock)
    said = [f"In {line(talk.department, 80)}", why, f"{read[:1].upper()}{read[1:]}"]
    told = ". ".join(part for part in said if part)
    return f"{told}. That you, {line(staff.name, 80)}, opened this is recorded."
