"""The phrases of a practice file."""

from __future__ import annotations

import re

from bot.domain.phrasebook import PERSONAL
from bot.domain.practice import PLACEHOLDERS, Phrase
from bot.practice_file.fault import one_of
from bot.practice_file.reading import Reading
from bot.practice_file.tree import Node, short

TEXT_LIMIT = 3_000  # what a Slack text field takes

_GAP = re.compile(r"\{([^{}\n]*)\}")


def read_phrases(reading: Reading, at: Node | None) -> tuple[Phrase, ...]:
    """All phrases in order; a title may stand once in each notebook."""
    found: dict[tuple[str, str], Phrase] = {}
    for entry in reading.items(at):
        settings = reading.group(entry, known=("notebook", "title", "text"), required=("notebook", "title", "text"))
        notebook, title = reading.text(settings.get("notebook")), reading.text(settings.get("title"))
        text = reading.text(settings.get("text"), limit=TEXT_LIMIT)
        if notebook is None or title is None or text is None:
            continue
        if notebook.casefold() == PERSONAL.casefold():
            wrong = f'"{short(notebook)}" is what everybody\'s own notebook is called in Slack.'
            reading.warn(settings["notebook"], wrong, "Give this one, which everybody sees, another name.")
        _check_gaps(reading, settings["text"], text)
        if (notebook, title) in found:
            wrong = f'The notebook {notebook} has a phrase "{short(title)}" already.'
            reading.fault(entry, wrong, "Give it another title.")
        found.setdefault((notebook, title), Phrase(notebook=notebook, title=title, text=text))
    return tuple(found.values())


def _check_gaps(reading: Reading, at: Node, text: str) -> None:
    """Warn about gaps that nothing fills: the writer would have to."""
    for name in dict.fromkeys(_GAP.findall(text)):
        if name not in PLACEHOLDERS:
            wrong = f"Nothing fills the gap {{{short(name)}}}."
            reading.warn(at, wrong, one_of(PLACEHOLDERS, wrote=name))
    if set("{}") & set(_GAP.sub("", text)):
        reading.warn(at, "A curly bracket has no partner.", "Gaps are written {patient_first_name}.")
