"""`portaldesk verify`: every invariant of the stored state, as a query."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from rich.table import Table

import storage
from bot.cli.desk import DATABASE, as_json, console, settled, with_store
from bot.cli.keys import knows_every_value, still_needed
from bot.domain.store import Store


@click.command(epilog="Example: portaldesk verify")
@click.option("--json", "machine", is_flag=True, help="For a script: the rules that are broken, and older keys in use.")
def verify(machine: bool) -> None:  # noqa: FBT001 - a command's flag
    """Prove that the stored state breaks none of its rules; exit 1 with the rows that do."""
    found = settled(DATABASE)

    async def work(store: Store) -> tuple[list[storage.Breach], dict[str, str]]:
        told = await store.read(storage.verify)
        return told, still_needed(await store.read(storage.rotation.left)) if knows_every_value(found) else {}

    breaches, keys = with_store(found, work)
    if machine:
        broken = [{"invariant": b.invariant, "sentence": b.sentence, "ids": list(b.ids)} for b in breaches]
        as_json({"broken": broken, "older_keys": {key: what for key, what in keys.items() if what}})
    elif breaches:
        table = Table("rule", "what is wrong", "rows")
        for breach in breaches:
            table.add_row(breach.invariant, breach.sentence, _named(breach.ids))
        console.print(table)
    else:
        console.print("Every rule holds.")
    for key, what in keys.items():
        if what and not machine:
            console.print(f"The key {key} is still needed for {what}. Run `portaldesk keys rotate`.", soft_wrap=True)
    sys.exit(1 if breaches else 0)


def _named(ids: Sequence[object]) -> str:
    shown, more = " ".join(map(str, ids[:20])), len(ids) - 20
    return f"{shown} and {more:,} more (--json has all)" if more > 0 else shown
