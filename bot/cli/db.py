"""`portaldesk db`: the database's schema."""

from __future__ import annotations

import click

import storage
from bot.cli.desk import console, settled
from bot.domain.store import StoreUnavailable


@click.group(epilog="Example: portaldesk db upgrade")
def db() -> None:
    """Look after the database."""


@db.command(epilog="Example: portaldesk db upgrade")
def upgrade() -> None:
    """Bring the database's schema to this version's."""
    settings = settled({"database"})
    try:
        before = storage.revision(settings.database_url)
        storage.upgrade(settings.database_url)
    except StoreUnavailable:
        raise click.ClickException("The database cannot be reached; nothing was changed.") from None
    head = storage.head()
    console.print(
        f"The schema is at {head}." if before == head else f"The schema went from {before or 'nothing'} to {head}."
    )
