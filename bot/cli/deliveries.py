"""`portaldesk deliveries`: what is waiting, failed or uncertain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from rich.table import Column, Table

from bot.app import clock
from bot.cli.desk import DATABASE, as_json, console, settled, who, with_store
from bot.domain import operated
from bot.domain.refused import Refused
from bot.domain.store import Records, Store


@click.group(epilog="Example: portaldesk deliveries list")
def deliveries() -> None:
    """Look at the outbox, try again, or take something out."""


@deliveries.command(name="list", epilog="Example: portaldesk deliveries list --json")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--json", "machine", is_flag=True)
def list_them(limit: int, machine: bool) -> None:  # noqa: FBT001 - a command's flag
    """Show what is not delivered: failed, then uncertain, then on its way; each newest first."""

    async def work(store: Store) -> tuple[Sequence[dict[str, Any]], int]:
        return await store.read(_rows, limit=limit, now=clock())

    rows, total = with_store(settled(DATABASE), work)
    if machine:
        as_json(rows)
        return
    if not rows:
        console.print("Nothing waits: everything was delivered.")
        return
    table = Table(Column("id", no_wrap=True), "what", "No.", "state", "tries", "since", "next try", "code")
    for row in rows:
        cells = (row["id"], row["what"], row["number"], row["state"], row["attempts"], _at(row["created_at"]))
        table.add_row(
            *(str(cell if cell is not None else "–") for cell in cells), _at(row["not_before"]), row["code"] or "–"
        )
    console.print(table)
    if total > len(rows):
        console.print(f"... and {total - len(rows)} more: --limit {total} shows all.")


def _at(moment: datetime | None) -> str:
    return moment.astimezone().strftime("%b %d %H:%M:%S") if moment else "–"


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
        return await store.run(operated.retry, delivery_id=delivery_id, by=who(), twice=twice, now=clock())

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
        return await store.run(operated.drop, delivery_id=delivery_id, by=who(), why=why, now=clock())

    if not with_store(settled(DATABASE), work):
        raise click.ClickException(f"{delivery_id} does not wait here. See `portaldesk deliveries list`.")
    console.print("It is taken out.")
