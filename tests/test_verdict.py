"""The checker of the storms finds each thing that must not happen, in the stand-ins' journals alone; and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import history, verdict

Row = dict[str, Any]
WORDS, LATER = "Stop the drops, tok1-1.", "Come in on Monday, tok1-1."


def posted(ts: str, *, token: str = "tok1-1", key: str = "k1", channel: str = "C0NURSING") -> Row:
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": f"Is {token} all right?"}}]
    args = {"channel": channel, "text": "a message", "blocks": blocks, "metadata": {"event_payload": {"key": key}}}
    return {"kind": "api", "method": "chat.postMessage", "args": args, "answer": {"ts": ts}, "applied": True, "at": 2.0}


def deleted(ts: str, channel: str = "C0NURSING") -> Row:
    args = {"channel": channel, "ts": ts}
    return {"kind": "api", "method": "chat.delete", "args": args, "answer": {}, "applied": True, "at": 9.0}


def sent(words: str, *, at: float, window: str = "w1", blocks: list[Row] | None = None) -> list[Row]:
    """A press of Send in a reply window, or of Confirm in a refill's, and its acknowledgement."""
    kind, field = ("refill_confirm", "family_words") if blocks else ("reply", "reply_text")
    view = {
        "id": f"V{window}", "root_view_id": f"V{window}", "callback_id": kind, "private_metadata": window,
        "blocks": blocks or [], "state": {"values": {"b": {field: {"value": words}}}},
    }  # fmt: skip
    payload = {"type": "view_submission", "user": {"id": "U0ALICE"}, "view": view}
    envelope = f"e-{window}-{at}"
    return [
        {"kind": "delivery", "envelope_id": envelope, "at": at, "payload": payload},
        {"kind": "ack", "envelope_id": envelope, "at": at + 0.1, "acked": True, "body": {}},
    ]


def decided(token: str = "tok1-1", *, block_id: str = "b") -> list[Row]:
    text = {"type": "plain_text", "text": f"Amoxicillin for {token}"}
    return sent("", at=3.0, window="w2", blocks=[{"type": "section", "block_id": block_id, "text": text}])


def event(token: str = "tok1-1", status: int = 202) -> Row:
    return {"what": "event", "event_id": f"evt-{token}", "status": status, "kind": "portal.message.created", "at": 1.0}


def shown(words: str, *, at: float, reply: str = "r1", thread: str = "t-tok1-1") -> Row:
    told = {"what": "shown", "reply_id": reply, "thread_id": thread, "text_sha256": history.digest_of(words), "at": at}
    return told | {"decision": None}


def heard(reply: str, thread: str = "t-tok1-1") -> Row:
    told = {"what": "decided", "reply_id": reply, "thread_id": thread, "at": 5.0}
    return told | {"decision": {"outcome": "approved"}}


GOOD = [posted("1.0"), *sent(WORDS, at=3.0)], [event(), shown(WORDS, at=5.0)]
TWO = [*sent(WORDS, at=3.0), *sent(LATER, at=4.0, window="w2")]


@pytest.mark.parametrize(
    ("slack", "portal", "told"),
    [
        (*GOOD, ""),
        ([posted("1.0"), *sent(WORDS, at=3.0)], [event(status=500), shown(WORDS, at=5.0)], ""),
        ([*sent(WORDS, at=3.0)], [event(), shown(WORDS, at=5.0)], "LOST: tok1-1 was answered 2xx and never shown"),
        ([posted("1.0"), posted("2.0")], [event()], "TWICE: 2 messages with key k1 in C0NURSING"),
        ([posted("1.0"), posted("2.0"), deleted("2.0")], [event()], ""),
        ([posted("1.0"), posted("2.0", key="k2")], [event()], "TWICE: tok1-1 stands on 2 cards in C0NURSING"),
        ([posted("1.0"), posted("2.0", channel="C0OTHER")], [event()], "TWICE: the card k1 shows its words in"),
        ([posted("1.0"), *sent(WORDS, at=3.0)], [event()], "was acknowledged and never reached the family"),
        ([posted("1.0"), *sent(WORDS, at=3.0)], [event(), shown(WORDS, at=5.0), shown(WORDS, at=6.0, reply="r2")], "TWICE: words"),
        ([posted("1.0")], [event(), shown(WORDS, at=5.0)], "UNASKED: words"),
        ([posted("1.0"), *TWO], [event(), shown(WORDS, at=5.0), shown(LATER, at=6.0, reply="r2")], ""),
        ([posted("1.0"), *TWO], [event(), shown(LATER, at=5.0, reply="r2"), shown(WORDS, at=6.0)], "ORDER: t-tok1-1"),
        ([posted("1.0"), *decided()], [event(), heard("r1")], ""),
        ([posted("1.0"), *decided()], [event()], "LOST: 1 decisions about tok1-1 were confirmed, 0 were told"),
        ([posted("1.0"), *decided()], [event(), heard("r1"), heard("r2")], "TWICE: 2 decisions about tok1-1 were told"),
        ([posted("1.0"), *decided(block_id="tok6M")], [event(), heard("r1")], ""),
    ],
)  # fmt: skip
def test_what_the_journals_say(tmp_path: Path, slack: list[Row], portal: list[Row], told: str):
    """One thing that went wrong is one sentence; a good run has none."""
    for name, rows in (("slack", slack), ("portal", portal)):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    wrong = verdict.judge(history.read(tmp_path / "slack", tmp_path / "portal"))
    assert wrong == [] if not told else (len(wrong), told in wrong[0]) == (1, True), wrong
