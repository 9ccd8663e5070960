"""`python -m bot.sandbox slack|portal`: each stand-in as its own process."""

from __future__ import annotations

import runpy
import sys

from bot.sandbox.slack.command import main as slack

STAND_INS = ("slack", "portal")


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in STAND_INS:
        sys.stderr.write(f"usage: python -m bot.sandbox {{{','.join(STAND_INS)}}} [options]\n")
        return 2
    if arguments[0] == "slack":
        return slack(arguments[1:])
    sys.argv = [f"{sys.argv[0]} {arguments[0]}", *arguments[1:]]
    runpy.run_module(f"bot.sandbox.{arguments[0]}", run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
