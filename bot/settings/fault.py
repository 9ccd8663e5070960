"""What is wrong with the settings: which variable, what, and what would be right; never the value of a secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """One setting that is wrong, or (as a warning) probably not meant. `variable` may also be a line of `.env`."""

    variable: str
    what_is_wrong: str
    what_would_be_right: str

    def __str__(self) -> str:
        return f"{self.variable}: {self.what_is_wrong} {self.what_would_be_right}".rstrip()


class SettingsWrong(ValueError):  # noqa: N818 - the settings are wrong, the program is not
    """Settings that cannot be used, with every fault that was found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Wrong(Exception):  # noqa: N818 - an answer, not an error
    """A single value is wrong: what is, and what would be right. The reader adds the variable."""

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.right = right
