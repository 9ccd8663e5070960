"""`portaldesk deliveries`: what is waiting, failed or uncertain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from rich.table import Column, Table

from bot.app import clock
from bot.cli.desk import DATABASE, as_json, console, settled, who, with_store
from bot.domain import tell
from bot.domain.delivery import State
from bot.domain.store import Records, Store

OPEN = (State.PENDING, State.SENDING, State.FAILED, State.UNCLEAR)


@click.group(epilog="Example: portaldesk deliveries list")
def deliveries() -> None:
    """Look at the outbox, try again, or take something out."""


@deliveries.command(name="list", epilog="Example: portaldesk deliveries list --json")
@click.option("--limit", default=100, show_default=True)
@click.option("--json", "machine", is_flag=True)
def list_them(limit: int, machine: bool) -> None:  # noqa: FBT001 - a command's flag
    """Show what is not delivered, newest first."""

    async def work(store: Store) -> list[dict[str, Any]]:
        return await store.read(_rows, limit=limit, now=clock())

    rows = with_store(settled(DATABASE), work)
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


def _at(moment: datetime | None) -> str:
    return moment.astimezone().strftime("%b %d %H:%M:%S") if moment else "–"


def _rows(records: Records, *, limit: int, now: datetime) -> list[dict[str, Any]]:
    rows = records.deliveries(states=OPEN, limit=limit)
    return [r for r in rows if r["attempts"] or r["code"] or r["not_before"] <= now]  # not redraws for later


@deliveries.command(epilog="Example: portaldesk deliveries retry d_0AbCdEfGhIjKlMnO")
@click.argument("delivery_id")
def retry(delivery_id: str) -> None:
    """Try a failed or uncertain delivery again."""

    async def work(store: Store) -> bool:
        return await store.run(_retry, delivery_id=delivery_id, by=who(), now=clock())

    if not with_store(settled(DATABASE), work):
        raise click.ClickException(f"{delivery_id} is not failed or uncertain. See `portaldesk deliveries list`.")
    console.print("It is tried again at once.")


@deliveries.command(epilog='Example: portaldesk deliveries drop d_0AbCdEfGhIjKlMnO --why "answered by phone"')
@click.argument("delivery_id")
@click.option("--why", required=True, help="Kept as a note, for an answer; else kept nowhere. No patient's name.")
def drop(delivery_id: str, why: str) -> None:
    """Take a delivery out of the outbox for good."""

    async def work(store: Store) -> bool:
        return await store.run(_drop, delivery_id=delivery_id, by=who(), why=why, now=clock())

    if not with_store(settled(DATABASE), work):
        raise click.ClickException(f"{delivery_id} does not wait here. See `portaldesk deliveries list`.")
    console.print("It is taken out.")


def _retry(records: Records, *, delivery_id: str, by: str, now: datetime) -> bool:
    if not records.redeliver(delivery_id, now=now, maybe_sent=False):
        return False
    return tell.delivery_changed(records, delivery_id, State.PENDING, by=by, why="", now=now)


def _drop(records: Records, *, delivery_id: str, by: str, why: str, now: datetime) -> bool:
    if not records.drop(delivery_id, state=State.DROPPED, code="dropped", now=now):
        return False
    return tell.delivery_changed(records, delivery_id, State.DROPPED, by=by, why=why, now=now)
