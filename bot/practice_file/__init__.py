"""The practice file: reviewed YAML (CONTRACT, section 4) becomes a Practice, with every fault told at once."""

from __future__ import annotations

from bot.practice_file.difference import Change, difference
from bot.practice_file.fault import Fault, PracticeWrong
from bot.practice_file.hours import HolidayCalendar
from bot.practice_file.practice import Examined, examine, read, text_of
from bot.practice_file.show import normalised, show

__all__ = [
    "Change",
    "Examined",
    "Fault",
    "HolidayCalendar",
    "PracticeWrong",
    "difference",
    "examine",
    "normalised",
    "read",
    "show",
    "text_of",
]
