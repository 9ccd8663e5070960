"""The Respond window: an answer for the colleague who forwarded, and words they may give to the family."""

from __future__ import annotations

from datetime import datetime

from bot.domain.forward import NOTE_LIMIT
from bot.domain.permission import Tie
from bot.domain.reply import TEXT_LIMIT
from bot.domain.respond import Answer, Responding
from bot.slack import between, form, names
from bot.slack import blocks as kit
from bot.slack.blocks import Block, say
from bot.slack.clock import Clock
from bot.slack.form import View
from bot.slack.people import child_header, colleague, family, short_name
from bot.slack.said import Saying, standing, whole


def build(responding: Responding, now: datetime) -> Block:
    """The window, empty."""
    seat, forward = responding.seat, responding.forward
    picture = seat.picture
    clock = Clock.of(picture.practice, now)
    asker, first = colleague(picture.practice, forward.by), short_name(picture.practice, forward.by)
    newest = standing(picture)
    glimpse = seat.bound is Tie.GLIMPSE
    prior = [] if glimpse else whole(Saying(at=newest.content.sent_at, message=newest), clock)[:2]
    blocks = [
        *child_header(picture, clock),
        kit.rich(kit.section(say("To ", bold=True), say(f"{asker}, who forwarded it to you"))),
        *between.note(picture, forward),
        *prior,
        _field(
            names.RESPOND_TEXT, f"Your answer to {first}", "For colleagues only. The family never sees it.", NOTE_LIMIT
        ),
        _field(
            names.RESPOND_WORDS,
            "Words for the family",
            f"{first} can put them into a reply with one press, and change them. Nothing leaves from this window.",
            TEXT_LIMIT,
            optional=True,
        ),
        kit.context(f"It goes back to {first} by itself. Their Reply is addressed to {family(picture.sender)}."),
    ]
    metadata = responding.window.id
    return kit.modal("Respond", blocks, callback=names.RESPOND, metadata=metadata, submit="Send back", close="Cancel")


def _field(name: str, label: str, hint: str, most: int, *, optional: bool = False) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "multiline": True, "max_length": most}
    return kit.field(label, element, block_id=name, hint=hint, optional=optional)


def read(view: View) -> tuple[str, Answer]:
    """The window's reference, and what was written."""
    text, words = form.value(view, names.RESPOND_TEXT), form.value(view, names.RESPOND_WORDS)
    return form.window_id(view), Answer(text=text, words=words)
