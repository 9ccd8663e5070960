"""`portaldesk audit`: the journal's chain verified, and the journal handed to an auditor."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import click

import storage
from bot.app import clock
from bot.cli.desk import DATABASE, as_json, console, settled, who, with_store
from bot.domain.journal import Entry
from bot.domain.store import Records, Store
from storage.types import moment

COLUMNS = ("n", "at", "actor", "action", "subject", "outcome", "detail", "sealed_at", "hash")
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group(epilog="Example: portaldesk audit verify")
def audit() -> None:
    """Prove that nobody changed the journal, or hand it out."""


@audit.command(epilog="Example: portaldesk audit verify --anchor 3f0c...9d")
@click.option("--anchor", default="", help="A link that was kept elsewhere (log event journal.anchor).")
@click.option("--json", "machine", is_flag=True)
def verify(anchor: str, machine: bool) -> None:  # noqa: FBT001 - a command's flag
    """Walk the chain: every row as it was written, none added, moved or taken out; exit 1 when one was."""

    async def work(store: Store) -> storage.chain.Chain:
        return await store.read(storage.chain.walk, anchor=anchor.strip().lower())

    found = with_store(settled(DATABASE), work)
    now = clock()
    if machine:
        breaks = [{"n": one.n, "why": one.why} for one in found.breaks]
        told = {"rows": found.rows, "head": found.head, "unsealed": found.unsealed, "breaks": breaks}
        as_json(told | {"anchored": found.anchored, "whole": found.whole, "late": found.late(now=now)})
    else:
        _tell(found, now=now)
    sys.exit(0 if found.whole else 1)


def _tell(found: storage.chain.Chain, *, now: datetime) -> None:
    for one in found.breaks[:50]:
        console.print(f"{f'Row {one.n}' if one.n else 'The journal'}: {one.why}.")
    if len(found.breaks) > 50:
        console.print(f"... and {len(found.breaks) - 50} more.")
    if not found.anchored:
        console.print("That anchor is not in this chain: the journal was cut off, or is another one's.")
    console.print(
        f"{found.rows:,} rows are sealed, {found.unsealed:,} are not yet. Newest link: {found.head or 'none'}"
    )
    if found.late(now=now):
        console.print("The oldest waits for more than a minute: a service that runs seals within seconds.")
    if found.whole:
        console.print("The chain is whole.")


@audit.command(epilog="Example: portaldesk audit export --from 2026-11-01 --to 2026-11-30 > november.jsonl")
@click.option("--from", "first", type=DAY, required=True, help="The first day (UTC).")
@click.option("--to", "last", type=DAY, required=True, help="The last day (UTC), itself included.")
@click.option("--format", "shape", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
def export(first: datetime, last: datetime, shape: str) -> None:
    """Write the journal of these days, oldest first: who did what to what, when. It holds ids and no words."""
    if last < first:
        raise click.UsageError("--to is before --from.")
    span = _midnight(first.date()), _midnight(last.date() + timedelta(days=1))
    name = who()

    async def work(store: Store) -> None:
        await store.run(_looked, by=name, now=clock())
        write = _csv() if shape == "csv" else _jsonl
        after = 0
        while rows := await store.read(storage.chain.page, since=span[0], until=span[1], after=after):
            write(_shown(rows))
            after = rows[-1][0]

    with_store(settled(DATABASE), work)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _looked(records: Records, *, by: str, now: datetime) -> None:
    records.journal(Entry(at=now, actor=by, action="audit.exported", subject="journal"))


def _shown(rows: Sequence[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    for n, at, actor, action, subject, outcome, detail, sealed_at, link in rows:
        sealed = _time(sealed_at) if sealed_at else None
        hashed = link.hex() if isinstance(link, bytes) else link
        values = (n, at.isoformat(), actor, action, subject, outcome, _said(detail), sealed, hashed)
        yield dict(zip(COLUMNS, values, strict=True))


def _said(detail: str) -> Any:
    """What a row says beside; as it stands there where somebody put there what is no JSON."""
    try:
        return json.loads(detail)
    except (TypeError, ValueError):
        return detail


def _time(number: Any) -> Any:
    """A column's number as a time; as it stands there where somebody put there what is none."""
    try:
        return moment(number).isoformat()
    except (TypeError, OverflowError):
        return number


def _jsonl(rows: Iterator[dict[str, Any]]) -> None:
    for row in rows:
        click.echo(json.dumps(row, default=repr))


def _csv() -> Any:
    writer = csv.DictWriter(sys.stdout, COLUMNS)
    writer.writeheader()

    def write(rows: Iterator[dict[str, Any]]) -> None:
        writer.writerows({**row, "detail": json.dumps(row["detail"], default=repr)} for row in rows)

    return write
