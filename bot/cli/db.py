"""`portaldesk db`: the database's schema."""

from __future__ import annotations

from pathlib import Path

import click

import storage
from bot.app import clock
from bot.cli.desk import DATABASE, console, settled, who, with_store
from bot.domain.restored import Parked, park
from bot.domain.store import Store, StoreUnavailable


@click.group(epilog="Example: portaldesk db upgrade")
def db() -> None:
    """Look after the database."""


@db.command(epilog="Example: portaldesk db upgrade")
def upgrade() -> None:
    """Bring the database's schema to this version's."""
    settings = settled({"database"})
    try:
        before = storage.upgrade(settings.database_url)
        now = storage.revision(settings.database_url)
    except storage.SchemaWrong as wrong:
        raise click.ClickException(str(wrong)) from None
    except StoreUnavailable:
        raise click.ClickException(
            "The database cannot be reached, or was in use all the time; nothing was changed."
        ) from None
    if before == now:
        console.print(f"The schema is at {now}.")
        return
    console.print(f"The schema went from {before or 'nothing'} to {now}.")
    if before and before >= storage.oldest_code():
        console.print("Services of the version before may go on; restart them one by one.")


@db.command(epilog="Example: portaldesk db backup /backups/2026-11-26.db")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the database, while the service runs, into a new file that only its owner can read."""
    settings = settled({"database"})
    try:
        storage.backup(settings.database_url, file)
    except storage.BackupRefused as refused:
        raise click.ClickException(str(refused)) from None
    except StoreUnavailable:
        raise click.ClickException("The database cannot be reached; no backup was made.") from None
    console.print(f"Copied to {file} ({file.stat().st_size:,} bytes), and proven to be whole.", soft_wrap=True)
    console.print("It opens with the keys of this database only: keep those too, and apart.")


@db.command(epilog="Example: portaldesk db restore /backups/2026-11-26.db --replace")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--replace", is_flag=True, help="Put it in the place of a database that is there; that is kept beside it."
)
def restore(file: Path, replace: bool) -> None:  # noqa: FBT001 - a command's flag
    """Put a backup back. Nothing is sent again by itself: answers on their way wait for a person on their cards."""
    settings = settled(DATABASE)
    url, name = settings.database_url, who()

    async def work(store: Store) -> Parked:
        return await store.run(park, by=name, now=clock())

    try:
        with storage.hold(url):
            kept = storage.restore(url, file, replace=replace)
            parked = with_store(settings, work)
    except (storage.BackupRefused, storage.StoreBusy) as refused:
        raise click.ClickException(str(refused)) from None
    except StoreUnavailable:
        raise click.ClickException("The database cannot be reached; nothing was changed.") from None
    if kept:
        console.print(f"What was there before is kept as {kept.name}.")
    console.print(
        f"Restored. {parked.answers} answers may have been sent since the backup: their cards ask who wrote them. "
        f"{parked.posts} posts are looked for in Slack before they are made. Start the service; then let the portal "
        "send once more what it sent since the backup: what is there already has no effect.",
        soft_wrap=True,
    )
