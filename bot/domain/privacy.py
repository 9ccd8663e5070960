"""What a card may show of a message, and who will read an answer."""

from __future__ import annotations

from bot.domain.conversation import Conversation
from bot.domain.message import Patient, Relationship, Sender, StoredMessage
from bot.domain.practice import CardDetail, Practice

CONFIDENTIAL = "Confidential: only the teenager's own account may get the answer"


def detail_for(
    conversation: Conversation, practice: Practice, *, slot: str, messages: tuple[StoredMessage, ...] = ()
) -> CardDetail:
    """How much a card in that slot shows: the practice's choice, but minimal for anything confidential or copied.

    A single confidential message makes the whole card minimal, whatever the conversation says.
    """
    if is_confidential(conversation, messages) or slot != "department":
        return CardDetail.MINIMAL
    return practice.card_detail


def is_confidential(conversation: Conversation, messages: tuple[StoredMessage, ...]) -> bool:
    """Whether the answer may go only to the teenager's own account."""
    return conversation.confidential or any(m.content.confidential for m in messages)


def initials(name: str | None) -> str:
    """The first letters of the first and the last name, "M.O."; "" when there are none. Never more than two."""
    letters = [next((c for c in word if c.isalpha()), "") for word in (name or "").split()]
    known = [letter.upper()[:1] for letter in letters if letter]
    return "".join(f"{letter}." for letter in (known if len(known) < 3 else [known[0], known[-1]]))


def first_name(name: str | None) -> str:
    """The first word of a name, "" when there is none."""
    return next(iter((name or "").split()), "")


def readers(sender: Sender, patient: Patient, *, confidential: bool) -> str:
    """Who will read the answer, in words: what the portal may show to others is said as just that."""
    child = first_name(patient.name)
    who = first_name(sender.name) or "the account that wrote"
    if confidential and sender.relationship is Relationship.SELF:
        return f"{who}, in the teenager's own account; the portal calls this confidential"
    if sender.relationship is Relationship.SELF:
        return f"{who}, and anyone else the portal lets see these messages"
    whose = f"{child}’s" if child else "this child’s"
    return f"{who}, and anyone else the portal lets see {whose} messages"


def wrong_reader(sender: Sender, *, confidential: bool) -> bool:
    """Whether a confidential answer would go to somebody else's account than the teenager's own."""
    return confidential and sender.relationship is not Relationship.SELF
