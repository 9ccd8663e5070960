"""A strict stand-in for a Slack workspace: Web API, Socket Mode, signed HTTP, and the people in it."""

from bot.sandbox.slack.config import (
    ChannelConfig,
    ConfigFault,
    GroupConfig,
    Manifest,
    PersonConfig,
    SlackConfig,
    Timing,
)
from bot.sandbox.slack.server import RunningSlack, serve

__all__ = [
    "ChannelConfig",
    "ConfigFault",
    "GroupConfig",
    "Manifest",
    "PersonConfig",
    "RunningSlack",
    "SlackConfig",
    "Timing",
    "serve",
]
