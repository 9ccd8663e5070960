"""Which medicines no button may approve (21 CFR 1308; CONTRACT section 5): found tolerantly, and refused in doubt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from bot.domain import controlled_table as table
from bot.domain.refill import Medication


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A controlled name found in a text, and its schedule: II to V."""

    name: str
    schedule: str


class Why(StrEnum):
    """Why a line may be approved by a button, or may not."""

    OURS = "ours"  # our table finds it
    PRACTICE = "practice"  # the practice's `controlled` list names it
    PORTAL = "portal"  # the portal says schedule II to V
    UNKNOWN = "unknown"  # nobody says that it is not controlled
    ALLOWED_BY_PORTAL = "allowed_by_portal"  # the portal says that it is not controlled
    ALLOWED_BY_PRACTICE = "allowed_by_practice"  # the practice's `approvable` list names it


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Whether a button may approve a line. `schedule` is None where nobody named one."""

    approvable: bool
    schedule: str | None
    why: Why


_LOOKALIKES = str.maketrans(
    "аеорсухкмтвнгіїјѕԁӏαβεικνορτυχ0134578$@|",
    "aeopcyxkmtbhriijsdlabeiknoptuxoieastbsai",
)
_ORDER = {"II": 0, "III": 1, "IV": 2, "V": 3}
_NAMES = {
    name: schedule
    for schedule, names in (("V", table.V), ("IV", table.IV), ("III", table.III), ("II", table.II))
    for name in names
}
_HARMLESS = frozenset(table.HARMLESS)
_LATIN = re.compile(r"[a-z]+")
_DOSE = frozenset(
    table.words("""
    tab tabs tablet tablets cap caps capsule capsules chew chewable chewables odt er xr sr la ir dr cr xl hfa
    inhaler inhalers nebulizer neb nebules solution soln suspension susp syrup elixir liquid drops drop spray nasal
    otic ear eye ophthalmic cream ointment gel lotion foam shampoo patch patches oral mouth topical powder packet
    packets suppository suppositories injection pen auto injector vial vials mg mcg g ml l unit units iu meq percent
    per dose doses puff puffs childrens children infant infants junior jr adult pediatric extra strength regular
    sugar free generic brand daily day hour hr hours refill sodium hydrochloride hcl sulfate acetate succinate
    maleate phosphate potassium calcium magnesium fumarate tartrate propionate furoate dipropionate valerate nitrate
    aerosol actuation diskus respiclick strip strips ounce oz for of the in as needed once twice a an every one two
    three kit pack monohydrate trihydrate
    """)
)


def controlled_in(text: str) -> Found | None:
    """The strictest controlled substance in a line, whatever the spelling; None when our table finds nothing."""
    return _controlled_in(text[:2000])


@lru_cache(maxsize=2048)
def _controlled_in(text: str) -> Found | None:
    found: list[Found] = []
    for reading in (_folded(text), _folded(text).translate(_LOOKALIKES)):
        spaced = " ".join(re.findall(r"[a-z0-9]+", reading))
        padded = f" {spaced} "
        found += [Found(name=n, schedule=s) for n, s in table.PHRASES.items() if f" {n} " in padded]
        found += [hit for word in _candidates(_LATIN.findall(reading)) if (hit := _named(word))]
    return min(found, key=lambda hit: _ORDER[hit.schedule], default=None)


def judge(medication: Medication, *, medicines: Mapping[str, Sequence[str]]) -> Judged:
    """CONTRACT section 5's rule for one line; `medicines` are the practice's `controlled` and `approvable` lists.

    Our table beats the portal, the practice's `controlled` list beats everything, and what the portal itself calls
    controlled is not approvable whatever the practice's list says: unknown counts as controlled.
    """
    whole = " ".join(part for part in (medication.text, medication.strength) if part)
    portal = medication.schedule.strip().upper()
    found = controlled_in(whole)
    if any(_names(entry, whole) for entry in medicines.get("controlled", ())):
        return Judged(approvable=False, schedule=found.schedule if found else None, why=Why.PRACTICE)
    if found:
        return Judged(approvable=False, schedule=found.schedule, why=Why.OURS)
    if portal in _ORDER:
        return Judged(approvable=False, schedule=portal, why=Why.PORTAL)
    if portal == "NONE":
        return Judged(approvable=True, schedule=None, why=Why.ALLOWED_BY_PORTAL)
    if portal in {"", "UNKNOWN"} and _listed(whole, medicines.get("approvable", ())):
        return Judged(approvable=True, schedule=None, why=Why.ALLOWED_BY_PRACTICE)
    return Judged(approvable=False, schedule=None, why=Why.UNKNOWN)


def _folded(text: str) -> str:
    """One form of each letter: no case, no accents, nothing invisible."""
    flat = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in flat if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")


def _candidates(words: list[str]) -> Iterable[str]:
    """Each word, and neighbours joined: "rital in", "hydro codone", "d amphetamine"."""
    yield from words
    for n in range(len(words) - 1):
        yield words[n] + words[n + 1]
        if n + 2 < len(words):
            yield words[n] + words[n + 1] + words[n + 2]


def _named(word: str) -> Found | None:
    """The controlled name that a word is, or is a typing slip away from."""
    if word in _NAMES:
        return Found(name=word, schedule=_NAMES[word])
    if len(word) < 5 or word in _HARMLESS or word in _DOSE:
        return None
    stems = [word[len(prefix) :] for prefix in ("d", "l", "dl") if word.startswith(prefix)]
    for stem in stems:
        if stem in _NAMES and len(stem) > 5:
            return Found(name=stem, schedule=_NAMES[stem])
    near = [(n, d) for n in _near(word) if (d := _slips(word, n, 2 if len(n) >= 9 else 1)) is not None]
    best = min(near, key=lambda hit: hit[1], default=None)
    if best is None or any(_slips(word, other, best[1]) is not None for other in _HARMLESS if _alike(word, other)):
        return None
    return Found(name=best[0], schedule=_NAMES[best[0]])


def _near(word: str) -> Iterable[str]:
    """Names that may be a slip or two away: they share what is left when letters are taken out."""
    index = _index()
    return {name for left in _without(word, 2) for name in index.get(left, ()) if abs(len(name) - len(word)) <= 2}


@cache
def _index() -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for name in (n for n in _NAMES if len(n) >= 5):
        for left in _without(name, 2 if len(name) >= 9 else 1):
            index[left] = (*index.get(left, ()), name)
    return index


def _without(word: str, most: int) -> set[str]:
    """The word, and what is left of it without one letter, or two."""
    found = {word}
    for _ in range(most):
        found |= {w[:n] + w[n + 1 :] for w in found for n in range(len(w))}
    return found


def _alike(word: str, other: str) -> bool:
    return word[0] == other[0] and abs(len(word) - len(other)) <= 2


def _slips(a: str, b: str, most: int) -> int | None:
    """How many typing slips part two words (Damerau-Levenshtein; letters swapped count once); None above `most`."""
    before, row = list(range(len(b) + 1)), list(range(len(b) + 1))
    older: list[int] = []
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i, *([0] * len(b))]
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def _names(entry: str, text: str) -> bool:
    """Whether a text names an entry of the practice's `controlled` list, typing slips included."""
    wanted = _LATIN.findall(_folded(entry))
    words = list(_candidates(_LATIN.findall(_folded(text))))
    return bool(wanted) and all(
        any(word == w or (len(w) >= 5 and _slips(word, w, 1) is not None) for word in words) for w in wanted
    )


def _listed(text: str, entries: Sequence[str]) -> bool:
    """Whether the `approvable` list names everything in the line: word for word, besides dose words."""
    words = set(_LATIN.findall(_folded(text)))
    known: set[str] = set()
    for entry in entries:
        wanted = set(_LATIN.findall(_folded(entry)))
        if wanted and wanted <= words:
            known |= wanted
    return bool(known) and all(word in known or word in _DOSE or len(word) < 2 for word in words)
