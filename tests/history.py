"""Judges a run from the journals of the stand-in Slack and the stand-in portal alone, never from our own database.

An event's id is `evt-TOKEN`, and its words hold the token; every Send has words of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_TOKEN = re.compile(r"\btok[0-9a-z-]*[0-9a-z]")
SEND_AGAIN = "card_send_again"


@dataclass(frozen=True)
class Send:
    """A press of Send. `taken`: the window closed, or said that it was sent already."""

    words: str
    user: str
    at: float
    taken: bool


@dataclass(frozen=True)
class Shown:
    """A reply that the family sees."""

    reply_id: str
    thread_id: str
    words_sha256: str
    at: float


@dataclass
class History:
    """What arrived where, how often, in which order.

    `answers`: statuses by event id. `cards`: timestamps of posted messages by metadata key. `tokens`: keys of posts that
    name a token. `texts`: what each message showed last, by (channel, ts).
    """

    answers: dict[str, list[int | None]] = field(default_factory=lambda: defaultdict(list))
    kinds: dict[str, str] = field(default_factory=dict)
    cards: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    tokens: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
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
        """By hash of the words: the first press of Send that was acknowledged as sent."""
        found: dict[str, Send] = {}
        for send in self.sends:
            if send.taken:
                found.setdefault(_sha(send.words), send)
        return found

    def card_of(self, token: str) -> str:
        """What the card that names this token showed last."""
        return next((text for text in self.texts.values() if token in _TOKEN.findall(text)), "")


def read(slack: Path, portal: Path, *, slack_from: int = 0, portal_from: int = 0) -> History:
    """The journals' story from these byte offsets on."""
    found = History()
    waiting: dict[str, dict[str, Any]] = {}
    for row in _rows(slack, slack_from):
        _slack(found, row, waiting)
    for row in _rows(portal, portal_from):
        _portal(found, row)
    return found


def _rows(path: Path, start: int) -> list[dict[str, Any]]:
    with path.open("rb") as file:
        file.seek(start)
        return [json.loads(line) for line in file if line.endswith(b"\n")]


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
    if row["method"] != "chat.postMessage":
        return
    metadata = _loaded(args.get("metadata")) or {}
    key = str(metadata.get("event_payload", {}).get("key", ""))
    if key:
        found.cards[key].append(place[1])
        found.key_of[place] = key
    if not key:
        return  # a word to one person, which nobody needs twice or at all
    for token in _TOKEN.findall(text):
        found.tokens[token].add(key)


def _taken_back(found: History, row: dict[str, Any]) -> None:
    """A message of which there were two, until the one who came late took its own back."""
    place = (str(row["args"]["channel"]), str(row["args"]["ts"]))
    key = found.key_of.get(place, "")
    if len(found.cards[key]) > 1:
        found.cards[key].remove(place[1])
        found.texts.pop(place, None)
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
    if payload.get("type") != "view_submission" or payload["view"]["callback_id"] != "reply":
        return
    values = payload["view"]["state"]["values"]
    words = next(e["reply_text"]["value"] for b, e in values.items() if b.startswith("reply_text"))
    answer = json.dumps(row.get("body") or {})
    closed = row["acked"] and ("response_action" not in answer or '"clear"' in answer)
    taken = bool(closed or (row["acked"] and "Already sent" in answer))
    found.sends.append(Send(words=words or "", user=payload["user"]["id"], at=row["at"], taken=taken))


def _portal(found: History, row: dict[str, Any]) -> None:
    if row.get("fault"):
        found.portal_faults[row["fault"]] += 1
    match row["what"]:
        case "event":
            found.answers[row["event_id"]].append(row["status"])
            found.kinds[row["event_id"]] = row["kind"]
        case "request":
            found.requests += 1
        case "shown":
            found.shown.append(
                Shown(
                    reply_id=row["reply_id"],
                    thread_id=row["thread_id"],
                    words_sha256=row["text_sha256"],
                    at=row["at"],
                )
            )


def _sha(words: str) -> str:
    return hashlib.sha256(words.strip().encode()).hexdigest()


ASKS = ("card_retry", "card_check_portal")  # a card with one of these asks a person to decide


def judge(found: History, *, mode: str = "idempotent") -> list[str]:
    """What went wrong, a sentence each; empty when nothing did.

    `mode`: what the portal does about repeats. At `neither` (and `lookup`) an answer may end as a card that asks a
    person, and nothing may be shown oftener than somebody pressed for it.
    """
    return [
        *_lost_events(found),
        *_twice_in_slack(found),
        *_lost_replies(found, mode),
        *_twice_at_portal(found),
        *_order(found),
    ]


def _lost_events(found: History) -> list[str]:
    return [f"LOST: {token} was answered 2xx and never shown" for token in sorted(found.accepted - set(found.tokens))]


def _twice_in_slack(found: History) -> list[str]:
    twice = [f"TWICE: {len(ts)} messages with key {key} in Slack" for key, ts in found.cards.items() if len(ts) > 1]
    for token, keys in found.tokens.items():
        if len(keys) > 1:
            twice.append(f"TWICE: {token} stands in {len(keys)} messages")
    return twice


def _lost_replies(found: History, mode: str) -> list[str]:
    arrived = {shown.words_sha256 for shown in found.shown}
    lost = []
    for sha, send in found.taken.items():
        if sha in arrived or (mode != "idempotent" and _asks_about(found, send.words)):
            continue
        lost.append(f"LOST: {send.words!r} was acknowledged and never reached the family")
    return lost


def _asks_about(found: History, words: str) -> bool:
    return any(words in text and any(ask in text for ask in ASKS) for text in found.texts.values())


def _twice_at_portal(found: History) -> list[str]:
    by_words = Counter(shown.words_sha256 for shown in found.shown)
    by_id = Counter(shown.reply_id for shown in found.shown)
    allowed = 1 + found.presses[SEND_AGAIN]
    return [
        *(f"TWICE: words {sha[:12]} were shown {count} times" for sha, count in by_words.items() if count > allowed),
        *(f"TWICE: reply {one} was shown {count} times" for one, count in by_id.items() if count > allowed),
        *(
            f"UNASKED: words {sha[:12]} were shown without any Send"
            for sha in by_words.keys() - {_sha(send.words) for send in found.sends}
        ),
    ]


def _order(found: History) -> list[str]:
    first: dict[str, dict[str, float]] = defaultdict(dict)
    for shown in found.shown:
        first[shown.thread_id].setdefault(shown.words_sha256, shown.at)
    broken = []
    taken = found.taken
    for thread, seen in first.items():
        sent = sorted((sha for sha in seen if sha in taken), key=lambda sha: taken[sha].at)
        if sent != sorted(sent, key=lambda sha: seen[sha]):
            broken.append(f"ORDER: {thread} got its answers in another order than they were sent")
    return broken
