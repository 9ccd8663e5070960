"""The invariants of SAFETY.md that the stored state can show, each as a question whose answer should be empty."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from storage import chain, mapping, replies, timers
from storage.shared import patiently
from storage.sql import Sql
from storage.transaction import Row, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """An invariant that does not hold, by SAFETY's name, for these rows (ids only)."""

    invariant: str
    ids: tuple[str, ...]
    sentence: str


class _Rule(NamedTuple):
    invariant: str
    sentence: str
    find: Callable[[Transaction], Iterator[str]]


def verify(records: Transaction) -> list[Breach]:
    """Every breach in the stored state: `await store.read(verify)`."""
    patiently(records)
    found = ((rule, tuple(dict.fromkeys(rule.find(records)))) for rule in _RULES)
    return [Breach(invariant=rule.invariant, ids=ids, sentence=rule.sentence) for rule, ids in found if ids]


def _asked(sql: str) -> Callable[[Transaction], Iterator[str]]:
    statement = Sql(sql)
    return lambda t: (str(row[0]) for row in t.rows(statement))


def _streamed(first: str, rest: str) -> Callable[[Transaction], Iterator[Row]]:
    """Rows by their id, a thousand at a time: a long-lived database does not fit into memory."""
    statement = Sql(f"{first} AND {rest} > :after ORDER BY {rest} LIMIT 1000")

    def rows(t: Transaction) -> Iterator[Row]:
        after = ""
        while found := t.rows(statement, after=after):
            yield from found
            after = found[-1][0]

    return rows


_messages = _streamed("SELECT m.id, m.portal, m.message_hash, m.content_sealed FROM messages m WHERE 1 = 1", "m.id")
_replies = _streamed("SELECT r.id, r.conversation_id, r.words_sealed FROM replies r WHERE 1 = 1", "r.id")
_contents = Sql("SELECT m.id, m.content_sealed FROM messages m WHERE m.conversation_id = :conversation_id")


def _misfiled(t: Transaction) -> Iterator[str]:
    for message_id, portal, kept_hash, sealed in _messages(t):
        _, content = mapping.from_content(t.unseal(sealed, "messages", message_id, "content"))
        if t.hash("message", portal, content.message_id) != kept_hash:
            yield message_id


def _other_words(t: Transaction) -> Iterator[str]:
    for reply_id, _, sealed in _replies(t):
        words = replies.words_of(t, reply_id, sealed)
        if hashlib.sha256(words.text.encode("utf-8", "surrogatepass")).hexdigest() != words.text_sha256:
            yield reply_id


def _other_recipient(t: Transaction) -> Iterator[str]:
    for reply_id, conversation_id, sealed in _replies(t):
        words = replies.words_of(t, reply_id, sealed)
        answered = (
            mapping.from_content(t.unseal(row[1], "messages", row[0], "content"))[1]
            for row in t.rows(_contents, conversation_id=conversation_id)
        )
        if not any(m.message_id == words.in_reply_to and m.sender.portal_user_id == words.to for m in answered):
            yield reply_id


_RULES = (
    _Rule("I2", "A message is filed under another portal id than its own.", _misfiled),
    _Rule(
        "I3",
        "An event id came with another body, and the first body or the journal's row about it is missing.",
        _asked(
            "SELECT c.id FROM conflicts c WHERE (NOT EXISTS (SELECT 1 FROM inbox o WHERE o.event_hash = c.event_hash)"
            " OR NOT EXISTS (SELECT 1 FROM journal j WHERE j.subject = c.id))"
        ),
    ),
    _Rule(
        "I4",
        "A conversation has no card in Slack, none on its way, and no alarm says so.",
        _asked(
            "SELECT c.id FROM conversations c WHERE c.id NOT IN"
            " (SELECT p.conversation_id FROM places p WHERE p.ts IS NOT NULL)"
            " AND c.id NOT IN (SELECT d.subject FROM deliveries d WHERE d.what = 'card'"
            " AND (d.state IN ('pending', 'sending') OR d.state = 'failed' AND EXISTS (SELECT 1 FROM alarms a"
            " WHERE a.over_at IS NULL AND a.key LIKE 'delivery:%')))"
        ),
    ),
    _Rule(
        "I4",
        "A conversation has no message.",
        _asked(
            "SELECT c.id FROM conversations c"
            " WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id)"
        ),
    ),
    _Rule(
        "I4",
        "An event that could not be used was shown to nobody.",
        _asked(
            "SELECT i.id FROM inbox i WHERE i.state = 'quarantined'"
            " AND i.id NOT IN (SELECT d.subject FROM deliveries d WHERE d.what = 'unreadable')"
        ),
    ),
    _Rule(
        "I5",
        "An answer has not exactly one delivery, or the two disagree about what became of it.",
        _asked(
            "SELECT r.id FROM replies r WHERE (SELECT COUNT(*) FROM deliveries d WHERE d.subject = r.id"
            " AND d.what = 'reply') <> 1 OR NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.subject = r.id"
            " AND d.what = 'reply' AND (d.state = r.state"
            " OR r.code = 'portal_failed' AND d.state IN ('sending', 'delivered')"
            " OR r.state = 'delivered' AND d.state = 'sending'"  # the portal's word came before its answer
            " OR d.state IN ('pending', 'sending') AND r.state IN ('pending', 'sending')))"
        ),
    ),
    _Rule("I6", "An answer's words are not those that were shown when Send was pressed.", _other_words),
    _Rule("I7", "An answer is addressed to another account than the one that wrote.", _other_recipient),
    _Rule(
        "I8",
        "An answer left before an earlier one of its conversation.",
        # Our clock may step back, the journal does not: what became of the earlier one was known before the later left.
        _asked(
            "SELECT b.id FROM deliveries b WHERE b.lane >= 'reply:' AND b.lane < 'reply;'"
            " AND b.first_sent_at IS NOT NULL AND EXISTS (SELECT 1 FROM replies r JOIN deliveries a"
            " ON a.subject = r.id AND a.what = 'reply' WHERE r.conversation_id = b.conversation_id AND a.lane = b.lane"
            " AND a.n < b.n AND a.state IN ('pending', 'sending', 'unclear', 'delivered')"
            " AND (a.first_sent_at IS NULL AND a.code = '' OR a.first_sent_at > b.first_sent_at AND NOT EXISTS"
            " (SELECT 1 FROM journal e WHERE e.subject = b.conversation_id"
            " AND e.action IN ('reply.delivered', 'reply.failed', 'reply.status', 'reply.marked_delivered')"
            " AND e.detail_json LIKE '%' || a.subject || '%' AND NOT EXISTS (SELECT 1 FROM journal l"
            " WHERE l.subject = e.subject AND l.n < e.n AND l.action NOT IN ('reply.sent', 'decision.sent')"
            " AND l.detail_json LIKE '%' || b.subject || '%'))))"
        ),
    ),
    _Rule(
        "I9",
        "A line was decided twice in one round, or a round is missing.",
        _asked(
            "SELECT MIN(id) FROM decisions GROUP BY conversation_id, message_id, line"
            " HAVING MIN(round) <> 1 OR MAX(round) <> COUNT(*)"
        ),
    ),
    _Rule(
        "I10",
        "A decision has no row of the journal by the one who made it, from the same transaction.",
        _asked(
            "SELECT d.id FROM decisions d WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.subject = d.conversation_id"
            " AND j.actor = d.decided_by AND j.at = d.at AND j.detail_json LIKE '%' || d.id || '%')"
        ),
    ),
    _Rule(
        "I11",
        "Something is approved that no button may approve.",
        _asked(
            "SELECT id FROM decisions WHERE outcome IN ('approved', 'approved_changed', 'already_sent')"
            " AND NOT approvable"
        ),
    ),
    _Rule(
        "I15",
        "A forward waits to come back, and its conversation is closed, or nobody has what was handed to a person.",
        _asked(
            "SELECT f.id FROM forwards f JOIN conversations c ON c.id = f.conversation_id WHERE f.state = 'open'"
            " AND (c.status <> 'open' OR c.holder IS NULL AND f.\"to\" IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM forwards l WHERE l.conversation_id = f.conversation_id AND l.state = 'open'"
            " AND l.id > f.id))"
        ),
    ),
    _Rule(
        "I15",
        "It is a colleague's turn by a forward, and there is none.",
        _asked(
            "SELECT c.id FROM conversations c WHERE c.status = 'open' AND c.turn = 'forwarded' AND NOT EXISTS"
            " (SELECT 1 FROM forwards f WHERE f.conversation_id = c.id AND f.state = 'open')"
        ),
    ),
    _Rule(
        "I16",
        "Two deliveries of one lane are in flight.",
        _asked("SELECT MAX(id) FROM deliveries WHERE state = 'sending' GROUP BY lane HAVING COUNT(*) > 1"),
    ),
    _Rule("I17", "A claim is over for long, and nobody took it over though the service ran on.", timers.lapsed),
    _Rule("I18", "Something was put aside until a time long past, and did not wake.", timers.asleep),
    _Rule("I18", "An unclear answer was to be decided long ago, and no alarm rings.", timers.unheard),
    _Rule("I18", "What a clock does was done once more than there was a cause.", timers.twice),
    _Rule(
        "I22",
        "An answer was sent without a row in the journal.",
        _asked(
            "SELECT r.id FROM replies r WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.subject = r.id"
            " OR j.subject = r.conversation_id AND j.detail_json LIKE '%' || r.id || '%')"
        ),
    ),
    _Rule(
        "I22",
        "The journal is not as it was written.",
        lambda t: (str(one.n) for one in chain.walk(t).breaks),
    ),
    _Rule(
        "I22",
        "Something was handed on without a row in the journal.",
        _asked(
            "SELECT f.id FROM forwards f WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.subject = f.conversation_id"
            " AND j.actor = f.\"by\" AND j.detail_json LIKE '%' || f.id || '%')"
        ),
    ),
    _Rule(
        "I22",
        "A window was opened without a row in the journal.",
        _asked(
            "SELECT w.id FROM windows w WHERE NOT EXISTS (SELECT 1 FROM journal j"
            " WHERE j.subject IN (w.id, w.conversation_id) AND j.actor = w.slack AND j.at = w.opened_at)"
        ),
    ),
    _Rule(
        "I22",
        "Somebody looked into the portal for what could not be shown, without a row in the journal.",
        _asked(
            "SELECT u.inbox_id FROM unshown u WHERE u.looked_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM journal j"
            " WHERE j.subject = u.inbox_id AND j.actor = u.looked_by AND j.at = u.looked_at)"
        ),
    ),
    _Rule(
        "I22",
        "A practice file was applied without a row in the journal.",
        _asked(
            "SELECT p.version FROM practices p WHERE NOT EXISTS (SELECT 1 FROM journal j"
            " WHERE j.action LIKE 'practice.%' AND j.at = p.applied_at)"
        ),
    ),
    _Rule(
        "I26",
        "An unclear answer has nobody who must decide, or no time by when.",
        _asked("SELECT id FROM replies WHERE state = 'unclear' AND (owner IS NULL OR decide_by IS NULL)"),
    ),
    _Rule(
        "I26",
        "Something other than an answer is unclear, and nobody is asked about it.",
        _asked("SELECT id FROM deliveries WHERE state = 'unclear' AND what <> 'reply'"),
    ),
)
