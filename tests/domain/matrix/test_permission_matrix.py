"""The table of permissions against a table that was written by hand: every role, act, tie, account and state."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from bot.domain.conversation import Conversation, Status
from bot.domain.permission import Act, must, tie
from bot.domain.practice import Practice
from bot.domain.refused import Refused
from bot.domain.staff import Person, Role, Staff
from bot.domain.turn import Forward, ForwardState
from tests.domain.matrix import expectations as expected
from tests.slack import stories

WHO, OTHER, AWAY = "U0WHO", "U0OTHER", "U0AWAY"
SUBSETS = [frozenset(some) for size in range(4) for some in combinations(expected.ROLES, size)]
ACCOUNTS = {"member": True, "guest, outside, bot or deactivated": False, "Slack cannot say": None}
STATES = (Status.OPEN, Status.ANSWERED, Status.DONE, Status.WITHDRAWN, Status.ELSEWHERE)


def forward(by: str, to: str | None, *, prior: bool = True, state: ForwardState = ForwardState.OPEN) -> Forward:
    """A forward of the one conversation."""
    return Forward(
        id=f"f_{by}{to}",
        conversation_id="c_1",
        by=by,
        from_department="Nursing",
        to=to,
        to_department=None,
        at=stories.NOW,
        prior=prior,
        state=state,
    )


def scene(
    relation: str, roles: frozenset[str], status: Status
) -> tuple[Staff, Conversation, tuple[Forward, ...], Practice]:
    """A person who stands to a conversation as the relation says."""
    inside = relation in {"of its department", "got it without the prior text, of its department"}
    stands_in = relation == "of the department that stands in"
    departments = ("Nursing",) if inside else ("Front Desk",) if stands_in else ("Billing",)
    staff = Staff(slack=WHO, name="Who", roles=frozenset(Role(r) for r in roles), departments=departments)
    others = [Staff(slack=OTHER, name="Other", roles=frozenset({Role.STAFF}), departments=("Nursing",))]
    holder, forwards = OTHER, ()
    if relation == "has it":
        holder = WHO
    elif relation == "covers for whoever has it":
        others.append(Staff(slack=AWAY, name="Away", roles=frozenset({Role.STAFF}), covered_by=WHO))
        holder = AWAY
    elif relation == "forwarded it and waits":
        forwards = (forward(WHO, OTHER),)
    elif relation.startswith("got it"):
        holder, forwards = WHO, (forward(OTHER, WHO, prior="without" not in relation),)
    elif relation.startswith("had forwarded"):
        forwards = (forward(WHO, OTHER, state=ForwardState.RETURNED),)
    practice = replace(stories.practice(), staff=(staff, *others))
    talk = replace(stories.talk(), department="Nursing", holder=holder, status=status)
    return staff, talk, forwards, practice


def verdict(act: str, roles: frozenset[str], relation: str, account: str, status: Status) -> bool:
    """What our table says."""
    staff, talk, forwards, practice = scene(relation, roles, status)
    also = frozenset({"Front Desk"}) if relation == "of the department that stands in" else frozenset()
    bound = tie(staff, talk, forwards, practice, also=also)
    person = Person(slack=WHO, member=ACCOUNTS[account])
    try:
        must(person, staff if roles else None, Act(act), bound, talk, ask="Pat Quinn (admin)")
    except Refused as refused:
        return not refused.sentence  # a refusal without words would be a wrong allow
    return True


def test_the_two_tables_speak_of_the_same_acts():
    """An act that is new must be put into the table by hand."""
    assert {act.value for act in Act} == expected.ACTS


@pytest.mark.parametrize("relation", sorted(expected.RELATIONS))
def test_nobody_may_more_and_nobody_less(relation: str):
    """At least ten thousand cases in all: no wrong allow, no wrong refusal, and each refusal has words."""
    wrong = [
        (act, sorted(roles), account, status.value)
        for act in sorted(expected.ACTS)
        for roles in SUBSETS
        for account in ACCOUNTS
        for status in STATES
        if verdict(act, roles, relation, account, status)
        is not expected.allowed(act=act, roles=roles, relation=relation, account=account)
    ]
    assert wrong == []


def test_there_are_enough_cases():
    """The figure of SAFETY."""
    cases = len(expected.ACTS) * len(SUBSETS) * len(ACCOUNTS) * len(STATES) * len(expected.RELATIONS)
    assert cases >= 10_000
