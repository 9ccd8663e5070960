"""`portaldesk practice`: configuration as a reviewed file."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from bot import practice_file
from bot.app import clock
from bot.cli.desk import DATABASE, as_json, console, errors, settled, who, with_store
from bot.domain import setup
from bot.domain.practice import Practice
from bot.domain.store import Records, Store

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group(epilog="Example: portaldesk practice check practice.yaml")
def practice() -> None:
    """Check, apply and show the practice file."""


def examined(file: Path) -> tuple[str, Practice]:
    """The file's text and what it says; exit 2 with every fault at once."""
    try:
        text = practice_file.text_of(file)
    except practice_file.PracticeWrong as wrong:
        errors.print(f"{file}: {wrong} Nothing was changed.")
        raise SystemExit(2) from None
    found = practice_file.examine(text)
    for word, faults in (("wrong", found.faults), ("odd", found.warnings)):
        if faults:
            table = Table("where", f"what is {word}", "what would be right", title=str(file), title_justify="left")
            for fault in faults:
                table.add_row(
                    f"line {fault.line}, {fault.path}" if fault.line else fault.path,
                    fault.what_is_wrong,
                    fault.what_would_be_right,
                )
            errors.print(table)
    if found.practice is None:
        errors.print(f"{len(found.faults)} to mend; nothing was changed.")
        raise SystemExit(2)
    return text, found.practice


@practice.command(epilog="Example: portaldesk practice check practice.yaml")
@FILE
def check(file: Path) -> None:
    """Say everything that is wrong with a practice file."""
    _, found = examined(file)
    console.print(f"Good: {found.name}, {len(found.departments)} departments, {len(found.staff)} people.")


@practice.command(name="apply", epilog="Example: portaldesk practice apply practice.yaml --yes")
@FILE
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "machine", is_flag=True, help="Print the changes as JSON; implies --yes.")
def apply_file(file: Path, yes: bool, machine: bool) -> None:  # noqa: FBT001 - a command's flags
    """Make a practice file the one in force, after showing what changes."""
    text, new = examined(file)
    settings = settled(DATABASE)

    async def work(store: Store) -> int | None:
        old = await store.read(_in_force)
        changes = practice_file.difference(old, new)
        if machine:
            as_json([{"path": c.path, "before": c.before, "after": c.after} for c in changes])
        else:
            _show(changes)
        if not changes:
            return None
        if not (yes or machine):
            click.confirm("Apply this?", abort=True)
        return await store.run(setup.apply_practice, document=text, by=who(), now=clock())

    version = with_store(settings, work)
    if not machine:
        console.print(
            f"Applied, version {version}. A running service uses it at once." if version else "Nothing changes."
        )


def _show(changes: list[practice_file.Change]) -> None:
    if not changes:
        return
    table = Table("what", "before", "after")
    for change in changes:
        table.add_row(change.path, change.before or "–", change.after or "–")
    console.print(table)


def _in_force(records: Records) -> Practice | None:
    return records.practice()


@practice.command(epilog="Example: portaldesk practice show > practice.yaml")
def show() -> None:
    """Print the practice in force as such a file."""

    async def work(store: Store) -> Practice | None:
        return await store.read(_in_force)

    found = with_store(settled(DATABASE), work)
    if found is None:
        raise click.ClickException("No practice file was applied yet. Run `portaldesk practice apply FILE`.")
    click.echo(practice_file.show(found).encode(), nl=False)  # UTF-8 as it is read, whatever the locale
