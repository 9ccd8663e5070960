"""The phrases that a reply can use, each with a preview for an invented family; and the window to write one."""

from __future__ import annotations

from bot.domain.phrase import fill
from bot.domain.phrasebook import NAME_LIMIT, PERSONAL, Book, Draft, Kept
from bot.domain.practice import PLACEHOLDERS
from bot.domain.reply import TEXT_LIMIT
from bot.slack import blocks as kit
from bot.slack import form, names
from bot.slack.blocks import Block, say
from bot.slack.form import View
from bot.slack.text import cut, length, line, sendable

PAGE = 20
SHOWN, WHOLE = 1500, 2500  # letters of a preview: of twenty in a list (Slack takes 250 KB), and of one
EXAMPLE = {
    "sender_first_name": "Joy",
    "sender_name": "Joy Okafor",
    "patient_first_name": "Maya",
    "patient_name": "Maya Okafor",
    "provider": "Dr. Lee",
    "pharmacy": "Harbor Pharmacy",
    "medication": "albuterol inhaler",
    "practice": "our practice",
    "department": "Nursing",
    "my_name": "Alice Moreno",
    "my_title": "RN",
    "today": "November 24",
    "appointment_time": "Dec 1, 3:20 PM",
}
ONLY_YOU = "Personal: only you see it"


def build(book: Book, *, page: int = 0) -> Block:
    """The list, a page at a time; what its reader may change has its buttons."""
    pages = max(1, -(-len(book.kept) // PAGE))
    page = min(max(page, 0), pages - 1)
    new = kit.button("New phrase", action=names.PHRASE_NEW, value="phrases", style="primary")
    blocks: list[Block] = [
        kit.context("As an invented family would read them. In Reply, choose one by a few letters."),
        kit.actions([new]),
    ]
    for kept in book.kept[page * PAGE : (page + 1) * PAGE]:
        blocks += _one(kept)
    if not book.kept:
        blocks.append(kit.context("There are no phrases yet. Press New phrase to write the first."))
    turns = [(page - 1, "Earlier")] if page else []
    turns += [(page + 1, "More")] if page + 1 < pages else []
    for to, label in turns:
        turn = kit.button(label, action=names.PHRASES_MORE, value="phrases")
        blocks.append(kit.actions([turn], block_id=f"{names.PHRASES_MORE}:{to}"))
    if len(book.notebooks) == 1:
        blocks.append(kit.context(f"Shared notebooks are changed by an admin. Ask {line(book.practice.ask, 80)}."))
    return kit.modal("Phrases", blocks, callback=names.PHRASES, metadata=_metadata(book, page), close="Close")


def page_with(book: Book, ref: str) -> int:
    """The page of the list on which that phrase stands; the first for one that is gone."""
    return next((n // PAGE for n, kept in enumerate(book.kept) if kept.ref == ref), 0)


def _metadata(book: Book, page: int) -> str:
    return f"{book.practice.version}:{page}"


def _one(kept: Kept) -> list[Block]:
    phrase = kept.phrase
    where = ONLY_YOU if kept.personal else line(phrase.notebook, NAME_LIMIT)
    head = kit.section(say(line(phrase.title, 100), bold=True), say(f"  {where}"))
    told = fill(phrase.text, EXAMPLE)
    rest = [kit.section(say("The rest stands in Reply, when you choose it."))] if length(told) > SHOWN else []
    shown = [kit.rich(head, kit.quote(say(cut(told, SHOWN))), *rest)]
    if not kept.changeable:
        return shown
    ask = kit.confirm(
        "Delete this phrase?",
        "Answers that were sent with it stay as they are." if kept.personal else "It goes for everybody.",
        yes="Delete",
        danger=True,
    )
    edit = kit.button("Edit", action=names.PHRASE_EDIT, value=kept.ref)
    return [*shown, kit.actions([edit, kit.button("Delete", action=names.PHRASE_DELETE, value=kept.ref, ask=ask)])]


def writing(book: Book, kept: Kept | None, draft: Draft | None = None) -> Block:
    """The window to write a phrase, or to change one; with a draft it shows how an invented family would read it."""
    here = draft or _draft(kept)
    blocks: list[Block] = []
    if draft and draft.text.strip():
        told = kit.section(say("As an invented family would read it", bold=True))
        blocks.append(kit.rich(told, kit.quote(say(cut(fill(draft.text, EXAMPLE), WHOLE)))))
    gaps = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
    blocks += [
        *_notebook(book, kept, here),
        _field(names.PHRASE_TITLE, "Title", here.title, NAME_LIMIT),
        _field(names.PHRASE_TEXT, "Text", here.text, TEXT_LIMIT, many=True),
        kit.context(f"I fill in: {gaps}. A gap that nothing fills stops Send and says which."),
        kit.actions([kit.button("Preview", action=names.PHRASE_PREVIEW, value="phrase")]),
    ]
    # Drawn again for a preview it is still about the same phrase, and the practice that was there when it was opened.
    metadata = f"{draft.seen if draft else book.practice.version}:{here.ref}"
    return kit.modal("Phrase", blocks, callback=names.PHRASE, metadata=metadata, submit="Save", close="Cancel")


def _draft(kept: Kept | None) -> Draft:
    if kept is None:
        return Draft(ref="", notebook=PERSONAL, title="", text="", seen=0)
    phrase = kept.phrase
    return Draft(ref=kept.ref, notebook=phrase.notebook, title=phrase.title, text=phrase.text, seen=0)


def _notebook(book: Book, kept: Kept | None, here: Draft) -> list[Block]:
    if kept and kept.personal:
        return [kit.context(ONLY_YOU)]
    places = [name for name in book.notebooks if kept is None or name != PERSONAL][:100]
    options = [{"text": kit.plain(_place(name), kit.OPTION), "value": f"n{n}"} for n, name in enumerate(places)]
    element: Block = {"type": "static_select", "action_id": names.PHRASE_NOTEBOOK, "options": options}
    element["placeholder"] = kit.plain("Choose", 150)
    if here.notebook in places:
        element["initial_option"] = options[places.index(here.notebook)]
    blocks = [kit.field("Notebook", element, block_id=names.PHRASE_NOTEBOOK, optional=True)]
    if len(book.notebooks) > 1:
        hint = "Only to begin one. A department's notebook has the department's name."
        blocks.append(_field(names.PHRASE_ELSEWHERE, "New notebook", "", NAME_LIMIT, hint=hint, optional=True))
    return blocks


def _place(name: str) -> str:
    return "Personal (only you see it)" if name == PERSONAL else line(name, NAME_LIMIT)


def _field(
    name: str, label: str, value: str, most: int, *, many: bool = False, hint: str = "", optional: bool = False
) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "max_length": most, "multiline": many}
    if value:
        element["initial_value"] = cut(sendable(value), most)
    return kit.field(label, element, block_id=name, hint=hint, optional=optional)


def page_of(view: View) -> int:
    """Which page of the list the window shows."""
    _, _, page = form.window_id(view).partition(":")
    return int(page) if page.isdecimal() and len(page) < 5 else 0


def is_list(view: View) -> bool:
    """Whether it is the list, and not a window on top of it."""
    return view.get("callback_id") == names.PHRASES


def seen(view: View) -> int:
    """The version of the practice that the window shows; -1 for an odd one."""
    version, _, _ = form.window_id(view).partition(":")
    return int(version) if version.isdecimal() and len(version) < 10 else -1


def read(view: View, book: Book) -> Draft:
    """What was written; a notebook that was not offered becomes none."""
    _, _, ref = form.window_id(view).partition(":")
    kept = book.of(ref) if ref else None
    places = [name for name in book.notebooks if kept is None or name != PERSONAL]
    known = {f"n{n}": name for n, name in enumerate(places)}
    begun = form.value(view, names.PHRASE_ELSEWHERE).strip()
    chosen = begun or known.get(form.chosen(view, names.PHRASE_NOTEBOOK), "")
    return Draft(
        ref=ref,
        notebook=PERSONAL if kept and kept.personal else chosen,
        title=form.value(view, names.PHRASE_TITLE),
        text=form.value(view, names.PHRASE_TEXT),
        seen=seen(view),
        named_in=names.PHRASE_ELSEWHERE if begun else names.PHRASE_NOTEBOOK,
    )
