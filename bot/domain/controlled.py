"""Which medicines no button may approve (21 CFR 1308; CONTRACT section 5): found tolerantly, and refused in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from bot.domain import controlled_table as table
from bot.domain.refill import Medication
from bot.domain.spelling import Index, Typed, foreign, index, typed, unreadable, words_of


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


Medicines = Mapping[str, Sequence[str]]  # the practice's `controlled` and `approvable` lists

_SCHEDULES = {"II": table.II, "III": table.III, "IV": table.IV, "V": table.V}  # the strictest first
_ORDER = {schedule: n for n, schedule in enumerate(_SCHEDULES)}
_NAMES = {name: schedule for schedule in reversed(_SCHEDULES) for name in _SCHEDULES[schedule]}
_CONTROLLED = tuple(_NAMES)
_HARMLESS = frozenset(table.HARMLESS)
_KNOWN = _HARMLESS | table.DOSE
_ENDINGS = ("er", "xr", "sr", "la", "cr", "cd", "ir", "xl", "odt", "hcl", "tab", "tabs", "cap", "caps")
_READ = 1000  # characters of a line that are looked at; a longer one is not approvable


def controlled_in(text: str) -> Found | None:
    """The strictest controlled substance in a line, whatever the spelling; None when our table finds nothing."""
    line = typed(text)
    found = [Found(name=phrase, schedule=s) for phrase, s in table.PHRASES.items() if line.holds(phrase)]
    found += [_found(name, line) for word in line.words if (name := _named(word))]
    found += [_found(name, line) for word, parts in line.joined if (name := _split(word, parts))]
    return min(found, key=lambda hit: _ORDER[hit.schedule], default=None)


def judge(medication: Medication, *, medicines: Medicines) -> Judged:
    """CONTRACT section 5's rule for one line; `medicines` are the practice's `controlled` and `approvable` lists.

    Our table beats the portal, and the practice's `controlled` list beats everything. What the portal itself calls II
    to V is not approvable even when the practice's `approvable` list names it: of two opinions the careful one holds.
    Another word than "none" counts as unknown, and unknown as controlled; so does what nobody can read to its end:
    letters of another script, or more than a thousand characters.
    """
    name = " ".join(part for part in (medication.text, medication.strength) if part)
    whole = " ; ".join(part for part in (name, medication.quantity, medication.sig) if part)
    lists = tuple(medicines.get("controlled", ())), tuple(medicines.get("approvable", ()))
    return _judged(name[:_READ], whole[: _READ + 1], medication.schedule.strip().upper(), *lists)


@lru_cache(maxsize=2048)
def _judged(
    name: str, whole: str, portal: str, controlled: tuple[str, ...], approvable: tuple[str, ...]
) -> Judged:  # drawn again and again, and the practice's lists seldom change
    found = controlled_in(whole)
    ours = found.schedule if found else None
    if _forbidden(whole, controlled):
        return Judged(approvable=False, schedule=ours or (portal if portal in _ORDER else None), why=Why.PRACTICE)
    if found:
        return Judged(approvable=False, schedule=ours, why=Why.OURS)
    if portal in _ORDER:
        return Judged(approvable=False, schedule=portal, why=Why.PORTAL)
    if len(whole) > _READ or unreadable(whole):
        return Judged(approvable=False, schedule=None, why=Why.UNKNOWN)
    if portal == "NONE":
        return Judged(approvable=True, schedule=None, why=Why.ALLOWED_BY_PORTAL)
    if portal in {"", "UNKNOWN"} and _listed(name, approvable):
        return Judged(approvable=True, schedule=None, why=Why.ALLOWED_BY_PRACTICE)
    return Judged(approvable=False, schedule=None, why=Why.UNKNOWN)


def names_controlled(text: str, *, medicines: Medicines) -> bool:
    """Whether our table, or the practice's `controlled` list, finds something in words that a person typed."""
    return controlled_in(text) is not None or _forbidden(text, tuple(medicines.get("controlled", ())))


def _found(name: str, line: Typed) -> Found:
    """With the schedule that the name has in this company."""
    eased = [schedule for partner, schedule in table.PARTNERS.get(name, {}).items() if partner in line.words]
    return Found(name=name, schedule=min(eased, key=_ORDER.__getitem__, default=_NAMES[name]))


@lru_cache(maxsize=8192)
def _named(word: str) -> str | None:
    """The controlled name that a word is, holds, begins, or is a slip away from."""
    if word in _NAMES:
        return word
    if len(word) < 5 or word in _KNOWN:
        return None
    begun = None if word in _index_of(table.HARMLESS).begun else _index_of(_CONTROLLED).begun.get(word)
    return _held(word) or begun or _near(word, most=2)


def _held(word: str) -> str | None:
    """A long name inside ("apapcodeine"), or a short one with an ending ("xanaxxr")."""
    reach = _index_of(_CONTROLLED).longest  # a word of 20,000 letters costs no more than its letters
    inside = (word[a:b] for a in range(len(word) - 6) for b in range(min(len(word), a + reach), a + 6, -1))
    bare = (word.removesuffix(ending) for ending in _ENDINGS)
    return next((part for part in (*inside, *bare) if part in _NAMES), None)


def _near(word: str, *, most: int) -> str | None:
    """A name a slip or two away; when a harmless one is nearer, that is meant."""
    hit = _index_of(_CONTROLLED).near(word, most=most)
    if hit is None or (hit[1] == 2 and _index_of(table.HARMLESS).near(word, most=1)):
        return None
    return hit[0]


@lru_cache(maxsize=8192)
def _split(word: str, parts: tuple[str, ...]) -> str | None:
    """The name that a blank took apart; two whole words are not one split word."""
    if len(word) < 4 or _HARMLESS.intersection(parts) or word in _KNOWN or table.DOSE.issuperset(parts):
        return None
    if word in _NAMES:
        return word
    return _near(word, most=1) if len(word) >= 8 else None


@lru_cache(maxsize=64)
def _index_of(names: tuple[str, ...]) -> Index:
    """The index of a list that seldom changes: the harmless names, a practice's own."""
    return index(word for name in names for word in words_of(name))


def _forbidden(text: str, entries: tuple[str, ...]) -> bool:
    """Whether a line names an entry of the practice's `controlled` list, typing slips included."""
    line = typed(text)
    listed = _index_of(entries)
    seen = {hit[0] for word in line.words if (hit := listed.near(word)) and (hit[1] == 0 or word not in _KNOWN)}
    seen |= {hit[0] for word, _ in line.joined if len(word) >= 5 and (hit := listed.near(word, most=1))}
    return any(wanted and seen.issuperset(wanted) for wanted in map(words_of, entries))


def _listed(text: str, entries: Sequence[str]) -> bool:
    """Whether the `approvable` list names everything in the line, word for word, besides dose and form."""
    words = set(words_of(text))
    wanted = [set(words_of(entry)) for entry in entries]
    known = {word for entry in wanted if entry <= words and any(len(word) > 2 for word in entry) for word in entry}
    return bool(known - table.DOSE) and not foreign(text) and words <= known | table.DOSE
