"""The words that are proposed from a decision: for the family, for a colleague, for a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.decision import Decision
from bot.domain.message import Kind
from bot.domain.picture import Picture
from bot.domain.privacy import first_name
from bot.domain.refill import DENIALS, Denial, Outcome

_SAID = {
    Outcome.APPROVED: "approved as asked",
    Outcome.CHANGED: "approved with changes",
    Outcome.DENIED: "denied",
    Outcome.VISIT: "needs a visit first",
    Outcome.INFO: "needs information",
    Outcome.ALREADY: "already sent",
    Outcome.SIGNED: "signed in the EHR",
}
_OTHERS = {
    "cancelled": "cancelled",
    "booked": "booked",
    "offered": "times offered",
    "declined": "declined",
    "needs_call": "needs a call",
    "recorded": "chart updated",
    "needs_info": "needs information",
    "rejected": "not accepted",
    "created": "referral created",
    "needs_visit": "needs a visit first",
}


def in_words(decision: Decision) -> str:
    """Such as "approved with changes, 2 inhalers, 2 refills"."""
    terms = decision.terms
    if decision.kind is not Kind.REFILL:
        return _OTHERS.get(decision.outcome, decision.outcome)
    said = [_SAID[Outcome(decision.outcome)]]
    if decision.outcome == Outcome.DENIED:
        said.append(denial(terms.reason))
    if decision.outcome == Outcome.INFO and terms.reason:
        said.append(terms.reason)
    if decision.outcome == Outcome.CHANGED:
        refills = None if terms.refills is None else f"{terms.refills} refill{'s' if terms.refills != 1 else ''}"
        said += [part for part in (terms.quantity, refills, terms.sig, terms.pharmacy) if part]
    return ", ".join(said)


def denial(code: str | None) -> str:
    """The reason's plain words."""
    return DENIALS[Denial(code)] if code in set(Denial) else (code or "no reason given")


def for_colleague(decisions: Sequence[Decision]) -> str:
    """A line each."""
    return "\n".join(f"{d.terms.medicine or 'The request'}: {in_words(d)}" for d in decisions)


def for_family(picture: Picture, decisions: Sequence[Decision], *, open_lines: Sequence[str] = ()) -> str:
    """The answer that is proposed from a refill decision. It never says that a prescription was sent.

    `open_lines` are medicines that are not decided yet.
    """
    child = first_name(picture.patient.name)
    greeting = f"Hi {name}" if (name := first_name(picture.sender.name)) else "Hello"
    sentences = [_sentence(d, child) for d in decisions]
    sentences += [f"{medicine} is not decided yet; we will write again." for medicine in open_lines]
    return f"{greeting}, {' '.join(sentences)}"


def _sentence(decision: Decision, child: str) -> str:
    terms, who = decision.terms, decision.by.name
    medicine = terms.medicine or "the medicine"
    whose = f"{child}'s refill" if child else "the refill"
    pharmacy = f" The pharmacy will be {terms.pharmacy}." if terms.pharmacy else ""
    match Outcome(decision.outcome):
        case Outcome.APPROVED:
            return f"{who} approved {whose} of {medicine}.{pharmacy}"
        case Outcome.CHANGED:
            refills = None if terms.refills is None else f"{terms.refills} refill{'s' if terms.refills != 1 else ''}"
            given = ", ".join(part for part in (terms.quantity, refills, terms.sig) if part)
            return f"{who} approved {whose} of {medicine} with a change: {given or 'see the pharmacy'}.{pharmacy}"
        case Outcome.DENIED:
            return f"{who} could not approve {whose} of {medicine}: {denial(terms.reason)}."
        case Outcome.VISIT:
            return (
                f"{child or 'Your child'} needs a visit before {medicine} can be refilled. "
                "Please ask for an appointment here in the portal."
            )
        case Outcome.INFO:
            return f"before {who} can decide about {medicine}, please tell us: {terms.reason}"
        case Outcome.ALREADY:
            where = f"with {terms.pharmacy}" if terms.pharmacy else "with your pharmacy"
            return f"{medicine} should be there already. Please check {where}."
        case Outcome.SIGNED:
            return f"{who} has taken care of the prescription for {medicine}."
