"""The small grammar the Block Kit tables are written in: a check looks at one value and reports what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Surface = Literal["message", "modal", "home"]
LETTER: Mapping[Surface, str] = {"message": "M", "modal": "V", "home": "H"}


@dataclass(slots=True)
class Report:
    """The faults found so far on one surface, and what must be counted over the whole of it."""

    surface: Surface
    faults: list[str] = field(default_factory=list)
    focused: int = 0
    markdown: int = 0
    tables: int = 0
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[str] = field(default_factory=set)

    def add(self, words: str, at: str) -> None:
        self.faults.append(f"{words} [json-pointer:{at or '/'}]")


Check = Callable[[Any, str, Report], None]
Rule = Callable[[dict[str, Any], str, Report], None]


class Shape:
    """An object with these required and optional fields and no others; rules run when the fields are sound."""

    def __init__(self, required: Mapping[str, Check], optional: Mapping[str, Check] = {}, *rules: Rule) -> None:
        self.required = required
        self.fields = {**required, **optional}
        self.rules = rules

    def __call__(self, node: Any, at: str, report: Report) -> None:
        if not isinstance(node, dict):
            report.add("must be an object", at)
            return
        before = len(report.faults)
        for name in self.required:
            if name not in node:
                report.add(f"missing required field: {name}", at)
        for name, value in node.items():
            if name in self.fields:
                self.fields[name](value, f"{at}/{name}", report)
            elif name != "type":
                report.add(f"invalid additional property: {name}", at)
        if len(report.faults) == before:
            for rule in self.rules:
                rule(node, at, report)


def string(longest: int, shortest: int = 1) -> Check:
    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add("must be a string", at)
        elif len(value) < shortest:
            report.add(f"must be more than {shortest - 1} characters", at)
        elif len(value) > longest:
            report.add(f"must be less than {longest + 1} characters", at)

    return check


def flag(value: Any, at: str, report: Report) -> None:
    if not isinstance(value, bool):
        report.add("must be a boolean", at)


def whole(low: int, high: int) -> Check:
    def check(value: Any, at: str, report: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            report.add("must be an integer", at)
        elif not low <= value <= high:
            report.add(f"must be between {low} and {high}", at)

    return check


def choice(*names: Any) -> Check:
    def check(value: Any, at: str, report: Report) -> None:
        if value not in names:
            report.add(f"must be one of {', '.join(map(str, names))}", at)

    return check


def pattern(expression: str, words: str) -> Check:
    compiled = re.compile(expression)

    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            report.add(words, at)

    return check


def items(check_one: Check, low: int, high: int) -> Check:
    def check(value: Any, at: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add("must be an array", at)
            return
        if len(value) < low:
            report.add(f"no fewer than {low} items allowed", at)
        if len(value) > high:
            report.add(f"no more than {high} items allowed", at)
        for index, entry in enumerate(value):
            check_one(entry, f"{at}/{index}", report)

    return check


def anything(_value: Any, _at: str, _report: Report) -> None:
    """Whatever Slack says of this field, we do not check it."""


def typed(table: Mapping[str, Check], allowed: Sequence[str] | None = None) -> Check:
    """An object whose `type` is one of the table's (or of those allowed here), checked by the table's entry."""
    names = tuple(allowed or table)

    def check(node: Any, at: str, report: Report) -> None:
        kind = node.get("type") if isinstance(node, dict) else None
        if not isinstance(kind, str):
            report.add("must be an object with a type", at)
        elif kind not in names:
            known = "unsupported type" if kind in table else "unknown type"
            report.add(f"{known}: {kind}; allowed are {', '.join(names)}", at)
        else:
            table[kind](node, at, report)

    return check


def either(*names: str) -> Rule:
    """Exactly one of these fields."""

    def rule(node: dict[str, Any], at: str, report: Report) -> None:
        if sum(name in node for name in names) != 1:
            report.add(f"exactly one of {', '.join(names)} is required", at)

    return rule


def one_of_more(*names: str) -> Rule:
    """At least one of these fields."""

    def rule(node: dict[str, Any], at: str, report: Report) -> None:
        if not any(name in node for name in names):
            report.add(f"one of {', '.join(names)} is required", at)

    return rule
