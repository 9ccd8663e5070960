"""The practice as its file, for every change that an admin makes in Slack."""

from __future__ import annotations

from bot.domain.practice import Practice
from bot.domain.refused import Refusal, Refused
from bot.practice_file import PracticeWrong, read, show


def document_of(practice: Practice) -> str:
    """The practice as its file, read back: what could not be read again would stop everything."""
    document = show(practice)
    try:
        read(document)
    except PracticeWrong as wrong:
        raise Refused(
            "This would leave a practice that does not hold together (somebody covers for a person who is gone, or a "
            "name is used twice). Nothing was changed; mend that in the practice file first.",
            because=Refusal.NOT_NOW,
        ) from wrong
    return document
