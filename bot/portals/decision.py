"""A decision as the contract's structure, from the plain object that was kept with the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from bot.portals.mend import introduce
from bot.portals.outgoing import Decision

introduce(Decision)


def decision_of(kept: Mapping[str, Any] | None) -> Decision | None:
    """The structure; None for none. A shape that this version does not know travels not at all, the words do."""
    if not kept:
        return None
    try:
        made: Decision = msgspec.convert(dict(kept), Decision, strict=True)
    except msgspec.ValidationError:
        return None
    return made
