"""Named places where a test can kill, freeze or fail the process; nothing in the product arms them."""

from __future__ import annotations

from collections.abc import Callable

_armed: Callable[[str], None] | None = None


def failpoint(name: str) -> None:
    """Do nothing, unless a test's own entry point armed this process."""
    if _armed is not None:
        _armed(name)


def arm(action: Callable[[str], None] | None) -> None:
    """Call `action(name)` at every failpoint. For test entry points only: no setting and no command leads here."""
    global _armed  # noqa: PLW0603 - one process, one arming; production never writes it
    _armed = action
