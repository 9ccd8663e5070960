"""An HTML body as the plain text that a person would read, in time linear to its length."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

# Not html.parser: on Python 3.11 twenty thousand characters of "<a " keep it busy for 4.6 s (measured), and families'
# words can reach this place inside a vendor's HTML. The quantifiers are possessive, so that nothing is tried twice.
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9]*+)((?:[^<>"']|"[^"]*+"|'[^']*+')*+)>|<[!?/][^<>]*+>""")
_ATTRIBUTE = r"""\b{}\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))"""
_HREF = re.compile(_ATTRIBUTE.format("href"), re.IGNORECASE)
_ALT = re.compile(_ATTRIBUTE.format("alt"), re.IGNORECASE)
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "blockquote",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
    }
    | {"h1", "h2", "h3", "h4", "h5", "h6", "main", "nav", "ol", "p", "pre", "section", "table", "ul"}
)
_DROPPED = frozenset({"head", "iframe", "noscript", "object", "script", "style", "svg", "template", "title"})
_LINK = re.compile(r"(?:https?|mailto|tel):\S+", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f\v]++")
_DEEPEST_LIST = 8  # levels of indentation
MOST_ARRANGED = 200_000  # characters; families write a hundredth of that, and the event loop waits meanwhile


def plain(source: str) -> str:
    """Paragraphs as blank lines, list items as dashes or numbers, links as "text (url)"; scripts and styles dropped.

    Entities are resolved and unknown tags vanish. A script that is never closed drops nothing: words are never lost
    to a slip in the markup. From a source of more than MOST_ARRANGED characters only the tags are taken.
    """
    source = _without_comments(source)
    if len(source) > MOST_ARRANGED:
        return _tidy(html.unescape(_TAG.sub(" ", source)))
    reader = _Reader()
    end = 0
    for tag in _TAG.finditer(source):
        reader.read_text(source[end : tag.start()])
        reader.read_tag(tag)
        end = tag.end()
    reader.read_text(source[end:])
    return _tidy("".join(reader.parts))


def _without_comments(source: str) -> str:
    first, *rest = source.split("<!--")
    return first + "".join(one.partition("-->")[2] for one in rest)


@dataclass(slots=True)
class _Reader:
    """What was read so far. `dropping` and `link`: the open element (its name, its target), and where it began."""

    parts: list[str] = field(default_factory=list)
    dropping: tuple[str, int] | None = None
    lists: list[int | None] = field(default_factory=list)
    link: tuple[str, int] | None = None
    verbatim: int = 0

    def read_text(self, text: str) -> None:
        """Keep the words; white space counts once, but in `pre`."""
        if text:
            words = html.unescape(text)
            self.parts.append(words if self.verbatim else _SPACES.sub(" ", words))

    def read_tag(self, tag: re.Match[str]) -> None:
        """Open or close what the tag names; a tag out of place does nothing."""
        name = (tag[2] or "").lower()
        if name in _DROPPED:
            self._drop(name, closing=bool(tag[1]))
        elif tag[1]:
            self._close(name)
        elif name == "a":
            self.link = (_value(_HREF, tag[3]), len(self.parts))
        elif name == "img":
            alt = _value(_ALT, tag[3])
            self.parts.append(f"[{alt}]" if alt else "")
        else:
            self._open(name)

    def _drop(self, name: str, *, closing: bool) -> None:
        if not closing:
            self.dropping = self.dropping or (name, len(self.parts))
        elif self.dropping and self.dropping[0] == name:
            del self.parts[self.dropping[1] :]
            self.link = None
            self.dropping = None

    def _open(self, name: str) -> None:
        if name in {"br", "tr"}:
            self.parts.append("\n")
        elif name in {"td", "th"}:
            self.parts.append(" ")
        elif name == "li":
            self.parts.append("\n" + self._bullet())
        elif name in _BLOCKS:
            self.verbatim += name == "pre"
            if name in {"ol", "ul"}:
                self.lists.append(0 if name == "ol" else None)
            self.parts.append("\n" if len(self.lists) > 1 else "\n\n")

    def _close(self, name: str) -> None:
        if name == "a" and self.link:
            (target, start), self.link = self.link, None
            shown = "".join(self.parts[start:]).strip()
            if _LINK.fullmatch(target) and shown not in {target, target.partition(":")[2]}:
                self.parts.append(f" ({target})")
        elif name in _BLOCKS:
            self.verbatim -= name == "pre" and self.verbatim > 0
            if name in {"ol", "ul"} and self.lists:
                self.lists.pop()
            self.parts.append("\n" if self.lists else "\n\n")

    def _bullet(self) -> str:
        indent = "  " * min(len(self.lists) - 1, _DEEPEST_LIST)
        number = self.lists[-1] if self.lists else None
        if number is None:
            return indent + "- "
        self.lists[-1] = number + 1
        return f"{indent}{number + 1}. "


def _value(attribute: re.Pattern[str], attributes: str) -> str:
    found = attribute.search(attributes)
    return html.unescape(next(group for group in found.groups() if group is not None)).strip() if found else ""


def _tidy(text: str) -> str:
    """No blank at a line's end nor, but for indentation by two, at its beginning; at most one empty line."""
    lines = [one.rstrip() if one.startswith("  ") else one.strip() for one in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
