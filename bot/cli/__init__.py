"""The commands of `portaldesk`: words for people, exit 0 done, 1 failed, 2 wrong usage or settings."""

from __future__ import annotations

import click

from bot import __version__
from bot.cli.check import check
from bot.cli.db import db
from bot.cli.deliveries import deliveries
from bot.cli.demo import demo
from bot.cli.practice import practice
from bot.cli.run import run
from bot.cli.sample import sample
from bot.cli.verify import verify


@click.group(epilog="Example: portaldesk demo", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="portaldesk")
def portaldesk() -> None:
    """Portal messages become Slack cards; answers go back to the family, once."""


for command in (run, demo, check, practice, db, deliveries, sample, verify):
    portaldesk.add_command(command)


def main() -> None:
    """The console script."""
    portaldesk(prog_name="portaldesk")
