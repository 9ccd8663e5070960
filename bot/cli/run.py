"""`portaldesk run`: the service."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

import click

import storage
from bot import log
from bot.app import CannotStart, Part, Service
from bot.cli.desk import SettingWrong, away, errors, open_store, settled
from bot.domain.store import StoreUnavailable
from bot.jobs import watchdog
from bot.practice_file import PracticeWrong
from bot.settings import Settings

Told = Callable[[storage.Keyring], None]


@click.command(epilog="Example: portaldesk run")
@click.option("--only", type=click.Choice(["web", "worker"]), help="With PostgreSQL: only one half of the service.")
def run(only: Part | None) -> None:
    """Run the service until it is told to stop."""
    settings = settled({"slack", "portals", "database", "keys", "http", "practice"})
    if only and settings.database == "sqlite":
        raise click.UsageError("--only splits the service over PostgreSQL; with SQLite one process does everything.")
    log.set_up(form=settings.log, level=settings.log_level)
    try:
        with storage.hold(settings.database_url) as told:
            why = _loop(settings, only or "all", told)
    except (storage.StoreBusy, storage.StoreUnsafe) as no:
        raise click.ClickException(str(no)) from None
    except StoreUnavailable as gone:
        raise away(settings, gone, "The database went away while the service started.") from None
    if why:
        errors.print(why)
        sys.exit(1)


def _loop(settings: Settings, only: Part, told: Told) -> str:
    with suppress(RuntimeError):  # the system has no thread to give: the kernel's own timer is set by then
        watchdog.last_resort(watchdog.START_AT_MOST)
    try:
        with asyncio.Runner(loop_factory=_fast_loop()) as runner:
            return runner.run(serve(settings, only, told))
    finally:
        watchdog.no_last_resort()


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop


async def serve(settings: Settings, only: Part, told: Told) -> str:
    """Run until SIGTERM, SIGINT, or until the service cannot go on; why it could not, empty otherwise."""
    service = Service(settings, open_store(settings), only=only)
    told(storage.keyring_for(settings.database_url, settings.keys))
    dog = watchdog.Watchdog(service.store, patience=watchdog.PATIENCE, put_off=watchdog.last_resort)
    service.ticks.add("beat", dog.beat, every=5)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.ended.set)
    try:
        await service.start()
        gc.freeze()  # what the start made stays: looking through all of it again and again held every answer up
        dog.start()
        await service.ended.wait()
    except CannotStart as cannot:
        return str(cannot)
    except PracticeWrong as wrong:
        faults = "\n".join(f"  {fault}" for fault in wrong.faults)
        raise SettingWrong(f"The practice file cannot be used:\n{faults}") from None
    except StoreUnavailable as gone:
        raise away(settings, gone, "The database went away while the service started.") from None
    finally:
        dog.stop()
        with suppress(RuntimeError):  # as above
            watchdog.last_resort(watchdog.STOP_AT_MOST)
        await service.stop()
    return service.why
