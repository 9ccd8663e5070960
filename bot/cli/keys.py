"""`portaldesk keys`: the keys that words and names are encrypted with, made and rotated."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import click
from rich.progress import Progress

import storage
from bot.app import clock
from bot.cli.desk import DATABASE, away, console, settled, who, with_store
from bot.domain.store import Store, StoreUnavailable
from bot.settings import Settings

Left = dict[str, dict[str, int]]


@click.group(epilog="Example: portaldesk keys new")
def keys() -> None:
    """Make encryption keys, and change them."""


@keys.command(epilog="Example: portaldesk keys new")
def new() -> None:
    """Print a new key for PORTALDESK_KEYS. Keep a copy apart from the database: without it nothing can be read."""
    click.echo(storage.new_key())


@keys.command(epilog="Example: portaldesk keys rotate")
def rotate() -> None:
    """Encrypt everything anew with the first key, while the service runs. Stopped anywhere, it is called again."""
    found = settled(DATABASE)
    name = who()

    async def work(store: Store) -> None:
        if not knows_every_value(found):
            raise click.ClickException(
                f"The database's schema is newer than this version of Portal Desk ({storage.head()}), which may not "
                "know every value in it. Call this with the version that upgraded it."
            )
        ring = storage.keyring_for(found.database_url, found.keys)
        try:
            await _rotated(store, found, ring, by=name)
        except StoreUnavailable as gone:
            words = "The database went away. What is done is done; call `portaldesk keys rotate` again for the rest."
            raise away(found, gone, words) from None

    with_store(found, work)


async def _rotated(store: Store, found: Settings, ring: storage.Keyring, *, by: str) -> None:
    newest, *older = ring.ids
    where = "PORTALDESK_KEYS" if found.keys else "the key file"
    if not older:
        console.print(
            f"Everything is encrypted with {newest}, the only key in {where}. For another one "
            "(`portaldesk keys new`): with one service put it in front, restart, and call this again. With several put "
            "it behind this one and restart each, then in front and restart each, and call this again.",
            soft_wrap=True,
        )
        return
    _must_write_with(newest, found, where)
    values = _sum(await store.read(storage.rotation.left))
    await store.run(storage.rotation.begin, by=by, now=clock())
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Encrypting anew", total=values)
        lost: set[str] = set()
        while await _pass(store, lambda done: progress.advance(task, done), lost):
            _must_write_with(newest, found, where)
    _must_write_with(newest, found, where)
    names = " and ".join(older)
    if lost:
        raise click.ClickException(
            f"{len(lost):,} values open with none of these keys: {', '.join(sorted(lost)[:5])}. They were changed, or "
            f"need a key that is not in {where}. Everything else is encrypted with {newest}; keep {names} until these "
            "are mended from a backup."
        )
    await store.run(storage.rotation.retire, by=by, now=clock())
    if again := _sum(await store.read(storage.rotation.left)):
        raise click.ClickException(
            f"Somebody wrote {again:,} values with {names} meanwhile. Restart whatever still has {names} first in "
            f"{where}, and call this again."
        )
    console.print(
        f"{values:,} values were encrypted anew; everything is encrypted with {newest}. You may take {names} out of "
        f"{where} now, and restart the service. Keep {names} apart for as long as you keep older backups.",
        soft_wrap=True,
    )


async def _pass(store: Store, done: Callable[[int], object], lost: set[str]) -> int:
    """Walk all tables once; how many values were sealed anew. At most half of the time is ours.

    What nobody can read is put down in `lost`.
    """
    loop = asyncio.get_running_loop()
    values = 0
    for table in storage.rotation.TABLES:
        after: str | int = table.start
        while window := await store.read(storage.rotation.window, table=table, after=after):
            while window.some and after != window.upto:
                began = loop.time()
                step = await store.run(storage.rotation.step, table=table, after=after, upto=window.upto)
                done(step.values)
                values, after = values + step.values, step.after
                lost.update(step.unreadable)
                await asyncio.sleep(loop.time() - began)
            after = window.upto
    return values


def knows_every_value(found: Settings) -> bool:
    """Whether this version may say which keys are still needed: on a newer schema that it fits it may not."""
    return storage.revision(found.database_url) == storage.head()


def _must_write_with(newest: str, found: Settings, where: str) -> None:
    others = sorted(storage.sealing(found.database_url) - {newest})
    if others:
        what = " and ".join(other or "a key that it does not name" for other in others)
        raise click.ClickException(
            f"A service is running that still writes with {what}. Restart it with {newest} first in {where}, and call "
            "this again."
        )


def _sum(left: Left) -> int:
    return sum(sum(tables.values()) for tables in left.values())


def still_needed(left: Left) -> dict[str, str]:
    """For each older key, in words, what it is still needed for; empty for one that may go."""
    return {key: ", ".join(f"{count:,} of {table}" for table, count in tables.items()) for key, tables in left.items()}
