"""The log: dotted event names with ids, and the fence that keeps message text, names and secrets out."""

from __future__ import annotations

from bot.log.event import event, failure
from bot.log.fence import WITHHELD
from bot.log.field import FIELDS
from bot.log.output import Output, set_up

__all__ = ["FIELDS", "WITHHELD", "Output", "event", "failure", "set_up"]
