"""Block Kit as Slack judges it: `faults(blocks, surface)` and `view_faults(view)` list what would be refused."""

from bot.sandbox.slack.blockkit.composition import SUGGESTION
from bot.sandbox.slack.blockkit.report import Report, Surface
from bot.sandbox.slack.blockkit.view import faults, too_large, view_faults

__all__ = ["SUGGESTION", "Report", "Surface", "faults", "too_large", "view_faults"]
