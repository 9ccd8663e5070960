"""Ready words into the reply window: phrases found by a few letters, and a colleague's words with one press."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.phrase import matching
from bot.domain.phrasebook import Kept
from bot.domain.picture import Picture
from bot.slack import between, names
from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.text import line


def picker(bump: int) -> Block:
    """The phrase field; its id changes with each insertion, so that it is empty again."""
    element: Block = {
        "type": "external_select",
        "action_id": names.REPLY_PHRASE,
        "placeholder": kit.plain("Type a few letters", 150),
        "min_query_length": 0,
    }
    block_id = f"{names.REPLY_PHRASE}:{bump}" if bump else names.REPLY_PHRASE
    return kit.field("Phrase", element, block_id=block_id, optional=True) | {"dispatch_action": True}


def at_hand(picture: Picture) -> list[Block]:
    """A colleague's answer that came back, with its words one press away."""
    forward = picture.at_hand
    if forward is None:
        return []
    blocks = between.answer(picture, forward)
    if forward.words:
        insert = kit.button("Insert as text", action=names.REPLY_INSERT, value=picture.conversation.id)
        blocks.append(kit.actions([insert], block_id=names.REPLY_INSERT))
    return blocks


def options(known: Sequence[Kept], query: str) -> list[Block]:
    """What the phrase field offers; values are opaque."""
    return [_option(known[n]) for n, _ in matching([one.phrase for one in known], query)]


def _option(kept: Kept) -> Block:
    label = f"{line(kept.phrase.title, 45)} · {line(kept.phrase.notebook, 25)}"
    return {"text": kit.plain(label, kit.OPTION), "value": kept.ref}


def joined(text: str, more: str) -> str:
    """What was written, and the inserted words below it."""
    return f"{text.rstrip()}\n\n{more}" if text.strip() else more
