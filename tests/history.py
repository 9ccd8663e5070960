"""A run as the journals of the stand-in Slack and the stand-in portal tell it, never as our own database does.

An event's id is `evt-TOKEN`, and its words hold the token; every Send has words of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

_decode = msgspec.json.Decoder().decode
_NAMED_BY_SLACK = re.compile(r'"block_id": "[^"]*"')  # by chance, which may look like a token
TOKEN = re.compile(r"\btok[0-9a-z-]*[0-9a-z]")
_SENDS = {"reply": "reply_text", "refill_confirm": "family_words", "outcome": "reply_text"}  # the field of the words


@dataclass(frozen=True)
class Send:
    """A press of Send, from `began` until it was answered. `taken`: the window closed, or said that it was sent already.

    `window`: the first of those that were open on top of each other.
    """

    words: str
    window: str
    user: str
    began: float
    at: float
    taken: bool


@dataclass(frozen=True)
class Shown:
    """A reply that the family sees."""

    reply_id: str
    thread_id: str
    words_sha256: str
    at: float


@dataclass(frozen=True)
class Told:
    """A decision that the portal was told, with an answer or alone."""

    reply_id: str
    thread_id: str
    decision: str


@dataclass
class History:
    """What arrived where, how often, in which order.

    `answers`: statuses by event id. `cards`: timestamps of posted messages by metadata key and channel. `tokens`: keys
    of cards that name a token, by token and channel. `named`: tokens that were ever shown. `texts`: what each message
    showed last, by (channel, ts). `tried`, `confirmed`: by token, the windows that decide something and were
    submitted, and those of them that were acknowledged as done.
    """

    answers: dict[str, list[int | None]] = field(default_factory=lambda: defaultdict(list))
    kinds: dict[str, str] = field(default_factory=dict)
    cards: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    tokens: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    named: set[str] = field(default_factory=set)
    tried: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    confirmed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    told: list[Told] = field(default_factory=list)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    key_of: dict[tuple[str, str], str] = field(default_factory=dict)
    sends: list[Send] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    presses: Counter[str] = field(default_factory=Counter)
    slack_faults: Counter[str] = field(default_factory=Counter)
    portal_faults: Counter[str] = field(default_factory=Counter)
    triangles: int = 0
    repaired: int = 0
    calls: int = 0
    deliveries: int = 0
    requests: int = 0

    @property
    def accepted(self) -> set[str]:
        """Tokens of messages that the portal was told are taken."""
        return {
            event_id.removeprefix("evt-")
            for event_id, statuses in self.answers.items()
            if event_id.startswith("evt-") and any(status is not None and 200 <= status < 300 for status in statuses)
        }

    @property
    def taken(self) -> dict[str, Send]:
        """By hash of the words: from the first press of Send until the first that was acknowledged as sent."""
        found: dict[str, Send] = {}
        began: dict[str, float] = {}
        for send in self.sends:
            digest = digest_of(send.words)
            began.setdefault(digest, send.began)
            if send.taken:
                found.setdefault(digest, replace(send, began=began[digest]))
        return found

    def card_of(self, token: str) -> str:
        """What the card that names this token showed last."""
        return next((text for text in self.texts.values() if token in TOKEN.findall(text)), "")


def read(slack: Path, portal: Path, *, slack_from: int = 0, portal_from: int = 0) -> History:
    """The journals' story from these byte offsets on."""
    found = History()
    waiting: dict[str, dict[str, Any]] = {}
    for row in _rows(slack, slack_from):
        _slack(found, row, waiting)
    for row in _rows(portal, portal_from):
        _portal(found, row)
    return found


def _rows(path: Path, start: int) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if line.endswith(b"\n"):
                yield _decode(line)


def _slack(found: History, row: dict[str, Any], waiting: dict[str, dict[str, Any]]) -> None:
    match row["kind"]:
        case "api":
            found.calls += 1
            if row.get("fault"):
                found.slack_faults[row["fault"]] += 1
            if row["applied"] and row["method"] in ("chat.postMessage", "chat.update"):
                _drawn(found, row)
            if row["applied"] and row["method"] == "chat.delete":
                _taken_back(found, row)
        case "delivery":
            found.deliveries += 1
            if row.get("fault"):
                found.slack_faults[row["fault"]] += 1
            waiting[row["envelope_id"]] = row
        case "ack":
            _acked(found, row, waiting.pop(row["envelope_id"], {}))
        case "triangle":
            found.triangles += 1


def _drawn(found: History, row: dict[str, Any]) -> None:
    args = row["args"]
    place = (str(args["channel"]), str(row["answer"]["ts"]))
    text = json.dumps({name: _loaded(args.get(name)) for name in ("text", "blocks")}, ensure_ascii=False)
    found.texts[place] = text
    named = set(TOKEN.findall(text))
    found.named |= named
    if row["method"] != "chat.postMessage":
        return
    metadata = _loaded(args.get("metadata")) or {}
    key = str(metadata.get("event_payload", {}).get("key", ""))
    if not key:
        return  # a word to one person, which nobody needs twice or at all
    found.cards[key, place[0]].append(place[1])
    found.key_of[place] = key
    if not args.get("thread_ts"):
        for token in named:
            found.tokens[token, place[0]].add(key)


def _taken_back(found: History, row: dict[str, Any]) -> None:
    """A message of which there were two, until one of them was taken back."""
    place = (str(row["args"]["channel"]), str(row["args"]["ts"]))
    key = found.key_of.get(place, "")
    if sum(one == key for one in found.key_of.values()) > 1:
        found.cards[key, place[0]].remove(place[1])
        found.texts.pop(place, None)
        del found.key_of[place]
        found.repaired += 1


def _loaded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "[{":
        return json.loads(value)
    return value


def _acked(found: History, row: dict[str, Any], sent: dict[str, Any]) -> None:
    payload = sent.get("payload") or {}
    if payload.get("type") == "block_actions" and row["acked"]:
        for action in payload["actions"]:
            found.presses[action["action_id"]] += 1
    if payload.get("type") == "view_submission" and payload["view"]["callback_id"] in _SENDS:
        _submitted(found, row, sent)


def _submitted(found: History, row: dict[str, Any], sent: dict[str, Any]) -> None:
    """Somebody pressed Send, or Confirm, or Save."""
    payload = sent["payload"]
    view = payload["view"]
    values = {action: given for fields in view["state"]["values"].values() for action, given in fields.items()}
    words = str((values.get(_SENDS[view["callback_id"]]) or {}).get("value") or "")
    answer = json.dumps(row.get("body") or {})
    turned = '"callback_id": "gone"' in answer  # the next one is offered in its place
    repeats = "these very words" in answer  # what another window did before is done; this one does nothing
    closed = row["acked"] and ("response_action" not in answer or '"clear"' in answer or turned)
    taken = bool(closed or (row["acked"] and ("lready sent" in answer or "done already" in answer)))
    now = ((values.get("answer_by") or {}).get("selected_option") or {}).get("value", "now") == "now"
    if words and now:
        window = str(view.get("root_view_id") or view["id"])
        found.sends.append(
            Send(words, window=window, user=payload["user"]["id"], began=sent["at"], at=row["at"], taken=taken)
        )
    if view["callback_id"] == "reply":
        return
    for token in set(TOKEN.findall(_NAMED_BY_SLACK.sub("", json.dumps(view["blocks"])))):
        found.tried[token].add(str(view["private_metadata"]))
        # One that goes back to a colleague is told with their answer: what changed before is not.
        if taken and now and not repeats:
            found.confirmed[token].add(str(view["private_metadata"]))


def _portal(found: History, row: dict[str, Any]) -> None:
    if row.get("fault"):
        found.portal_faults[row["fault"]] += 1
    match row["what"]:
        case "event":
            found.answers[row["event_id"]].append(row["status"])
            found.kinds[row["event_id"]] = row["kind"]
        case "request":
            found.requests += 1
        case "decided":
            _told(found, row)
        case "shown":
            _told(found, row)
            found.shown.append(
                Shown(
                    reply_id=row["reply_id"],
                    thread_id=row["thread_id"],
                    words_sha256=row["text_sha256"],
                    at=row["at"],
                )
            )


def _told(found: History, row: dict[str, Any]) -> None:
    if row.get("decision"):
        decision = json.dumps(row["decision"], sort_keys=True)
        found.told.append(Told(reply_id=row["reply_id"], thread_id=row["thread_id"], decision=decision))


def digest_of(words: str) -> str:
    """How the portal's journal names words that it showed."""
    return hashlib.sha256(words.strip().encode()).hexdigest()
