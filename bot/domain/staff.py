"""Who may do what: the people of the practice, their roles, and the one table of permissions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.conversation import Conversation
from bot.domain.refused import Refusal, Refused


class Role(StrEnum):
    """What the practice says a person is. Roles add up."""

    STAFF = "staff"  # works on the messages of their departments
    PRESCRIBER = "prescriber"  # may decide refills
    ADMIN = "admin"  # maps channels, says who is what


class Act(StrEnum):
    """What a person can do in Slack."""

    OPEN = "open"  # see the whole message
    REPLY = "reply"  # answer the family
    RETRY = "retry"  # try an undelivered answer again
    SETTLE_DOUBT = "settle_doubt"  # say what became of an unclear answer
    NOTE = "note"  # write an internal note in the card's thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A person of the practice. `slack` is the Slack user id; `departments` are names of departments."""

    slack: str
    name: str
    title: str | None = None
    roles: frozenset[Role] = frozenset()
    departments: tuple[str, ...] = ()
    npi: str | None = None
    covered_by: str | None = None
    own_portal_users: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """The name as families and colleagues read it: "Alice Moreno, RN"."""
        return f"{self.name}, {self.title}" if self.title else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who pressed, as Slack tells it. `member` is None when Slack could not be asked.

    `member` is False for guests, people of other workspaces, bots and deactivated accounts.
    """

    slack: str
    member: bool | None


def acts_of(
    person: Person, staff: Staff | None, conversation: Conversation, *, also: frozenset[str] = frozenset()
) -> frozenset[Act]:
    """Everything that this person may do with this conversation now."""
    allowed = set()
    for act in Act:
        try:
            must(person, staff, act, conversation, ask="", also=also)
        except Refused:
            continue
        allowed.add(act)
    return frozenset(allowed)


def must(
    person: Person,
    staff: Staff | None,
    act: Act,
    conversation: Conversation,
    *,
    ask: str,
    also: frozenset[str] = frozenset(),
) -> Staff:
    """The staff member behind `person`, if they may do `act` now; else Refused, in words.

    One table for windows, cards and acts; judged inside the transaction in which the act takes effect. `ask` names
    the admin to turn to; `also` are departments that stand in for the conversation's own. Prescribers see and answer
    what was forwarded to them, admins see everything.
    """
    if person.member is None:
        raise Refused(
            "Slack could not confirm your account just now, so nothing was done. Please press again in a moment.",
            because=Refusal.NOT_MEMBER,
        )
    if not person.member:
        raise Refused(
            "Only members of the practice's own workspace can act here. Ask a colleague to do it.",
            because=Refusal.NOT_MEMBER,
        )
    if staff is None or not staff.roles:
        raise Refused(f"You have no role in Portal Desk yet. Ask {ask} to add you.", because=Refusal.NO_ROLE)
    departments = {conversation.department, *also}
    belongs = not departments.isdisjoint(staff.departments) or conversation.holder == staff.slack
    if act is Act.OPEN and Role.ADMIN in staff.roles:
        return staff
    if Role.STAFF in staff.roles or Role.PRESCRIBER in staff.roles:
        if belongs:
            return staff
        raise Refused(
            f"This message belongs to {conversation.department}. Ask {ask} to add you to {conversation.department}.",
            because=Refusal.NOT_DEPARTMENT,
        )
    raise Refused(f"Your role does not include answering families. Ask {ask} to change it.", because=Refusal.NO_ROLE)
