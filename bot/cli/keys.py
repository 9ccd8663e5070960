"""`portaldesk keys`: the keys that words and names are encrypted with."""

from __future__ import annotations

import click

import storage


@click.group(epilog="Example: portaldesk keys new")
def keys() -> None:
    """Make encryption keys."""


@keys.command(epilog="Example: portaldesk keys new")
def new() -> None:
    """Print a new key for PORTALDESK_KEYS. Keep a copy apart from the database: without it nothing can be read."""
    click.echo(storage.new_key())
