"""What is wrong with a practice file: where, what, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """One thing that is wrong, or (as a warning) that is probably not meant.

    `line` counts from 1; `path` is like `departments[1].turnaround`, empty for the file as a whole.
    """

    line: int
    path: str
    what_is_wrong: str
    what_would_be_right: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.path}" if self.path else f"line {self.line}"
        return f"{where}: {self.what_is_wrong} {self.what_would_be_right}".rstrip()


class PracticeWrong(ValueError):  # noqa: N818 - the file is wrong, the program is not
    """A practice file that cannot be used, with every fault that was found, in order of lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like `word`, whatever the case; None when nothing comes near."""
    by_folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.55)
    return by_folded[found[0]] if found else None


def one_of(known: Iterable[str], *, wrote: str) -> str:
    """A guess at what `wrote` was to be, and what is known besides, as far as a sentence holds it."""
    names = sorted(known)
    guess = nearest(wrote, names)
    meant = f'Did you mean "{guess}"? ' if guess else ""
    if not names:
        return "There is none yet."
    return f"{meant}Known: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}."
