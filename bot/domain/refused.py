"""The polite "no", in words fit for the person who pressed."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why a press had no effect: the word that the journal keeps, never shown to a person."""

    NO_ROLE = "no_role"  # not on the practice's staff list
    NOT_MEMBER = "not_member"  # guest, outside, bot, deactivated, or Slack could not tell
    NOT_DEPARTMENT = "not_department"  # staff, but of another department
    NOT_PRESCRIBER = "not_prescriber"  # refills are decided by prescribers
    NOT_YOURS = "not_yours"  # not this person's turn
    NOT_ADMIN = "not_admin"  # only an admin changes how the practice works
    OWN = "own"  # nobody decides for themselves
    HELD = "held"  # a colleague has it
    DECIDED = "decided"  # somebody decided already
    CONTROLLED = "controlled"  # no button approves it
    NOT_SET_UP = "not_set_up"  # no practice file was applied yet
    ALREADY_SENT = "already_sent"  # the window was used
    CHANGED = "changed"  # the conversation moved on while the window was open
    UNREAD = "unread"  # the family wrote, and what was pressed did not show it
    CLOSED = "closed"  # withdrawn or handled elsewhere
    CONFIDENTIAL = "confidential"  # the answer would reach a guardian's account
    TEXT = "text"  # empty or too long
    UNREAD_CHECK = "unread_check"  # a required tick is missing
    SIBLING = "sibling"  # the words name a brother or sister of the child
    GONE = "gone"  # the thing that was pressed is not known
    NOT_NOW = "not_now"  # the state does not offer this


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """An act said no.

    `sentence` is one sentence why and one what to do, shown where the press was made; `field` names the
    window's field that it belongs to, if any.
    """

    def __init__(self, sentence: str, *, because: Refusal, field: str | None = None) -> None:
        super().__init__(because.value)
        self.sentence = sentence
        self.because = because
        self.field = field
