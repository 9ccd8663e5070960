"""The web page of the sandbox: one address for the stand-in Slack workspace and the families' portal."""

from bot.sandbox.page.server import PageConfig, RunningPage, start_page

__all__ = ["PageConfig", "RunningPage", "start_page"]
