"""The names on the wire never change (CONTRACT section 7)."""

from bot.domain.actions import ASK_PRIOR, CATALOGUE, GIVE_PRIOR
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
        "CARD_TAKE": "card_take",
        "CARD_TAKE_OVER": "card_take_over",
        "CARD_GIVE_BACK": "card_give_back",
        "CARD_FORWARD": "card_forward",
        "CARD_RESPOND": "card_respond",
        "CARD_ASK_PRIOR": "card_ask_prior",
        "CARD_GIVE_PRIOR": "card_give_prior",
        "CARD_DONE": "card_done",
        "CARD_REOPEN": "card_reopen",
        "CARD_SNOOZE": "card_snooze",
        "CARD_URGENT": "card_urgent",
        "CARD_NOT_URGENT": "card_not_urgent",
        "CARD_HISTORY": "card_history",
        "CARD_NOTE": "card_note",
        "CARD_REFILL": "card_refill",
        "CARD_ENTERED": "card_entered",
        "CARD_SCHEDULE": "card_schedule",
        "CARD_CHART_UPDATED": "card_chart_updated",
        "CARD_REFERRAL_CREATED": "card_referral_created",
        "FORWARD": "forward",
        "FORWARD_TO": "forward_to",
        "FORWARD_PRIOR": "forward_prior",
        "FORWARD_NOTE": "forward_note",
        "RESPOND": "respond",
        "RESPOND_TEXT": "respond_text",
        "RESPOND_WORDS": "respond_words",
        "SIBLING_NAME": "sibling_name",
        "REFILL": "refill",
        "REFILL_CONFIRM": "refill_confirm",
        "REFILL_CHANGE": "refill_change",
        "REFILL_NEXT": "refill_next",
        "ANSWER_BY": "answer_by",
        "FAMILY_WORDS": "family_words",
        "PHRASES": "phrases",
        "PHRASES_MORE": "phrases_more",
        "SETUP_MAP": "setup_map",
        "SETUP_STAFF": "setup_staff",
        "MAP_CHANNEL": "map_channel",
        "MAP_DEPARTMENT": "map_department",
        "STAFF": "staff",
        "STAFF_PERSON": "staff_person",
        "STAFF_ROLES": "staff_roles",
        "STAFF_DEPARTMENTS": "staff_departments",
        "STAFF_TITLE": "staff_title",
        "OUTCOME": "outcome",
        "VISIT_PROVIDER": "visit_provider",
        "VISIT_PLACE": "visit_place",
        "REFERRAL_TO": "referral_to",
        "REFERRAL_NUMBER": "referral_number",
        "REFERRAL_DATE": "referral_date",
        "ANSWER_FAMILY": "answer_family",
        "PROPOSE_AGAIN": "propose_again",
        "SNOOZE": "snooze",
        "SNOOZE_FOR": "snooze_for",
        "SNOOZE_UNTIL": "snooze_until",
        "NOTE": "note",
        "NOTE_TEXT": "note_text",
        "HISTORY": "history",
        "HISTORY_MORE": "history_more",
        "HOME_PHRASES": "home_phrases",
        "HOME_SETUP": "home_setup",
        "HOME_REFRESH": "home_refresh",
        "HOME_SHOW": "home_show",
        "HOME_REFILLS": "home_refills",
        "REPLY": "reply",
        "REPLY_TEXT": "reply_text",
        "REPLY_PHRASE": "reply_phrase",
        "REPLY_INSERT": "reply_insert",
        "REPLY_DONE": "reply_done",
        "REPLY_PROXY": "reply_proxy",
        "STALE_READ": "stale_read",
        "OPEN": "open",
        "OPEN_MORE": "open_more",
        "LOADING": "loading",
        "GONE": "gone",
        "DESK": "desk",
        "HOME": "home",
    }


def test_every_button_has_its_name():
    """A line of the catalogue and its wire name belong together, one to one."""
    assert {b.key for b in (*CATALOGUE, ASK_PRIOR, GIVE_PRIOR)} == set(names.CARD)
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
