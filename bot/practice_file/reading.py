"""Reads values out of the tree, remembers every fault and goes on, so that all of them are told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.practice_file.fault import Fault, nearest, one_of
from bot.practice_file.tree import Node, short

NAME_LIMIT = 75  # Slack cuts or refuses longer words in a menu (composition objects: option text)

_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}|#[^\s#@,A-Z]{1,80}")
_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
_GROUP = re.compile(r"S[A-Z0-9]{2,20}")
_YES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Reading:
    """One pass over a practice file. What cannot be read is None, and a fault."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def fault(self, at: Node, wrong: str, right: str) -> None:
        """Remember what is wrong at that place."""
        self.faults.append(Fault(line=at.line, path=at.path, what_is_wrong=wrong, what_would_be_right=right))

    def warn(self, at: Node, wrong: str, right: str) -> None:
        """Remember what is probably not meant."""
        self.warnings.append(Fault(line=at.line, path=at.path, what_is_wrong=wrong, what_would_be_right=right))

    def group(self, at: Node | None, *, known: Sequence[str], required: Iterable[str] = ()) -> dict[str, Node]:
        """The settings of a group by key; faults for keys that are not known and for those that are missing."""
        if at is None:
            return {}
        if at.entries is None:
            self.fault(at, f"Here stands {at.what}.", f"A group of settings: {', '.join(known)}.")
            return {}
        for key, value in at.entries.items():
            if key not in known:
                there = Node(path=value.path, line=at.key_lines[key])
                self.fault(there, f'"{short(key)}" is not a setting.', self._meant(key, known))
        for key in required:
            if key not in at.entries:
                there = Node(path=f"{at.path}.{key}" if at.path else key, line=at.line)
                self.fault(there, f'"{key}" is missing.', REQUIRED.get(key, f'Add "{key}:" here.'))
        return {key: value for key, value in at.entries.items() if key in known}

    @staticmethod
    def _meant(key: str, known: Sequence[str]) -> str:
        """The nearest setting, or all that there are."""
        guess = nearest(key, known)
        return f'Did you mean "{guess}"?' if guess else f"Here may stand: {', '.join(known)}."

    def items(self, at: Node | None) -> tuple[Node, ...]:
        """The entries of a list; nothing given is an empty list."""
        if at is None:
            return ()
        if at.items is None:
            self.fault(at, f"Here stands {at.what}.", "A list: each entry begins with a dash, or [in, brackets].")
            return ()
        return at.items

    def text(self, at: Node | None, *, limit: int = NAME_LIMIT) -> str | None:
        """A text of one character to `limit`, trimmed."""
        if at is None:
            return None
        if at.text is None or not at.text.strip():
            self.fault(at, f"Here stands {'nothing' if at.text is not None else at.what}.", "A text.")
            return None
        text = at.text.strip()
        if len(text) > limit:
            self.fault(at, f"The text has {len(text)} characters.", f"At most {limit}.")
            return None
        if any(ord(letter) < ord(" ") and letter not in "\n\t" for letter in text):
            self.fault(at, "The text has control characters.", "Take them out.")
            return None
        return text

    def texts(self, at: Node | None, *, limit: int = NAME_LIMIT) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(text for item in self.items(at) if (text := self.text(item, limit=limit)) is not None)

    def choice(self, at: Node | None, known: Sequence[str]) -> str | None:
        """One of a few words, whatever the case."""
        text = self.text(at)
        if at is None or text is None:
            return None
        if text.lower() in known:
            return text.lower()
        self.fault(at, f'"{short(text)}" is not known here.', one_of(known, wrote=text))
        return None

    def yes(self, at: Node | None) -> bool | None:
        """True or false."""
        text = self.text(at)
        if at is None or text is None:
            return None
        if text.lower() not in _YES:
            self.fault(at, f'"{short(text)}" is neither true nor false.', "Write true or false.")
        return _YES.get(text.lower())

    def channel(self, at: Node | None) -> str | None:
        """A Slack channel: its id, or its name with # (https://docs.slack.dev/reference/objects/conversation-object)."""
        if at is not None and at.text is None and at.entries is None and at.items is None:
            right = 'A name with # needs quotes, else YAML takes it for a comment: "#nursing".'
            self.fault(at, "Here stands nothing.", right)
            return None
        text = self.text(at, limit=81)
        if at is None or text is None or _CHANNEL.fullmatch(text):
            return text
        name = re.sub(r"[^\w-]+", "-", text.lstrip("#").lower()).strip("-") or "nursing"
        right = f'A channel id such as C0NURSING, or "#{name}" in quotes.'
        self.fault(at, f'"{short(text)}" is no Slack channel.', right)
        return None

    def slack_id(self, at: Node | None, *, person: bool = False, group: bool = False) -> str | None:
        """The Slack id of a person (U..., W...), of a user group (S...), or of either."""
        text = self.text(at)
        if at is None or text is None:
            return None
        if (person and _PERSON.fullmatch(text)) or (group and _GROUP.fullmatch(text)):
            return text
        people = "a member id (U0ALICE: in Slack, profile, three dots, Copy member ID)" if person else ""
        groups = "a user group id (S0NURSES)" if group else ""
        self.fault(
            at, f'"{short(text)}" is no such Slack id.', f"Here belongs {' or '.join(filter(None, (people, groups)))}."
        )
        return None


REQUIRED = {
    "card_detail": "Somebody must choose how much of a message stands on the channel's card: minimal or full.",
    "timezone": "The place whose clock counts, such as America/New_York.",
    "hours": 'Opening hours, such as {mon-fri: "08:00-17:00"}.',
    "default_department": "The name of the department that gets what nobody else takes.",
    "departments": "At least one department, with name and channel.",
    "staff": "The people, each with slack, name and roles: who is not listed may do nothing.",
    "channel": 'The department\'s Slack channel: an id such as C0NURSING, or "#nursing" in quotes.',
    "roles": "What the person is: staff, prescriber, admin. Without a role they may do nothing.",
    "to": "The department that the route leads to.",
    "when": "The conditions of the route: kind, text, portal, priority, confidential.",
}
