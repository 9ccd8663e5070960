"""`portaldesk deliveries`: what is waiting, failed or uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from bot.app import clock
from bot.cli.desk import DATABASE, as_json, console, settled, typed, who, with_store
from bot.domain import operated
from bot.domain.delivery import State
from bot.domain.refused import Refused
from bot.domain.store import Records, Store

NAMES = ("what", "No.", "state", "tries", "since→next", "code")


@click.group(epilog="Example: portaldesk deliveries list")
def deliveries() -> None:
    """Look at the outbox, try again, or take something out."""


@deliveries.command(name="list", epilog="Example: portaldesk deliveries list --json")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--json", "machine", is_flag=True)
def list_them(limit: int, machine: bool) -> None:  # noqa: FBT001 - a command's flag
    """Show what is not delivered: failed, then uncertain, then on its way; each newest first."""
    now = clock()

    async def work(store: Store) -> tuple[Sequence[dict[str, Any]], int]:
        return await store.read(_rows, limit=limit, now=now)

    rows, total = with_store(settled(DATABASE), work)
    if machine:
        as_json(rows)
        return
    if not rows:
        console.print("Nothing waits: everything was delivered.")
        return
    for line in listed(rows, now, width=console.width if console.is_terminal else None):
        click.echo(line)
    if total > len(rows):
        console.print(f"... and {total - len(rows)} more: --limit {total} shows all.")


def listed(rows: Sequence[dict[str, Any]], now: datetime, *, width: int | None) -> list[str]:
    """The lines of a table that cuts nothing, as wide as needed; `width` of a terminal, None where there is none.

    Where a terminal is too narrow for a row, its id stands in the line below.
    """
    ids = [str(row["id"]) for row in rows]
    lines = _drawn([[one, *_cells(row, now)] for one, row in zip(ids, rows, strict=True)], names=("id", *NAMES))
    if width is None or max(map(len, lines)) <= width:
        return lines
    head, *lines = _drawn([_cells(row, now) for row in rows], names=NAMES)
    return [f"{head}, id below", *(text for line, one in zip(lines, ids, strict=True) for text in (line, f"  {one}"))]


def _cells(row: dict[str, Any], now: datetime) -> list[str]:
    cells = (row["what"], row["number"], row["state"], row["attempts"], _times(row, now), row["code"])
    return ["–" if cell in (None, "") else str(cell) for cell in cells]


def _drawn(rows: Sequence[Sequence[str]], *, names: Sequence[str]) -> list[str]:
    wide = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    return [" ".join(f"{cell:{n}}" for cell, n in zip(row, wide, strict=True)).rstrip() for row in (names, *rows)]


def _times(row: dict[str, Any], now: datetime) -> str:
    """Since when it waits, and when it is tried next if that is set: a time today, else month and day."""
    again = row["not_before"]
    times = [row["created_at"], *([again] if row["state"] == State.PENDING and again and again > now else [])]
    today = now.astimezone().date()
    local = [moment.astimezone() for moment in times]
    return "→".join(f"{at:%H:%M}" if at.date() == today else f"{at:%m-%d}" for at in local)


def _rows(records: Records, *, limit: int, now: datetime) -> tuple[Sequence[dict[str, Any]], int]:
    return records.undelivered(now=now, limit=limit)


@deliveries.command(epilog="Example: portaldesk deliveries retry d_0AbCdEfGhIjKlMnO")
@click.argument("delivery_id")
@click.option(
    "--may-arrive-twice",
    "twice",
    is_flag=True,
    help="An answer that is unclear too, though the family may have it already: as Send again on its card.",
)
def retry(delivery_id: str, twice: bool) -> None:  # noqa: FBT001 - a command's flag
    """Try a failed delivery again. Whether an unclear answer is sent again is decided on its card."""

    async def work(store: Store) -> bool:
        return await store.run(operated.retry, delivery_id=typed(delivery_id), by=who(), twice=twice, now=clock())

    try:
        done = with_store(settled(DATABASE), work)
    except Refused as refused:
        raise click.ClickException(refused.sentence) from None
    if not done:
        raise click.ClickException(f"{delivery_id} is not failed or uncertain. See `portaldesk deliveries list`.")
    console.print("It is tried again at once.")


@deliveries.command(epilog='Example: portaldesk deliveries drop d_0AbCdEfGhIjKlMnO --why "answered by phone"')
@click.argument("delivery_id")
@click.option("--why", required=True, help="Kept as a note, for an answer; else kept nowhere. No patient's name.")
def drop(delivery_id: str, why: str) -> None:
    """Take a delivery out of the outbox for good."""

    async def work(store: Store) -> bool:
        return await store.run(operated.drop, delivery_id=typed(delivery_id), by=who(), why=typed(why), now=clock())

    if not with_store(settled(DATABASE), work):
        raise click.ClickException(f"{delivery_id} does not wait here. See `portaldesk deliveries list`.")
    console.print("It is taken out.")
