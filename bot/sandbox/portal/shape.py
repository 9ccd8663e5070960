"""What a reply, a decision and a message state must look like (CONTRACT section 5, Out)."""

from typing import Any

OUTCOMES = {
    "refill": {
        "approved", "approved_changed", "denied", "needs_visit", "needs_info", "already_sent", "done_in_ehr",
    },
    "appointment": {"booked", "offered", "declined", "needs_call"},
    "insurance": {"recorded", "needs_info", "rejected"},
    "referral": {"created", "declined", "needs_visit", "needs_info"},
}  # fmt: skip
STATES = {"received", "assigned", "answered", "closed"}


def reply_faults(reply: Any, *, words: bool) -> list[str]:
    """What is wrong with a reply (`words=True`) or a decision without words; empty when nothing is."""
    if not isinstance(reply, dict):
        return ["the body is not an object"]
    faults = []
    if reply.get("schema") != 1:
        faults.append("schema is not 1")
    faults += [f"{name} is missing" for name in ("reply_id", "thread_id", "written_at") if not _text(reply.get(name))]
    if not _text(_inside(reply, "to", "portal_user_id")):
        faults.append("to.portal_user_id is missing")
    if not _text(_inside(reply, "author", "name")):
        faults.append("author.name is missing")
    if words and not _text(_inside(reply, "body", "text")):
        faults.append("body.text is missing")
    if reply.get("thread_after") not in {None, "open", "closed"}:
        faults.append("thread_after is neither open nor closed")
    decision = reply.get("decision")
    if decision is not None:
        faults += _decision_faults(decision)
    elif not words:
        faults.append("decision is missing")
    return faults


def _decision_faults(decision: Any) -> list[str]:
    if not isinstance(decision, dict):
        return ["decision is not an object"]
    kind = decision.get("kind")
    if kind not in OUTCOMES:
        return [f"decision.kind {kind!r} is unknown"]
    if kind != "refill":
        good = decision.get("outcome") in OUTCOMES[kind]
        return [] if good else [f"decision.outcome {decision.get('outcome')!r} is unknown"]
    lines = decision.get("lines")
    if not isinstance(lines, list) or not lines:
        return ["decision.lines is empty"]
    return [fault for line in lines for fault in _line_faults(line)]


def _line_faults(line: Any) -> list[str]:
    if not isinstance(line, dict):
        return ["a decision line is not an object"]
    faults = []
    if not isinstance(line.get("line"), int):
        faults.append("a decision line has no number")
    if line.get("outcome") not in OUTCOMES["refill"]:
        faults.append(f"outcome {line.get('outcome')!r} is unknown")
    if not _text(_inside(line, "decided_by", "name")):
        faults.append("decided_by.name is missing")
    return faults


def _inside(value: dict[str, Any], name: str, field: str) -> Any:
    inner = value.get(name)
    return inner.get(field) if isinstance(inner, dict) else None


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
