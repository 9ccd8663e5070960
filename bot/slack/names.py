"""Every action, callback and block id that Slack sends back to us: literal, and never changed (CONTRACT section 7)."""

from __future__ import annotations

CARD_OPEN = "card_open"
CARD_REPLY = "card_reply"
CARD_RETRY = "card_retry"
CARD_CHECK_PORTAL = "card_check_portal"
CARD_MARK_DELIVERED = "card_mark_delivered"
CARD_SEND_AGAIN = "card_send_again"
CARD_MORE = "card_more"

CARD = {  # the catalogue's key (bot.domain.actions) -> the button's action_id; an overflow option says "key:id"
    "open": CARD_OPEN,
    "reply": CARD_REPLY,
    "retry": CARD_RETRY,
    "check_portal": CARD_CHECK_PORTAL,
    "mark_delivered": CARD_MARK_DELIVERED,
    "send_again": CARD_SEND_AGAIN,
}

REPLY = "reply"  # the window's callback_id
REPLY_TEXT = "reply_text"  # block and action; the block may end in :n
REPLY_DONE = "reply_done"  # block and action
REPLY_PROXY = "reply_proxy"  # block and action
STALE_READ = "stale_read"  # block and action; the block ends in :n, so that a new change asks for a new tick

OPEN = "open"  # the window's callback_id
OPEN_MORE = "open_more"  # action; its block ends in :n, the page it leads to (from 0)

LOADING = "loading"  # callback_id of a window that is still being filled
GONE = "gone"  # callback_id of a window that only says why there is nothing
HOME = "home"  # callback_id of the Home tab


def base(block_id: str) -> str:
    """A block id without its ":n"."""
    return block_id.partition(":")[0]


def number(block_id: str) -> int:
    """The n of a block id that ends in ":n"; 0 when there is none or it is not a small number."""
    digits = block_id.partition(":")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else 0
