"""`portaldesk db`: the database's schema."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

import storage
from bot.app import clock
from bot.cli.desk import DATABASE, SettingWrong, away, console, load_practice, settled, who
from bot.domain.restored import Parked, park
from bot.domain.store import StoreUnavailable
from bot.settings import Settings


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
    except StoreUnavailable as gone:
        words = "The database cannot be reached, or was in use all the time; nothing was changed."
        raise away(settings, gone, words) from None
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
        whole = storage.backup(settings.database_url, file)
    except storage.BackupRefused as refused:
        raise click.ClickException(str(refused)) from None
    except StoreUnavailable as gone:
        raise away(settings, gone, "The database cannot be reached; no backup was made.") from None
    proven = ", and proven to be whole" if whole else ""
    console.print(f"Copied to {file} ({file.stat().st_size:,} bytes){proven}.", soft_wrap=True)
    if not whole:
        console.print("What proves a copy of PostgreSQL is a restore: try one into an empty database.")
    console.print("It opens with the keys of this database only: keep those too, and apart.")


@db.command(epilog="Example: portaldesk db restore /backups/2026-11-26.db --replace")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--replace", is_flag=True, help="SQLite: put it in the place of a database that is there; that is kept beside it."
)
def restore(file: Path, replace: bool) -> None:  # noqa: FBT001 - a command's flag
    """Put a backup back. Nothing is sent again by itself: answers on their way wait for a person on their cards."""
    settings = settled(DATABASE)
    try:
        with storage.hold(settings.database_url):
            kept, parked = put_back(settings, file, replace=replace, by=who())
    except storage.KeysWrong as wrong:
        raise SettingWrong(f"{wrong} Nothing was put in its place.") from None
    except storage.StoreBusy:
        raise click.ClickException(
            "The service runs on that database. Stop it (`systemctl stop portaldesk`), then restore."
        ) from None
    except (storage.BackupRefused, storage.StoreUnsafe) as refused:
        raise click.ClickException(str(refused)) from None
    except StoreUnavailable as gone:
        raise away(settings, gone, "The database cannot be reached; nothing was put in its place.") from None
    if kept:
        console.print(f"What was there before is kept as {kept.name}.")
    console.print(
        f"Restored. {parked.answers} answers may have been sent since the backup: their cards ask who wrote them. "
        f"{parked.posts} posts are looked for in Slack before they are made. Start the service; then let the portal "
        "send once more what it sent since the backup: what is there already has no effect.",
        soft_wrap=True,
    )


def put_back(settings: Settings, file: Path, *, replace: bool, by: str) -> tuple[Path | None, Parked]:
    """Where the database is that was there, and what was parked: with keys that open it, before it has its place."""
    keys = storage.keyring_for(settings.database_url, settings.keys, make=False)

    async def parked(url: str) -> Parked:
        store = storage.open_store(url, keys, load_practice=load_practice)
        try:
            return await store.run(park, by=by, now=clock())
        finally:
            await store.close()

    return storage.restore(settings.database_url, file, replace=replace, ready=lambda url: asyncio.run(parked(url)))
