"""What must be seen before anything is written or sent: alerts at the top of a window."""

from __future__ import annotations

from bot.domain.picture import Picture
from bot.domain.privacy import CONFIDENTIAL, first_name, is_confidential, wrong_reader
from bot.slack.blocks import Block, alert
from bot.slack.people import other_children, relatives
from bot.slack.text import line


def warnings(picture: Picture) -> list[Block]:
    """Another child, confidential, not verified, and the family's other open messages."""
    said = []
    if others := other_children(picture):
        own = line(picture.patient.name, 60) or "a child without a name"
        said.append(
            alert(f"Two children: the newest message is about {own}, an earlier one about {', '.join(others)}.")
        )
    secret = is_confidential(picture.conversation, picture.messages)
    if wrong_reader(picture.sender, confidential=secret):
        child = line(first_name(picture.patient.name), 40)
        own = f"{child}’s own account" if child else "the teenager's own account"
        words = f"This answer may go only to {own}, and somebody else wrote this message."
        said.append(alert(f"{words} Answer by phone, or ask a prescriber.", "error"))
    elif secret:
        said.append(alert(f"{CONFIDENTIAL}."))
    if picture.sender.proxy_verified is False:
        who = line(picture.sender.name, 80) or "The writer"
        said.append(alert(f"Relationship not verified by the portal. {who} may not be allowed to act for the child."))
    return said + [alert(f"{about[:1].upper()}{about[1:]}.", "info") for about in relatives(picture, named=True)]
