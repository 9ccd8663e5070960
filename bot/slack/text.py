"""Words from outside, made fit to be shown: nothing invisible that acts, nothing longer than Slack takes."""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"
_MARK_RUN = 4  # combining marks that one letter may carry; living scripts need no more

_GAP = re.compile(r"\n\s*\n\s*")
_NEW_LINES = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_QUIET = re.compile("[\n -~\xa0-\xac\xae-\u02ff\u2010-\u2027]*")  # Latin letters, and our own dots, dashes and quotes
_BLANK = frozenset("\u2800\u3164\u115f\u1160\uffa0\u17b4\u17b5")  # letters to Unicode, nothing to the eye

_BIDI = {  # UAX 9: what re-orders the text after it is shown as a word, so that nothing reads backwards in secret
    0x202A: "[LRE]",
    0x202B: "[RLE]",
    0x202C: "[PDF]",
    0x202D: "[LRO]",
    0x202E: "[RLO]",
    0x2066: "[LRI]",
    0x2067: "[RLI]",
    0x2068: "[FSI]",
    0x2069: "[PDI]",
}


def _table() -> dict[int, str | None]:
    gone = [0xAD, 0x180E, 0x200B, 0xFEFF, *range(0x2060, 0x2066), *range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC)]
    tags = range(0xE0000, 0xE0080)
    pictures = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"}
    replaced = [*range(0x80, 0xA0), *range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0)]
    replaced += [plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)]
    table: dict[int, str | None] = dict.fromkeys([*gone, *tags])
    return table | pictures | dict.fromkeys(replaced, "\ufffd") | _BIDI | {0x7F: "\u2421", 0x09: "    "}


def _clinging(*spans: range) -> str:
    """A character class of what clings to the letter before it: marks, joiners, direction marks."""
    found: list[list[int]] = []
    for code in (c for span in spans for c in span if unicodedata.category(chr(c))[0] == "M"):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return "[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in found) + "\u200c-\u200f\u061c]"


_TABLE = _table()
_PLAIN = _clinging(range(0x300, 0x10000))
_ALL = _clinging(range(0x300, 0x20000), range(0xE0100, 0xE01F0))
_RUN_PLAIN = re.compile(f"({_PLAIN}{{{_MARK_RUN}}}){_PLAIN}+")  # five times faster, and enough for nearly every text
_RUN = re.compile(f"({_ALL}{{{_MARK_RUN}}}){_ALL}+")
_CLINGS = re.compile(_ALL)


def clean(text: str) -> str:
    """The text with one kind of line end, and nothing in it that acts unseen.

    Controls and bidi overrides become visible, invisible fillers go, a letter keeps few marks. Cleaning twice changes
    nothing more. Markup characters stay as they are: they are shown, never parsed.
    """
    if is_quiet(text):
        return text
    text = _NEW_LINES.sub("\n", text).translate(_TABLE)
    if text.isascii():
        return text
    return (_RUN if max(text) > "\uffff" else _RUN_PLAIN).sub(r"\1", text)


def is_quiet(text: str) -> bool:
    """Whether it is lines of Latin letters, as nearly every name and text is: cleaning all would double a card's cost.

    Nothing in such a text is changed by cleaning, nothing clings, and what is no space can be seen.
    """
    return (text.isascii() and text.isprintable()) or _QUIET.fullmatch(text) is not None


def sendable(text: str) -> str:
    """A colleague's own words back into their field: as typed, but for halves of characters, which nobody can send."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def has_ink(text: str) -> bool:
    """Whether anything of it can be seen."""
    if is_quiet(text):
        return bool(text.strip())
    return any(not c.isspace() and c not in _BLANK and unicodedata.category(c) not in {"Mn", "Me", "Cf"} for c in text)


def line(text: str | None, limit: int = 200) -> str:
    """A cleaned value on one line, at most `limit` long; "" when nothing of it can be seen."""
    whole = text or ""
    if len(whole) <= limit and is_quiet(whole):
        return " ".join(whole.split())
    head = whole[: 4 * limit + 200]  # what follows would be cut anyway, however much of this is invisible
    flat = " ".join(clean(head).split())
    if len(whole) > len(head):
        flat = flat + ELLIPSIS if has_ink(flat) and length(flat) < limit else " ".join(clean(whole).split())
    return cut(flat, limit) if has_ink(flat) else ""


def given(text: str | None, what: str, limit: int = 200) -> str:
    """The value on one line, else that it was not given: "quantity not given"."""
    return line(text, limit) or f"{what} not given".strip()


def length(text: str) -> int:
    """The length as a browser counts it, in UTF-16 units: never less than Slack's own count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """The text, or its beginning with "…", at most `limit` long; a letter is never parted from its marks."""
    if length(text) <= limit:
        return text
    return text[: _edge(text, _fit(text, limit - 1))].rstrip() + ELLIPSIS


def split(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit`, parted at line ends or spaces where there are any; nothing is lost."""
    pieces = []
    while length(text) > limit:
        fits = _edge(text, _fit(text, limit))
        near = max(text.rfind(gap, fits - limit // 4, fits) for gap in "\n ")
        at = near + 1 if near >= 0 else fits
        pieces.append(text[:at])
        text = text[at:]
    return [*pieces, text] if text else pieces


def excerpt(text: str, *, chars: int = 600, lines: int = 8) -> tuple[str, int]:
    """The beginning of a text, and how many characters are left out (0: it is whole)."""
    text = _GAP.sub("\n\n", text).strip()
    shown = "\n".join(text.split("\n")[:lines])
    if length(shown) > chars:
        at = _edge(shown, _fit(shown, chars))
        gap = shown.rfind(" ", at - 40, at)
        shown = shown[: gap if gap > 0 else at]
    shown = shown.rstrip()
    return shown, len(text) - len(shown)


def _fit(text: str, limit: int) -> int:
    at = min(len(text), limit)
    while (over := length(text[:at]) - limit) > 0:
        at -= (over + 1) // 2
    return at


def _edge(text: str, at: int) -> int:
    best = at
    for _ in range(16):
        if not 0 < best < len(text):
            break
        if not _CLINGS.match(text[best]) and text[best - 1] != "\u200d":
            return best
        best -= 1
    return max(1, best if best > 0 else at)
