"""The names on the wire never change (CONTRACT section 7)."""

from bot.domain.actions import CATALOGUE
from bot.slack import names


def test_names_are_pinned():
    """Cards that were posted by an older version keep working: every literal stays what it is."""
    literals = {key: value for key, value in vars(names).items() if key.isupper() and isinstance(value, str)}
    assert literals == {
        "CARD_OPEN": "card_open",
        "CARD_REPLY": "card_reply",
        "CARD_RETRY": "card_retry",
        "CARD_CHECK_PORTAL": "card_check_portal",
        "CARD_MARK_DELIVERED": "card_mark_delivered",
        "CARD_SEND_AGAIN": "card_send_again",
        "CARD_MORE": "card_more",
        "REPLY": "reply",
        "REPLY_TEXT": "reply_text",
        "REPLY_DONE": "reply_done",
        "REPLY_PROXY": "reply_proxy",
        "STALE_READ": "stale_read",
        "OPEN": "open",
        "OPEN_MORE": "open_more",
        "LOADING": "loading",
        "GONE": "gone",
        "HOME": "home",
    }


def test_every_button_has_its_name():
    """A line of the catalogue and its wire name belong together, one to one."""
    assert {b.key for b in CATALOGUE} == set(names.CARD)
    assert all(names.CARD[key] == f"card_{key}" for key in names.CARD)


def test_numbers_at_the_end_of_a_block_id():
    """Whatever a forged block id ends in, reading it gives a small number."""
    assert [names.number(i) for i in ("open_more:2", "open_more", "x:-1", "x:9999999", "x:²", "x:")] == [
        2,
        0,
        0,
        0,
        0,
        0,
    ]
    assert names.base("reply_text:3") == "reply_text"
