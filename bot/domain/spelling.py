"""Names in a line that somebody typed: slips, split words, look-alike letters and endings change nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_LOOKALIKES = str.maketrans(
    "авегіјкмнопрстухьѕԁԛԝһӏияАВЕНІЈКМОРСТУХЅԚԜ"  # Cyrillic
    "αβγεηικμνορτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"  # Greek
    "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢıłøđɑɡɩ",  # small capitals, and Latin letters that do not decompose
    "aberijkmhonpctyxbsdqwhlnrABEHIJKMOPCTYXSQWabyenikmvoptuxwABEZHIKMNOPTYXabcdefghijklmnoprstuvwyzilodagi",
    "\u1160\u115f\u2800",  # letters that nobody sees
)
_SYMBOLS = str.maketrans("0134578@$|!", "oieastbasll")  # r1talin, 0xycodone
_MARKS = str.maketrans("™℠", "  ")  # else they would become letters
_WORD = re.compile(r"[a-z]+")
_FOREIGN = re.compile(r"[^\W\d_a-z]")
_TOKEN = re.compile(r"[a-z0-9@$|!]+")
_DOSE = re.compile(r"\d+(?:mg|mcg|ml|gm?|iu|er|xr|tabs?)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line as it can be read: its words, the same put together where a blank may have split them, and its marks."""

    words: tuple[str, ...]
    joined: tuple[tuple[str, tuple[str, ...]], ...]  # with the words that it is made of
    marks: str  # letters and numbers with one blank between, and around all

    def holds(self, phrase: str) -> bool:
        """Whether some words and numbers stand there in this order."""
        return f" {phrase} " in self.marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Names that can be found by what is left of them without one letter or two."""

    names: frozenset[str]
    begun: Mapping[str, str]  # long names by their beginnings: records cut off at a width ("dextroamp")
    left: Mapping[str, tuple[str, ...]]
    longest: int  # letters of the longest name

    def near(self, word: str, *, most: int = 2) -> tuple[str, int] | None:
        """The nearest name and how many slips away: one is forgiven from 5 letters on, two are from 9 on."""
        if word in self.names:
            return word, 0
        if not 5 <= len(word) <= self.longest + most:  # beyond it no slip reaches a name, and each letter would cost
            return None
        reach = min(most, 2 if len(word) >= 7 else 1)
        names = {name for rest in _without(word, reach) for name in self.left.get(rest, ())}
        within = [(name, n) for name in names if (n := slips(word, name, most=min(most, forgiven(name)))) is not None]
        return min(within, key=lambda hit: (hit[1], hit[0]), default=None)


def index(names: Iterable[str]) -> Index:
    """An index over names of small letters."""
    every = frozenset(names)
    left: dict[str, tuple[str, ...]] = {}
    for name in sorted(every):
        for rest in _without(name, forgiven(name)) if forgiven(name) else ():
            left[rest] = (*left.get(rest, ()), name)
    begun = {name[:n]: name for name in sorted(every) if len(name) >= 9 for n in range(6, len(name))}
    return Index(names=every, begun=begun, left=left, longest=max(map(len, every), default=0))


def forgiven(name: str) -> int:
    """How many slips still mean this name: a short name is too near to other words."""
    return 0 if len(name) < 5 else 1 if len(name) < 9 else 2


def plain(text: str) -> str:
    """One form of each letter: no case, no accents, nothing invisible."""
    flat = unicodedata.normalize("NFKD", text.translate(_MARKS)).casefold()
    return "".join(c for c in flat if unicodedata.category(c) not in {"Mn", "Me", "Cf"})


def foreign(text: str) -> bool:
    """Whether a line holds letters that are not Latin: nobody here can read it, look-alikes included."""
    return _FOREIGN.search(plain(text)) is not None


def unreadable(text: str) -> bool:
    """Whether letters of another script remain when all look-alikes are read: they might spell anything."""
    return _FOREIGN.search(_seen(text)) is not None


def words_of(text: str) -> list[str]:
    """The words of a line as typed, without any guess; an apostrophe parts nothing."""
    return _WORD.findall(re.sub(r"['’]", "", plain(text)))


def typed(text: str) -> Typed:
    """Read a line with every guess at what its letters and blanks were meant to be."""
    seen = _seen(text)
    words = _WORD.findall(seen)
    meant = [_spelt(token) for token in _TOKEN.findall(seen) if not token.isalpha()]
    return Typed(
        words=(*words, *(word for word in meant if len(word) >= 5)),
        joined=tuple(_joined(words)),
        marks=f" {' '.join(re.findall(r'[a-z]+|[0-9]+', seen))} ",
    )


def _seen(text: str) -> str:
    return plain(unicodedata.normalize("NFKD", text.translate(_MARKS)).translate(_LOOKALIKES))


def _spelt(token: str) -> str:
    """Letters for the digits and signs in a word; the dose behind it falls off."""
    return "".join(_WORD.findall(_DOSE.sub("", token).translate(_SYMBOLS)))


def _joined(words: list[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Neighbours put together ("rital in", "hydro cod one"), and letters that stand alone ("o n f i")."""
    for size in (2, 3):
        for n in range(len(words) - size + 1):
            parts = tuple(words[n : n + size])
            yield "".join(parts), parts
    for run in re.findall(r"\b[a-z](?: [a-z]\b){3,}", " ".join(words)):
        yield run.replace(" ", ""), tuple(run.split())


def _without(word: str, most: int) -> set[str]:
    """The word, and what is left of it without one letter, or two."""
    found, last = {word}, {word}
    for _ in range(most):
        last = {w[:n] + w[n + 1 :] for w in last for n in range(len(w))}
        found |= last
    return found


def slips(a: str, b: str, *, most: int) -> int | None:
    """How many typing slips part two words (Damerau-Levenshtein; letters swapped count once); None above `most`."""
    if abs(len(a) - len(b)) > most:
        return None
    older: list[int] = []
    before = row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i, *([0] * len(b))]
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None
