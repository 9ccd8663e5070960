"""Who will read what is written, and what it would have to wait for: the top of every window that sends."""

from __future__ import annotations

from datetime import datetime

from bot.domain.delivery import State
from bot.domain.phase import in_flight, newest_in
from bot.domain.picture import Picture
from bot.domain.privacy import is_confidential, readers
from bot.slack import blocks as kit
from bot.slack.blocks import Block, Line, say
from bot.slack.people import PORTAL_USER, family
from bot.slack.text import line


def to_family(picture: Picture, *more: Line) -> Block:
    """To and Read by, and further lines."""
    secret = is_confidential(picture.conversation, picture.messages)
    reads = readers(picture.sender, picture.patient, confidential=secret)
    lines: list[Line] = [
        [say("To ", bold=True), say(f"{PORTAL_USER}, {family(picture.sender)}")],
        [say("Read by ", bold=True), say(line(reads, 300))],
        *more,
    ]
    return kit.rich(kit.section(*kit.joined(lines)))


def queue(picture: Picture, *, stopped: datetime | None) -> list[Block]:
    """What an answer would have to wait for."""
    said = []
    going = in_flight(picture)
    if stopped or (going and going.code == "unauthorized"):
        words = "The portal refuses our signature, so nothing leaves right now. Your answer is kept and goes out when "
        said.append(kit.alert(f"{words}it is mended; {picture.practice.ask} knows."))
    elif going:
        who = line(going.author.name, 80)
        said.append(kit.alert(f"{who}’s earlier answer is still on its way. Yours goes out after it.", "info"))
    if doubt := newest_in(picture, State.UNCLEAR):
        who = line(doubt.author.name, 80)
        said.append(kit.alert(f"Unclear whether {who}’s earlier answer arrived. Yours waits until that is settled."))
    return said
