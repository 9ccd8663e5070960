"""What an answer of Slack's means for the one who asked: every status, header and body has its class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

_UNSURE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
_TOKEN = {
    "not_authed",
    "invalid_auth",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "missing_scope",
    "org_login_required",
    "ekm_access_denied",
    "two_factor_setup_required",
    "team_added_to_org",
}
_CHANNEL = {
    "channel_not_found": "not_found",
    "is_archived": "archived",
    "not_in_channel": "not_in_channel",
    "restricted_action": "no_posting",
    "restricted_action_read_only_channel": "no_posting",
    "restricted_action_thread_only_channel": "no_posting",
    "restricted_action_non_threadable_channel": "no_posting",
    "team_access_not_granted": "no_posting",
    "is_inactive": "no_posting",
    "no_permission": "no_posting",  # "make sure your app is a member of the conversation", Slack says of it
}
_CONTENT = {
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_too_long",
    "msg_blocks_too_long",
    "no_text",
    "invalid_metadata_format",
    "invalid_metadata_schema",
    "metadata_too_large",
    "invalid_arguments",  # what is wrong stands in response_metadata, which may quote the card
}
NOT_FOUND = "message_not_found"  # there is no such message; other codes of _GONE tell of one that is not ours to change
_GONE = {
    NOT_FOUND,
    "thread_not_found",
    "cant_update_message",
    "edit_window_closed",
    "cannot_reply_to_message",
}


LONGEST_WAIT = 3600.0  # seconds that a Retry-After counts for


class Verdict(StrEnum):
    """What an answer of Slack's means for the one who asked."""

    DONE = "done"  # Slack did it
    LIMITED = "limited"  # 429: nothing was done; wait as told
    UNSENT = "unsent"  # the connection was refused before a byte left
    UNSURE = "unsure"  # it may have been done
    CHANNEL = "channel"  # that channel cannot be posted in
    TOKEN = "token"  # noqa: S105 - the word for an authorisation that Slack does not accept
    CONTENT = "content"  # Slack does not take this content
    GONE = "gone"  # the message to change is not there, or not ours to change any more
    REFUSED = "refused"  # anything else, said by Slack in `code`


OPEN = frozenset({Verdict.LIMITED, Verdict.UNSENT, Verdict.UNSURE, Verdict.TOKEN})  # to be asked again


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """An answer of Slack's. `code` is Slack's error, `wait` seconds for LIMITED; `data` its body when DONE."""

    verdict: Verdict
    code: str = ""
    wait: float = 0.0
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether Slack did it."""
        return self.verdict is Verdict.DONE


def channel_trouble(code: str) -> str:
    """Our word for what is wrong with a channel, from Slack's error."""
    return _CHANNEL.get(code, "not_found")


def trouble_of(called: Called) -> str | None:
    """What conversations.info says is wrong with a channel: our word, "" when nothing is, None when it does not say."""
    if not called.done:
        return channel_trouble(called.code) if called.verdict is Verdict.CHANNEL else None
    info = called.data.get("channel") or {}
    if info.get("is_archived"):
        return "archived"
    if info.get("is_ext_shared") or info.get("is_pending_ext_shared"):
        return "shared_outside"
    return "not_in_channel" if info.get("is_member") is False else ""


def told(status: int, retry_after: str, raw: bytes) -> Called:
    """What an answer with this HTTP status, Retry-After and body means."""
    try:
        data = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        data = None
    if not isinstance(data, dict):
        data = {}
    if status == 200 and data.get("ok"):
        return Called(verdict=Verdict.DONE, data=data)
    return _refusal(status, retry_after, str(data.get("error") or ""))


def _refusal(status: int, retry_after: str, code: str) -> Called:
    """Classify Slack's refusal, without keeping its body."""
    if status == 429 or code in ("ratelimited", "rate_limited"):
        wait = min(float(retry_after), LONGEST_WAIT) if retry_after.isascii() and retry_after.isdigit() else 1.0
        return Called(verdict=Verdict.LIMITED, code="ratelimited", wait=wait)
    if not code or status >= 500 or code in _UNSURE:
        return Called(verdict=Verdict.UNSURE, code=code or f"http_{status}")
    for verdict, codes in (
        (Verdict.CHANNEL, _CHANNEL.keys()),
        (Verdict.TOKEN, _TOKEN),
        (Verdict.CONTENT, _CONTENT),
        (Verdict.GONE, _GONE),
    ):
        if code in codes:
            return Called(verdict=verdict, code=code)
    return Called(verdict=Verdict.REFUSED, code=code)
