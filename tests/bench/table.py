"""The table that is printed, and the JSON beside it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.measure import Figures
from tests.bench.rows import Row


def show(rows: Sequence[Row], figures: Figures, notes: Sequence[str]) -> None:
    """Print the table, what is behind it, and what was not measured."""
    table = Table("row", "figure", "bar", "aim", "", title="make bench", title_justify="left")
    for row in rows:
        figure = row.figure(figures)
        if figure is None:
            continue
        table.add_row(row.title, _told(figure, row), _told(row.bar, row), _told(row.aim, row), verdict(row, figure))
    console = Console(width=None if os.isatty(1) else 140, highlight=False)
    console.print(table)
    console.print("[dim]ok*: the aim as well. Medians of the rounds:[/dim]")
    names = sorted(figures.taken)
    console.print("[dim]" + ", ".join(f"{name} {figures.median(name):.4g}" for name in names) + "[/dim]")
    for note in notes:
        console.print(note)


def verdict(row: Row, figure: float) -> str:
    """ok* for the aim, ok for the bar, below otherwise; nothing where there is no bar."""
    if row.bar is None:
        return ""
    if row.holds(figure, row.aim):
        return "[green]ok*[/green]"
    return "[green]ok[/green]" if row.holds(figure, row.bar) else "[red]below[/red]"


def _told(value: float | None, row: Row) -> str:
    if value is None:
        return ""
    number = f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
    return f"{number} {row.unit}".strip()


def write(path: Path, rows: Sequence[Row], figures: Figures, *, notes: Sequence[str], rounds: int) -> None:
    """Everything as JSON: the rows, and each round's numbers behind them."""
    told = []
    for row in rows:
        figure = row.figure(figures)
        if figure is None:
            continue
        told.append(
            {
                "row": row.key,
                "title": row.title,
                "figure": figure,
                "bar": row.bar,
                "aim": row.aim,
                "unit": row.unit,
                "ok": row.holds(figure, row.bar),
                "aim_met": row.holds(figure, row.aim),
            }
        )
    machine = {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    document = {"machine": machine, "rounds": rounds, "rows": told, "figures": figures.taken, "notes": list(notes)}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
