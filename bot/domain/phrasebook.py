"""Phrase notebooks as one person sees them: their own first; kept, changed and removed in Slack."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import tell
from bot.domain.journal import Entry
from bot.domain.permission import must_work_here
from bot.domain.practice import PLACEHOLDERS, Phrase, Practice
from bot.domain.refused import Refusal, Refused
from bot.domain.reply import TEXT_LIMIT
from bot.domain.setup import Document, administrator, save
from bot.domain.staff import Person, Role, Staff
from bot.domain.store import Records

PERSONAL = "Personal"  # the notebook that only its owner sees
NOTEBOOK, TITLE, TEXT = "phrase_notebook", "phrase_title", "phrase_text"  # the fields that a refusal belongs to
NAME_LIMIT = 75  # characters of a notebook's name, and of a title: as many as in the practice file
MOST = 200  # personal phrases of one person

_GAP = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A phrase where it is kept. `ref` is opaque: a personal row's id, or a name made of the words themselves."""

    ref: str
    phrase: Phrase
    changeable: bool
    personal: bool = False  # only its owner sees it


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All phrases that one person can use, in the order in which they are offered."""

    practice: Practice
    staff: Staff
    kept: tuple[Kept, ...]

    @property
    def notebooks(self) -> tuple[str, ...]:
        """Where this person may keep one."""
        if Role.ADMIN not in self.staff.roles:
            return (PERSONAL,)
        known = (d.name for d in self.practice.departments), (p.notebook for p in self.practice.phrases)
        return tuple(dict.fromkeys([PERSONAL, *known[0], *known[1]]))

    def of(self, ref: str) -> Kept | None:
        """The phrase of that name, if this person can use it."""
        return next((one for one in self.kept if one.ref == ref), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A phrase as it was written. `ref` is "" for a new one; `seen`: the version of the practice in the window.

    `named_in`: the field in which the notebook was named.
    """

    ref: str
    notebook: str
    title: str
    text: str
    seen: int
    named_in: str = NOTEBOOK

    def is_old(self, *, beside: Book) -> bool:
        """Whether it was written about what is not there any more."""
        return self.seen != beside.practice.version or (self.ref != "" and beside.of(self.ref) is None)


def book(records: Records, *, person: Person) -> Book:
    """Their own phrases, then those of their departments, then the practice's; Refused for whoever has no role."""
    practice = tell.in_force(records)
    return _book(records, practice, must_work_here(person, practice.person(person.slack), ask=practice.ask))


def usable(records: Records, *, slack: str) -> tuple[Kept, ...]:
    """What a reply window offers to an account that Slack has vouched for; nothing without a role."""
    practice = tell.in_force(records)
    staff = practice.person(slack)
    return _book(records, practice, staff).kept if staff and staff.roles else ()


def chosen(records: Records, *, person: Person, ref: str) -> Book:
    """The book in which that phrase is to be changed; Refused when it is gone, or not this person's to change."""
    found = book(records, person=person)
    _changeable(found, ref)
    return found


def keep(records: Records, *, person: Person, draft: Draft, document_of: Document, now: datetime) -> Kept:
    """Keep a new phrase, or a changed one; the shared notebooks are an admin's."""
    found = book(records, person=person)
    before = _changeable(found, draft.ref) if draft.ref else None
    phrase = _checked(draft, found, before)
    own = phrase.notebook == PERSONAL
    if before is not None and before.personal is not own:
        raise Refused(
            "A phrase stays personal, or shared. Write it anew in the other notebook.",
            because=Refusal.TEXT,
            field=draft.named_in,
        )
    if own:
        return _keep_own(records, found, phrase, before, now=now)
    practice = _shared(
        records, person, draft.seen, "so nothing was saved. Copy your text, close this window, and look at the list."
    )
    others = [phrase if before and p == before.phrase else p for p in practice.phrases]
    phrases = tuple(others if before else [*others, phrase])
    save(records, replace(practice, phrases=phrases), document_of, person=person, action="practice.phrases", now=now)
    return Kept(ref=_name(phrase), phrase=phrase, changeable=True)


def remove(records: Records, *, person: Person, ref: str, seen: int, document_of: Document, now: datetime) -> Phrase:
    """Take a phrase out of its notebook."""
    found = book(records, person=person)
    kept = _changeable(found, ref)
    if kept.personal:
        records.drop_phrase(kept.ref, slack=found.staff.slack)
        _journal(records, found.staff, "phrase.removed", kept.ref, now=now)
        return kept.phrase
    practice = _shared(records, person, seen, "so nothing was deleted. Close this, look at the list, and press again.")
    phrases = tuple(p for p in practice.phrases if p != kept.phrase)
    save(records, replace(practice, phrases=phrases), document_of, person=person, action="practice.phrases", now=now)
    return kept.phrase


def _book(records: Records, practice: Practice, staff: Staff) -> Book:
    mine = records.phrases_of(staff.slack)
    own = [Kept(ref=ref, phrase=phrase, changeable=True, personal=True) for ref, phrase in mine]
    admin = Role.ADMIN in staff.roles
    shared = [Kept(ref=_name(phrase), phrase=phrase, changeable=admin) for phrase in practice.phrases]
    near = [one for one in shared if one.phrase.notebook in staff.departments]
    far = [one for one in shared if one.phrase.notebook not in staff.departments]
    return Book(practice=practice, staff=staff, kept=(*own, *near, *far))


def _changeable(found: Book, ref: str) -> Kept:
    kept = found.of(ref)
    if kept is None:
        raise Refused(
            "Somebody changed or deleted this phrase meanwhile. Close this, and look at the list.", because=Refusal.GONE
        )
    if not kept.changeable:
        raise Refused(f"Only an admin can change this. Ask {found.practice.ask}.", because=Refusal.NOT_ADMIN)
    return kept


def _name(phrase: Phrase) -> str:
    """An opaque name of a shared phrase, the same as long as its words are."""
    told = f"{phrase.notebook}\0{phrase.title}\0{phrase.text}"
    return f"ph_{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:24]}"


def _shared(records: Records, person: Person, seen: int, so: str) -> Practice:
    _, practice = administrator(records, person=person)
    if practice.version != seen:
        told = f"Somebody changed the practice while this was open, {so}"
        raise Refused(told, because=Refusal.CHANGED, field=TEXT)
    return practice


def _keep_own(records: Records, found: Book, phrase: Phrase, before: Kept | None, *, now: datetime) -> Kept:
    own = [one for one in found.kept if one.personal]
    if before is None and len(own) >= MOST:
        raise Refused(f"{MOST} are as many as I keep for one person. Delete one first.", because=Refusal.NOT_NOW)
    ref = before.ref if before else records.new_id("ph")
    records.keep_phrase(ref, slack=found.staff.slack, phrase=phrase, now=now)
    _journal(records, found.staff, "phrase.changed" if before else "phrase.kept", ref, now=now)
    return Kept(ref=ref, phrase=phrase, changeable=True, personal=True)


def _checked(draft: Draft, found: Book, before: Kept | None) -> Phrase:
    title, text = " ".join(_legible(draft.title).split()), _legible(draft.text)
    notebook = _known(" ".join(_legible(draft.notebook).split()), found.notebooks)
    for said, what, field, most in (
        (notebook, "notebook", draft.named_in, NAME_LIMIT),
        (title, "title", TITLE, NAME_LIMIT),
        (text, "text", TEXT, TEXT_LIMIT),
    ):
        if not any(letter.isprintable() and not letter.isspace() for letter in said):
            raise Refused(f"The phrase needs a {what}.", because=Refusal.TEXT, field=field)
        if len(said) > most:
            raise Refused(f"{len(said):,} characters; it takes {most:,}.", because=Refusal.TEXT, field=field)
    there = [one.phrase for one in found.kept if one is not before and one.personal is (notebook == PERSONAL)]
    if any(p.notebook == notebook and p.title.casefold() == title.casefold() for p in there):
        raise Refused(
            f'The notebook {notebook} has a phrase "{title}" already. Give this one another title.',
            because=Refusal.TEXT,
            field=TITLE,
        )
    _no_odd_gaps(text)
    return Phrase(notebook=notebook, title=title, text=text)


def _legible(typed: str) -> str:
    """As typed, without what a paste brings along unseen: odd line ends, control characters."""
    return "".join(c for c in "\n".join(typed.splitlines()) if c >= " " or c in "\n\t").strip()


def _known(notebook: str, notebooks: Sequence[str]) -> str:
    """The notebook that is there already, whatever the case in which its name was typed."""
    if notebook in notebooks:
        return notebook
    return next((name for name in notebooks if name.casefold() == notebook.casefold()), notebook)


def _no_odd_gaps(text: str) -> None:
    odd = [gap[:NAME_LIMIT] for gap in dict.fromkeys(_GAP.findall(text)) if gap not in PLACEHOLDERS]
    if odd or set("{}") & set(_GAP.sub("", text)):
        known = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
        what = f"Nothing fills {{{odd[0]}}}." if odd else "A curly bracket has no partner."
        raise Refused(f"{what} What I can fill in: {known}.", because=Refusal.TEXT, field=TEXT)


def _journal(records: Records, staff: Staff, action: str, ref: str, *, now: datetime) -> None:
    records.journal(Entry(at=now, actor=staff.slack, action=action, subject=ref))
