"""The source tree as the tests of its shape read it."""

from __future__ import annotations

import ast
import inspect
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from typing import Any

import handlers
from handlers.context import Front

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("bot", "handlers", "storage")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources(*rooms: str) -> tuple[Path, ...]:
    """Python files of the rooms, relative to the root."""
    return tuple(sorted(p.relative_to(ROOT) for room in rooms or ROOMS for p in (ROOT / room).rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def nodes(*rooms: str) -> Iterator[tuple[Path, ast.AST]]:
    """Every node of every file."""
    for path in sources(*rooms):
        for node in walked(path):
            yield path, node


@cache
def walked(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file."""
    return tuple(ast.walk(tree(path)))


def functions(*rooms: str) -> Iterator[tuple[Path, str, Function, bool]]:
    """Every function with its dotted name in the file, and whether it is a method."""

    def inside(path: Path, node: ast.AST, prefix: str, *, method: bool) -> Iterator[tuple[Path, str, Function, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                yield path, f"{prefix}{child.name}", child, method
                yield from inside(path, child, f"{prefix}{child.name}.", method=False)
            elif isinstance(child, ast.ClassDef):
                yield from inside(path, child, f"{prefix}{child.name}.", method=True)
            else:
                yield from inside(path, child, prefix, method=method)

    for path in sources(*rooms):
        yield from inside(path, tree(path), "", method=False)


def at(path: Path, node: Any) -> str:
    """A place in a file, as editors jump to it."""
    return f"{path}:{node.lineno}"


@cache
def kept_files() -> tuple[Path, ...]:
    """What git keeps or would keep, relative to the root; without git, what is not made by tools."""
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if told.returncode == 0:
        names = [Path(name) for name in told.stdout.split("\0") if name]
    else:
        made = {".venv", ".git", "__pycache__", "build", "dist", ".mypy_cache", ".ruff_cache", ".hypothesis"}
        found = (p.relative_to(ROOT) for p in ROOT.rglob("*") if not made & set(p.relative_to(ROOT).parts))
        names = [p for p in found if not any(part.endswith(".egg-info") for part in p.parts)]
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


class Book:
    """Stands in for Bolt's app while listeners are registered, and writes down which."""

    def __init__(self) -> None:
        self.listeners: list[tuple[str, Any, Callable[..., Any]]] = []

    def __getattr__(self, sort: str) -> Callable[..., Any]:
        """`book.action("x")(listener)`, `book.error(listener)` and all of Bolt's other sorts."""

        def register(matching: Any, *_: Any, **__: Any) -> Any:
            if callable(matching):
                self.listeners.append((sort, None, matching))
                return matching

            def listens(listener: Callable[..., Any]) -> Callable[..., Any]:
                self.listeners.append((sort, matching, listener))
                return listener

            return listens

        return register

    def named(self, sort: str) -> set[str]:
        """The literal names that listeners of a sort were registered for."""
        return {matching for kind, matching, _ in self.listeners if kind == sort and isinstance(matching, str)}


@cache
def registered() -> Book:
    """Everything that handlers.register puts in its place; what listeners would work with is not there."""
    book, nobody = Book(), object()
    front = Front(**{f.name: nobody for f in fields(Front) if f.default is MISSING and f.default_factory is MISSING})
    others = len(inspect.signature(handlers.register).parameters) - 2
    handlers.register(book, front, *[nobody] * others)
    return book
