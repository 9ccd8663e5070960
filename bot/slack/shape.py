"""Whether what Slack is said to have sent has the shape that all behind it relies on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_slacks(told: object) -> bool:
    """True for everything that Slack sends, also for what is newer than we are."""
    if not isinstance(told, Mapping) or not isinstance(told.get("event", {}), Mapping):
        return False
    match told.get("type"):
        case "block_actions":
            return bool(told.get("actions"))
        case "view_submission" | "view_closed":
            return _is_view(told.get("view"))
        case "workflow_step_edit":  # steps that apps had once; Slack took them away
            return False
    return True


def _is_view(view: Any) -> bool:
    return isinstance(view, Mapping) and isinstance(view.get("type"), str)
