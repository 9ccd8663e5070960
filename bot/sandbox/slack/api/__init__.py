"""The Web API: every method the stand-in knows, by name."""

from bot.sandbox.slack.api import chat, conversations, people, team, views
from bot.sandbox.slack.api.method import Method

METHODS: dict[str, Method] = {
    method.name: method for module in (chat, conversations, people, team, views) for method in module.METHODS
}
__all__ = ["METHODS", "Method"]
