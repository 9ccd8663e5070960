"""What is said when something is refused, missing or our own fault: one sentence why, one what to do."""

from __future__ import annotations

from bot.slack.text import line

OUTSIDER = "Only members of the practice's own workspace can act here. Ask a colleague to do it."
OLDER_CARD = "This card was out of date and I have redrawn it. Please press again."
ALREADY_SENT = "Already sent. Close this window; the card shows how far the answer is."
DATABASE_AWAY = "I could not save that in time, so nothing was sent. Your text is kept; press Send again in a moment."
NOT_SET_UP = "Portal Desk is not set up yet. Ask whoever installed it to apply the practice file."
GONE = "I do not know this message any more. Look for its number in the channel."
CHECKING = "I am asking the portal whether it has the answer. The card changes as soon as it says."
SETTLED = "Somebody settled this already. Look at the card again."
TOO_LATE = "That took longer than Slack waits, and nothing was changed. Please press again."
WINDOW_GONE = "I do not know this window any more. Copy your text, close it, and press the button on the card again."
NOT_READY = "The database did not answer, so nothing was done. Please press again in a moment."
UNKNOWN_COMMAND = "I do not know that command. Type /portal help for what works."


def card_waits(number: int) -> str:
    """What was pressed on the card of this number is done, and is not to be seen there yet."""
    return f"No. {number}: your press counts. Slack makes me wait before I may redraw the card; it follows by itself."


def no_role(ask: str) -> str:
    """Somebody who is not on the staff list pressed."""
    return f"You have no role in Portal Desk yet. Ask {line(ask, 100)} to add you."


def not_department(department: str, ask: str) -> str:
    """Somebody of another department pressed."""
    named = line(department, 80)
    return f"This message belongs to {named}. Ask {line(ask, 100)} to add you to {named}."


def withdrawn(at: str) -> str:
    """The family took it back; `at`: a time of the day."""
    return f"The family took this message back at {line(at, 40)}. Nothing was sent; phone them if it still matters."


def too_long(count: int, limit: int) -> str:
    """The answer is longer than the portal takes."""
    return f"{count:,} characters; the portal takes {limit:,}. Take out {count - limit:,} and press Send."


def queue_stopped(ask: str) -> str:
    """The portal refuses our signature."""
    kept = "Your answer is kept and goes out when it is mended"
    return f"The portal refuses our signature, so nothing leaves right now. {kept}; {line(ask, 100)} knows."


def shared_outside(channel: str) -> str:
    """A channel that another company reads."""
    return f"{line(channel, 80)} is shared with another company. Choose a channel that only your practice can read."


def our_fault(ask: str, number: str) -> str:
    """A bug; `number` stands in the log."""
    who = f'tell {line(ask, 100)} "{line(number, 20)}"'
    return f"That did not work, and nothing was sent. Your text is kept; try again, and if it happens twice {who}."


NO_REFILL = "No refill waits for your decision. New ones appear under Unread Phone."
PHRASE_TOO_LONG = "With this phrase the answer would be too long. Your text is kept; take something out first."
