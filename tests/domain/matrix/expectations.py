"""Who may do what, written by hand from PRODUCT, CONTRACT and SAFETY. This file imports nothing of ours."""

from __future__ import annotations

# Everything that can be done, in four sorts.
LOOKING = {"open"}
READING_UP = {"history"}
WORKING = {
    "reply", "retry", "settle_doubt", "take", "forward", "snooze", "urgent", "done", "reopen", "enter", "schedule",
    "record", "refer",
}  # fmt: skip
DECIDING = {"decide"}
OWN_TURN = {"give_back"}
ANSWERING_COLLEAGUES = {"respond"}
NOTING = {"note"}
ASKING = {"ask_prior"}
SHOWING = {"give_prior"}
ACTS = LOOKING | READING_UP | WORKING | DECIDING | OWN_TURN | ANSWERING_COLLEAGUES | NOTING | ASKING | SHOWING

# How somebody stands to a message.
RELATIONS = {
    "of its department",
    "of the department that stands in",
    "has it",
    "covers for whoever has it",
    "forwarded it and waits",
    "got it with the prior text",
    "got it without the prior text",
    "got it without the prior text, of its department",
    "had forwarded it, and it came back to somebody else",
    "nothing",
}
HAS_TURN = {
    "has it", "covers for whoever has it", "got it with the prior text",
    "got it without the prior text, of its department",
}  # fmt: skip
INSIDE = {"of its department", "of the department that stands in"}
WAITS = {"forwarded it and waits"}
GLIMPSE = {"got it without the prior text"}
STRANGERS = {"nothing", "had forwarded it, and it came back to somebody else"}

ROLES = ("staff", "prescriber", "admin")


def allowed(*, act: str, roles: frozenset[str], relation: str, account: str) -> bool:
    """Whether this must be possible; everything else must not be."""
    if account != "member" or not roles:
        return False
    if act in LOOKING | READING_UP and "admin" in roles:
        return True
    if not roles & {"staff", "prescriber"}:
        return False
    if relation in STRANGERS:
        return False
    if act in DECIDING and "prescriber" not in roles:
        return False
    if relation in GLIMPSE:
        return act in LOOKING | NOTING | OWN_TURN | ANSWERING_COLLEAGUES | ASKING
    if act in OWN_TURN:
        return relation in HAS_TURN
    if act in ANSWERING_COLLEAGUES:
        return relation in HAS_TURN | INSIDE
    if act in ASKING:
        return False
    if act in SHOWING:
        return relation in INSIDE | WAITS
    return True
