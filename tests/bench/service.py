"""The bench's own entry point: the real service, unmodified, with another pace towards Slack.

`python -m tests.bench.service PACE run`. Nothing in the product leads here.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from bot import cli, settings


def main(pace: str, *told: str) -> None:
    """Be `portaldesk`, with `pace` seconds between two posts in one channel (0: Slack's limits are off)."""
    load = settings.load

    def paced(**how: Any) -> settings.Settings:
        return replace(load(**how), slack_pace=float(pace))

    settings.load = paced
    sys.argv = ["portaldesk", *told]
    cli.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
