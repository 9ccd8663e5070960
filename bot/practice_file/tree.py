"""YAML text as a tree that knows its lines: nothing is guessed about types, nothing is executed, nothing explodes."""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from bot.practice_file.fault import Fault, PracticeWrong

SIZE_LIMIT = 256 * 1024  # bytes
NODE_LIMIT = 20_000  # values after aliases are followed: an alias bomb grows beyond it, a practice never does
DEPTH_LIMIT = 12

_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")}
_NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value of the file: one of `text`, `entries` (by key) and `items` is not None; where nothing stands, none is.

    `text` is what was written, unquoted: `12:30`, `no` and `007` stay what they look like.
    """

    path: str
    line: int
    text: str | None = None
    entries: dict[str, Node] | None = None
    items: tuple[Node, ...] | None = None
    key_lines: dict[str, int] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """What stands there, in words."""
        if self.text is not None:
            return f'"{short(self.text)}"'
        if self.entries is not None:
            return "a group of settings"
        return "a list" if self.items is not None else "nothing"


def short(text: str) -> str:
    """A text that fits into a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."


def parse(text: str) -> tuple[Node, list[Fault]]:
    """The file's root and the faults of its form (keys given twice, tags). Raises PracticeWrong when it is no YAML."""
    _refuse_early(text)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise PracticeWrong([_yaml_fault(error)]) from None
    if root is None:
        raise PracticeWrong([_whole("The file is empty.", "Start from the example in docs/practice-file.md.")])
    growing = _Growing()
    return growing.node(root, path="", depth=0), growing.faults


def _refuse_early(text: str) -> None:
    """Refuse by size and depth before anything recursive looks at the text."""
    if len(text.encode("utf-8", "replace")) > SIZE_LIMIT:
        raise PracticeWrong([_whole("The file is too large.", f"At most {SIZE_LIMIT // 1024} KiB.")])
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEPTH_LIMIT:
                raise PracticeWrong([_whole("The file is nested too deeply.", f"At most {DEPTH_LIMIT} levels.")])
    except yaml.YAMLError as error:
        raise PracticeWrong([_yaml_fault(error)]) from None


def _whole(wrong: str, right: str) -> Fault:
    return Fault(line=1, path="", what_is_wrong=wrong, what_would_be_right=right)


def _yaml_fault(error: yaml.YAMLError) -> Fault:
    """Where the YAML stops being YAML, without quoting the line."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    wrong = f"This is not YAML: {problem}."
    right = "Check the indentation, and put values with : # { } [ ] into quotes."
    if "single document" in (getattr(error, "context", None) or ""):
        wrong, right = "The file holds several documents.", "Keep one; take out the second line of ---."
    return Fault(line=mark.line + 1 if mark else 1, path="", what_is_wrong=wrong, what_would_be_right=right)


class _Growing:
    """One pass over PyYAML's nodes, counting values and collecting faults of form."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._count = 0

    def node(self, source: yaml.Node, *, path: str, depth: int, key_line: int | None = None) -> Node:
        """Our node for one of PyYAML's; aliases have become the nodes they name. A group's line is its key's."""
        self._count += 1
        if self._count > NODE_LIMIT or depth > DEPTH_LIMIT:
            raise PracticeWrong([_whole("The file's aliases (*) multiply.", "Write the values out where they belong.")])
        line = source.start_mark.line + 1
        if key_line is not None and not isinstance(source, yaml.ScalarNode):
            line = key_line
        if source.tag not in _PLAIN:
            self._fault(line, path, "A tag (!) stands before the value.", "Plain values only: take the tag out.")
        if isinstance(source, yaml.MappingNode):
            return self._mapping(source, path=path, line=line, depth=depth)
        if isinstance(source, yaml.SequenceNode):
            items = (self.node(item, path=f"{path}[{at}]", depth=depth + 1) for at, item in enumerate(source.value))
            return Node(path=path, line=line, items=tuple(items))
        nothing = source.tag == _NULL
        return Node(path=path, line=line, text=None if nothing else str(source.value))

    def _mapping(self, source: yaml.MappingNode, *, path: str, line: int, depth: int) -> Node:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key, value in source.value:
            at = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._fault(at, path, "A key is a list or a group.", "Keys are words.")
                continue
            name = str(key.value)
            below = f"{path}.{short(name)}" if path else short(name)
            if name in entries:
                right = f"It stands in line {lines[name]} already: keep one of the two."
                self._fault(at, below, f'"{short(name)}" is given twice.', right)
                continue
            entries[name], lines[name] = self.node(value, path=below, depth=depth + 1, key_line=at), at
        return Node(path=path, line=line, entries=entries, key_lines=lines)

    def _fault(self, line: int, path: str, wrong: str, right: str) -> None:
        self.faults.append(Fault(line=line, path=path, what_is_wrong=wrong, what_would_be_right=right))
