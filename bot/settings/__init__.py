"""Settings: the environment and .env, read only here, checked all at once, frozen."""

from __future__ import annotations

from bot.settings.fault import Fault, SettingsWrong
from bot.settings.read import dotenv, load, read
from bot.settings.value import DEFAULTS, NEEDS, PortalSettings, Replies, Settings

__all__ = [
    "DEFAULTS",
    "NEEDS",
    "Fault",
    "PortalSettings",
    "Replies",
    "Settings",
    "SettingsWrong",
    "dotenv",
    "load",
    "read",
]
