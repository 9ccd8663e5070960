"""Words from outside made fit to be kept and drawn: no U+0000, no half characters, no text that runs backwards."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

SHOWN_INSTEAD = "\ufffd"  # stands for a character that nothing downstream can carry
_UNFIT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")  # C0 controls but white space, and lone surrogates
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_OVERRIDES = {"\u202d": "[LRO]", "\u202e": "[RLO]"}
_ISOLATES, _EMBEDDINGS, _POP, _POP_ISOLATE = "\u2066\u2067\u2068", "\u202a\u202b", "\u202c", "\u2069"
_DIGITS = re.compile(r"[0-9]{9,13}")
_EARLIEST = 1990  # portals did not exist before; an earlier year is a default value of somebody's database


def words(value: str | None) -> str:
    """A text of several lines: line ends as LF, unfit characters as U+FFFD, blank at neither end; "" for None.

    Bidirectional overrides are written out as [LRO] and [RLO] and embeddings closed at the line's end, so that no
    text can turn around what stands beside it (Unicode TR 36, section 2.8).
    """
    if not value:
        return ""
    if value.isprintable():
        return value.strip()
    text = _UNFIT.sub(SHOWN_INSTEAD, _BREAKS.sub("\n", value))
    if _BIDI.search(text):
        text = "\n".join(_tame(one) for one in text.split("\n"))
    return text.strip()


def line(value: str | None) -> str | None:
    """The same as one line, white space folded; None for nothing."""
    if not value:
        return None
    return " ".join((value if value.isprintable() else words(value)).split()) or None


def moment(value: str | float | None) -> datetime | None:
    """An RFC 3339 time (no offset: UTC), or Unix seconds or milliseconds, as aware UTC; None if it is neither."""
    if value is None:
        return None
    text = str(value).strip() if not isinstance(value, float) else str(int(value))
    try:
        if _DIGITS.fullmatch(text):
            seconds = int(text) / (1000 if len(text) == 13 else 1)  # 13 digits: milliseconds
            return datetime.fromtimestamp(seconds, tz=UTC)
        read = datetime.fromisoformat(text.upper())
        read = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return read if read.year >= _EARLIEST else None


def day(value: str | None) -> date | None:
    """A date as `YYYY-MM-DD`, also at the head of an RFC 3339 time; None if it is neither. No offset is applied."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value.strip()[:10])
    except ValueError:
        return None


def _tame(text: str) -> str:
    """One line with overrides written out, and every embedding and isolate closed."""
    shown = "".join(_OVERRIDES.get(character, character) for character in text)
    open_: list[str] = []
    for character in shown:
        if character in _EMBEDDINGS:
            open_.append(_POP)
        elif character in _ISOLATES:
            open_.append(_POP_ISOLATE)
        elif open_ and character == open_[-1]:
            open_.pop()
    return shown + "".join(reversed(open_))
