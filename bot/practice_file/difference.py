"""What changes when a practice file is applied, in words for the one who applies it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.practice import Practice
from bot.practice_file.show import document

_NAMED_BY = {"departments": ("name",), "staff": ("slack",), "phrases": ("notebook", "title")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change. `path` names entries, not their numbers: `departments[Nursing].turnaround`. None: not set."""

    path: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.path}: new: {self.after}"
        if self.after is None:
            return f"{self.path}: removed (was {self.before})"
        return f"{self.path}: {self.before} -> {self.after}"


def difference(old: Practice | None, new: Practice) -> list[Change]:
    """The changes from `old` (None: nothing applied yet) to `new`, in the file's order; empty when there are none."""
    before = {} if old is None else document(old)
    after = document(new)
    return _between(before, after, path="")


def _between(before: Mapping[str, Any], after: Mapping[str, Any], *, path: str) -> list[Change]:
    """The changes inside a group of settings."""
    changes: list[Change] = []
    for key in (*after, *(key for key in before if key not in after)):
        below = f"{path}.{key}" if path else key
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if key in _NAMED_BY and not path:
            changes += _entries(old or [], new or [], key=key)
        elif key == "routes" and not path:
            changes += _lines(old or [], new or [])
        elif isinstance(old, Mapping) and isinstance(new, Mapping):
            changes += _between(old, new, path=below)
        else:
            changes.append(Change(path=below, before=_words(old), after=_words(new)))
    return changes


def _entries(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], *, key: str) -> list[Change]:
    """The changes of a list whose entries have names; a change of order alone is told as one."""
    old = {_name(entry, key): entry for entry in before}
    new = {_name(entry, key): entry for entry in after}
    changes: list[Change] = []
    for name in (*new, *(name for name in old if name not in new)):
        path = f"{key}[{name}]"
        if name in old and name in new:
            changes += _between(old[name], new[name], path=path)
        else:
            changes.append(Change(path=path, before=_words(old.get(name)), after=_words(new.get(name))))
    kept, stayed = [name for name in old if name in new], [name for name in new if name in old]
    if kept != stayed:
        changes.append(Change(path=f"{key} (order)", before=", ".join(kept), after=", ".join(stayed)))
    return changes


def _lines(before: Sequence[Any], after: Sequence[Any]) -> list[Change]:
    """The changes of the routes: they have numbers, because the first that fits wins."""
    changes: list[Change] = []
    for number in range(max(len(before), len(after))):
        old = before[number] if number < len(before) else None
        new = after[number] if number < len(after) else None
        if old != new:
            changes.append(Change(path=f"routes[{number + 1}]", before=_words(old), after=_words(new)))
    return changes


def _name(entry: Mapping[str, Any], key: str) -> str:
    """What an entry is called."""
    return " / ".join(str(entry[part]) for part in _NAMED_BY[key])


def _words(value: Any) -> str | None:
    """A value as a person would say it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_words(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(str(_words(item)) for item in value)
    return " ".join(str(value).split())
