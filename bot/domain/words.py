"""Words for a family before they leave: not empty, not too long, no gap of a phrase, no other child's name unasked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.delivery import State
from bot.domain.message import Patient
from bot.domain.picture import Picture
from bot.domain.privacy import first_name
from bot.domain.refused import Refusal, Refused
from bot.domain.reply import TEXT_LIMIT
from bot.domain.store import Records

GAP = re.compile(r"\{([a-z][a-z_]{1,40})\}")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """What was ticked beside the words: the writer's right was looked at; the other child's name is right."""

    proxy: bool = False
    sibling: bool = False


def checked_words(text: str, *, picture: Picture, ticks: Ticks, records: Records, field: str) -> str:
    """The words as they leave; Refused under `field`, or under the tick that is missing."""
    words = text.strip()
    if not any(c.isprintable() and not c.isspace() for c in words):  # a zero-width space is nothing to read
        raise Refused("Write something first, then press Send.", because=Refusal.TEXT, field=field)
    if len(words) > TEXT_LIMIT:
        over = len(words) - TEXT_LIMIT
        raise Refused(
            f"{len(words):,} characters; the portal takes {TEXT_LIMIT:,}. Take out {over:,} and press Send.",
            because=Refusal.TEXT,
            field=field,
        )
    gaps = tuple(dict.fromkeys(GAP.findall(words)))
    if gaps:
        named = ", ".join(f"{{{gap}}}" for gap in gaps)
        raise Refused(
            f"This phrase needs {named} and the request has none. Fill it in or take it out, then press Send.",
            because=Refusal.TEXT,
            field=field,
        )
    if picture.sender.proxy_verified is False and not ticks.proxy:
        raise Refused(
            "The portal has not verified that this writer may act for the child. Tick this if the answer may go out.",
            because=Refusal.UNREAD_CHECK,
            field="reply_proxy",
        )
    if not ticks.sibling:
        _other_child(words, picture, records)
    return words


def only_once(words: str, *, picture: Picture, by: str, field: str) -> None:
    """Refuse the words of this person's last answer: Slack said that it had not worked, and it had.

    Not when that answer failed, nor when the family has written since: then the same words are another answer.
    """
    last = next((reply for reply in reversed(picture.replies) if reply.author.slack == by), None)
    if last is None or last.state is State.FAILED or last.text != words:
        return
    if all(message.received_at <= last.written_at for message in picture.messages):
        raise Refused(
            "Already sent: your last answer has these very words. Close this window; the card shows how far it is. "
            "To send something else, change the words.",
            because=Refusal.ALREADY_SENT,
            field=field,
        )


def _other_child(words: str, picture: Picture, records: Records) -> None:
    siblings = records.children_of(picture.conversation.id)
    other = other_child_named(words, child=picture.patient, siblings=siblings)
    if other is None:
        return
    child = first_name(picture.patient.name) or "another child"
    raise Refused(
        f'You wrote "{other}", but this answer is about {child}. If that is right, tick it and press Send.',
        because=Refusal.SIBLING,
        field="sibling_name",
    )


def other_child_named(text: str, *, child: Patient, siblings: Iterable[Patient]) -> str | None:
    """The first name of a brother or sister that stands in the text, as a word of its own; None when there is none.

    Case and accents do not count, possessives do ("Tobi's"); the child's own names never count.
    """
    own = {_folded(part) for part in (child.name or "").split()}
    said = {_folded(re.sub(r"['’]s$", "", word)): word for word in _WORD.findall(text)}
    parts = {_folded(part): word for word in said.values() for part in re.split(r"[-'’]", word)}
    for sibling in siblings:
        name = first_name(sibling.name)
        folded = _folded(name)
        if len(folded) >= 2 and folded not in own and (folded in said or folded in parts):
            return name
    return None


def _folded(text: str) -> str:
    flat = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in flat if not unicodedata.combining(c))
