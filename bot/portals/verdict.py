"""What a portal's answer means for a delivery: the table of CONTRACT section 5, "outgoing result"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from bot.domain.delivery import QUIET, Outcome, State, backoff
from bot.portals.base import Mode
from bot.portals.outgoing import ReplyAnswer
from bot.portals.text import line
from bot.portals.wire import ANSWER_LIMIT, Answer, Lost, NotSent

LONGEST_WAIT = timedelta(hours=1)  # whatever a portal asks for
SHORTEST_WAIT = timedelta(seconds=1)
OFF = frozenset({404, 405, 501})  # from a call that a portal need not have
OFF_FOR = timedelta(hours=1)  # it may have been a gateway without its portal
_WAIT = frozenset({408, 425, 429})
_REF_LIMIT = 256  # characters of a portal's own id
_REFUSED = {
    400: "the portal could not read the answer",
    403: "the portal does not allow an answer here",
    404: "the portal does not know this conversation",
    410: "the portal says that this family account is closed",
    413: "the answer is too long for the portal",
    415: "the portal does not take this kind of answer",
    422: "the portal does not take the answer as it is",
}
_NOT_SENT = {
    "dns": "the portal's address cannot be found at the moment",
    "tls": "the portal's certificate is not trusted",
    "address_refused": "the portal's name leads to an address that replies may not go to",
    "timeout": "the portal did not pick up in time",
    "connect": "the portal does not pick up",
}
_LOST = {
    "timeout": "the portal did not answer in time",
    "reset": "the connection broke before the portal answered",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is known of a try before its answer.

    `chance` in [0, 1) spreads retries; `maybe_sent`: an earlier try may have arrived.
    """

    mode: Mode
    now: datetime
    attempts: int
    chance: float
    maybe_sent: bool = False


def judge_reply(attempt: Attempt, end: Answer | NotSent | Lost, *, reply_id: str) -> Outcome:
    """How a try to carry a reply or a decision ended."""
    if isinstance(end, NotSent):
        return not_sent(attempt, end)
    if isinstance(end, Lost):
        return _doubt(attempt, code=end.code, words=_LOST.get(end.code, "the portal's answer was not readable"))
    if 200 <= end.status < 300:
        receipt = read_receipt(end, reply_id=reply_id)
        if receipt is None:
            return _doubt(attempt, code="wrong_body", words="the portal answered, but not that it has this answer")
        return Outcome(state=State.DELIVERED, ref=receipt.portal_message_id, code="delivered")
    return _not_taken(attempt, end)


def _not_taken(attempt: Attempt, end: Answer) -> Outcome:
    if end.status == 401:
        return unauthorized(attempt)
    if end.status in _WAIT:
        return told_to_wait(attempt, end)
    if end.status == 409:
        return _doubt(attempt, code="http_409", words="the portal is still busy with this answer (409)", answer=end)
    if 300 <= end.status < 500:
        return _refused(attempt, end.status)
    return _doubt(attempt, code=f"http_{end.status}", words=f"the portal is in trouble ({end.status})", answer=end)


def judge_state(attempt: Attempt, end: Answer | NotSent | Lost) -> Outcome:
    """How telling a message's state ended. Telling it twice does no harm, so that there is no doubt."""
    if isinstance(end, NotSent):
        return not_sent(attempt, end)
    if isinstance(end, Lost):
        return _again(attempt, code=end.code, words=_LOST.get(end.code, "the portal's answer was not readable"))
    if 200 <= end.status < 300:
        return Outcome(state=State.DELIVERED, code="delivered")
    if end.status in OFF:
        return switched_off(end.status)
    return _state_not_taken(attempt, end)


def _state_not_taken(attempt: Attempt, end: Answer) -> Outcome:
    if end.status == 401:
        return unauthorized(attempt)
    if end.status in _WAIT:
        return told_to_wait(attempt, end)
    if end.status >= 500:
        return _again(attempt, code=f"http_{end.status}", words=f"the portal is in trouble ({end.status})")
    words = f"the portal did not take the message's state ({end.status})"
    return Outcome(state=State.FAILED, code=f"http_{end.status}", words=words)


def read_receipt(answer: Answer, *, reply_id: str) -> ReplyAnswer | None:
    """The receipt in a 2xx answer; None unless it names our reply."""
    if len(answer.body) > ANSWER_LIMIT:
        return None
    try:
        given = msgspec.json.decode(answer.body)
    except (ValueError, RecursionError):  # msgspec's errors and UnicodeDecodeError are ValueErrors
        return None
    if not isinstance(given, dict) or given.get("reply_id") != reply_id:
        return None
    ref, status = given.get("portal_message_id"), given.get("status")
    shown = line(str(ref)) if isinstance(ref, str | int) and not isinstance(ref, bool) else None
    return ReplyAnswer(
        reply_id=reply_id,
        portal_message_id=shown[:_REF_LIMIT] if shown else None,
        status=status if isinstance(status, str) else "accepted",
    )


def unauthorized(attempt: Attempt) -> Outcome:
    """The portal does not believe our signature: nothing was taken, nothing is dropped; the queue stops."""
    return Outcome(
        state=State.PENDING,
        again_at=attempt.now + LONGEST_WAIT,
        maybe_sent=attempt.maybe_sent,
        counted=False,
        code="unauthorized",
        words="the portal does not accept our signature (401)",
    )


def not_sent(attempt: Attempt, end: NotSent) -> Outcome:
    """Not a byte left us: again later, and no new doubt."""
    return _again(attempt, code=end.code, words=_NOT_SENT[end.code])


def told_to_wait(attempt: Attempt, answer: Answer) -> Outcome:
    """The portal took nothing and asked us to come again."""
    wait = retry_after(answer.retry_after, now=attempt.now) or _backoff(attempt)
    return Outcome(
        state=State.PENDING,
        again_at=attempt.now + wait,
        maybe_sent=attempt.maybe_sent,
        counted=False,
        code=f"http_{answer.status}",
        words=f"the portal asks us to wait ({answer.status})",
    )


def switched_off(status: int) -> Outcome:
    """The portal has no such call, and need not have it."""
    words = f"this portal has no such call ({status})"
    return Outcome(state=State.DROPPED, code="switched_off", words=words)


def retry_after(value: str | None, *, now: datetime) -> timedelta | None:
    """A Retry-After of seconds or an HTTP date (RFC 9110, 10.2.3), within a second and an hour; None for neither."""
    if value is None or not value.isascii():
        return None
    text = value.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        wait = timedelta(seconds=int(text))
    else:
        try:
            until = parsedate_to_datetime(text)
            wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
        except (ValueError, OverflowError, TypeError, IndexError):
            return None
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)


def _doubt(attempt: Attempt, *, code: str, words: str, answer: Answer | None = None) -> Outcome:
    """It may have arrived: what happens next depends on what the portal can do."""
    if attempt.mode is Mode.NEITHER:
        return Outcome(state=State.UNCLEAR, maybe_sent=True, code=code, words=words)
    wait = _backoff(attempt)
    if attempt.mode is Mode.LOOKUP:
        wait = max(wait, QUIET)
    if answer is not None:
        wait = max(wait, retry_after(answer.retry_after, now=attempt.now) or wait)
    return Outcome(state=State.PENDING, again_at=attempt.now + wait, maybe_sent=True, code=code, words=words)


def _again(attempt: Attempt, *, code: str, words: str) -> Outcome:
    again_at = attempt.now + _backoff(attempt)
    return Outcome(state=State.PENDING, again_at=again_at, maybe_sent=attempt.maybe_sent, code=code, words=words)


def _refused(attempt: Attempt, status: int) -> Outcome:
    if status < 400:
        words = f"the portal's address has moved ({status}); an admin must change its setting"
    else:
        words = f"{_REFUSED.get(status, 'the portal refused the answer')} ({status})"
    if attempt.maybe_sent:
        words += "; an earlier try may have arrived"
    return Outcome(state=State.FAILED, maybe_sent=attempt.maybe_sent, code=f"http_{status}", words=words)


def _backoff(attempt: Attempt) -> timedelta:
    return backoff(attempts=max(1, attempt.attempts), chance=attempt.chance)
