"""The commands of `portaldesk`: words for people, exit 0 done, 1 failed, 2 wrong usage or settings."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from io import TextIOWrapper

import click

from bot import __version__

COMMANDS = ("run", "demo", "check", "practice", "db", "deliveries", "keys", "sample", "verify", "audit", "queue")


class Commands(click.Group):
    """Each command's module has its name, and is loaded when the command is called: `run` starts without the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which people meet them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        gc.disable()  # all that is loaded stays: looking through it for what could go took a fifth of the time
        try:
            found = getattr(import_module(f"bot.cli.{cmd_name}"), cmd_name)
        finally:
            gc.enable()
        assert isinstance(found, click.Command)
        return found


@click.group(cls=Commands, epilog="Example: portaldesk demo", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="portaldesk")
def portaldesk() -> None:
    """Portal messages become Slack cards; answers go back to the family, once."""


def main() -> None:
    """The console script. A character that the locale does not have is written as its number: no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # and not None, as one that was closed
            stream.reconfigure(errors="backslashreplace")
    portaldesk(prog_name="portaldesk")
