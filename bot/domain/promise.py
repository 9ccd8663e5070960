"""By when the practice promised to have answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.department import Department
from bot.domain.practice import Practice
from bot.domain.turnaround import due

URGENT_WITHIN = timedelta(minutes=15)  # by the clock on the wall: what is urgent does not wait for opening hours


def promised(*, came: datetime, urgent: bool, department: Department, practice: Practice, now: datetime) -> datetime:
    """The due time of a message that came then: the department's turnaround, or its own short clock when urgent."""
    if urgent:
        return now + URGENT_WITHIN
    return due(came, department.turnaround, practice.hours_of(department), practice.calendar, practice.timezone)
