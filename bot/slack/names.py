"""Every action, callback and block id that Slack sends back to us: literal, and never changed (CONTRACT section 7)."""

from __future__ import annotations

CARD_OPEN = "card_open"
CARD_REPLY = "card_reply"
CARD_RETRY = "card_retry"
CARD_CHECK_PORTAL = "card_check_portal"
CARD_MARK_DELIVERED = "card_mark_delivered"
CARD_SEND_AGAIN = "card_send_again"
CARD_MORE = "card_more"
CARD_TAKE = "card_take"
CARD_TAKE_OVER = "card_take_over"
CARD_GIVE_BACK = "card_give_back"
CARD_FORWARD = "card_forward"
CARD_RESPOND = "card_respond"
CARD_ASK_PRIOR = "card_ask_prior"
CARD_GIVE_PRIOR = "card_give_prior"
CARD_DONE = "card_done"
CARD_REOPEN = "card_reopen"
CARD_SNOOZE = "card_snooze"
CARD_URGENT = "card_urgent"
CARD_NOT_URGENT = "card_not_urgent"
CARD_HISTORY = "card_history"
CARD_NOTE = "card_note"
CARD_REFILL = "card_refill"
CARD_ENTERED = "card_entered"
CARD_SCHEDULE = "card_schedule"
CARD_CHART_UPDATED = "card_chart_updated"
CARD_REFERRAL_CREATED = "card_referral_created"
LOOKED_INTO = "looked_into"  # on the post about what could not be shown; its value is the inbox id

CARD = {  # the catalogue's key (bot.domain.actions) -> the button's action_id; an overflow option says "key:id"
    "open": CARD_OPEN,
    "reply": CARD_REPLY,
    "retry": CARD_RETRY,
    "check_portal": CARD_CHECK_PORTAL,
    "mark_delivered": CARD_MARK_DELIVERED,
    "send_again": CARD_SEND_AGAIN,
    "take": CARD_TAKE,
    "take_over": CARD_TAKE_OVER,
    "give_back": CARD_GIVE_BACK,
    "forward": CARD_FORWARD,
    "respond": CARD_RESPOND,
    "ask_prior": CARD_ASK_PRIOR,
    "give_prior": CARD_GIVE_PRIOR,
    "done": CARD_DONE,
    "reopen": CARD_REOPEN,
    "snooze": CARD_SNOOZE,
    "urgent": CARD_URGENT,
    "not_urgent": CARD_NOT_URGENT,
    "history": CARD_HISTORY,
    "note": CARD_NOTE,
    "refill": CARD_REFILL,
    "entered": CARD_ENTERED,
    "schedule": CARD_SCHEDULE,
    "chart_updated": CARD_CHART_UPDATED,
    "referral_created": CARD_REFERRAL_CREATED,
}

FORWARD = "forward"  # the window's callback_id
FORWARD_TO = "forward_to"  # block (may end in :n) and action; an external select
FORWARD_PRIOR = "forward_prior"  # block and action
FORWARD_NOTE = "forward_note"  # block and action
RESPOND = "respond"  # the window's callback_id
RESPOND_TEXT = "respond_text"  # block and action
RESPOND_WORDS = "respond_words"  # block and action
SIBLING_NAME = "sibling_name"  # block and action; the tick that another child's name is right
REFILL = "refill"  # callback_id of the first page; its blocks are line_<n>_<field>, so are their actions
REFILL_CONFIRM = "refill_confirm"  # callback_id of the second page
REFILL_CHANGE = "refill_change"  # block and action; back to the first page
REFILL_NEXT = "refill_next"  # action; its value is the next conversation
ANSWER_BY = "answer_by"  # block and action
FAMILY_WORDS = "family_words"  # block (may end in :n) and action
PHRASES = "phrases"  # the window's callback_id
PHRASES_MORE = "phrases_more"  # action; its block ends in :n
PHRASE = "phrase"  # callback_id of the window in which one is written
PHRASE_NEW = "phrase_new"
PHRASE_EDIT = "phrase_edit"
PHRASE_DELETE = "phrase_delete"
PHRASE_PREVIEW = "phrase_preview"
PHRASE_NOTEBOOK = "phrase_notebook"  # block and action
PHRASE_ELSEWHERE = "phrase_elsewhere"  # block and action; the name of a new notebook
PHRASE_TITLE = "phrase_title"  # block and action
PHRASE_TEXT = "phrase_text"  # block and action
SETUP_MAP = "setup_map"
SETUP_STAFF = "setup_staff"
MAP_CHANNEL = "map_channel"  # callback_id; block and action
MAP_DEPARTMENT = "map_department"  # block and action
STAFF = "staff"  # callback_id
STAFF_PERSON = "staff_person"  # block and action
STAFF_ROLES = "staff_roles"  # block (ends in :n) and action
STAFF_DEPARTMENTS = "staff_departments"  # block (ends in :n) and action
STAFF_TITLE = "staff_title"  # block (ends in :n) and action
OUTCOME = "outcome"  # callback_id, and block and action of the choice; visit_date_<n>, visit_time_<n> beside it
VISIT_PROVIDER = "visit_provider"  # block and action
VISIT_PLACE = "visit_place"  # block and action
REFERRAL_TO = "referral_to"  # block and action
REFERRAL_NUMBER = "referral_number"  # block and action
REFERRAL_DATE = "referral_date"  # block and action
ANSWER_FAMILY = "answer_family"  # block and action
PROPOSE_AGAIN = "propose_again"  # block and action
SNOOZE = "snooze"  # the window's callback_id
SNOOZE_FOR = "snooze_for"  # block and action
SNOOZE_UNTIL = "snooze_until"  # block and action
NOTE = "note"  # the window's callback_id
NOTE_TEXT = "note_text"  # block and action
HISTORY = "history"  # the window's callback_id
HISTORY_MORE = "history_more"  # action; its block ends in :n
HOME_PHRASES = "home_phrases"
HOME_SETUP = "home_setup"
HOME_REFRESH = "home_refresh"
HOME_SHOW = "home_show"  # action; its value is the list and the number of an entry that is wanted: "mine:20"
HOME_BACK = "home_back"  # action; the same
HOME_FEWER = "home_fewer"  # action; the same
HOME_REFILLS = "home_refills"  # decide the waiting refills one after the other

REPLY = "reply"  # the window's callback_id
REPLY_TEXT = "reply_text"  # block and action; the block may end in :n
REPLY_PHRASE = "reply_phrase"  # block (may end in :n) and action; an external select
REPLY_INSERT = "reply_insert"  # block and action
REPLY_DONE = "reply_done"  # block and action
REPLY_PROXY = "reply_proxy"  # block and action
STALE_READ = "stale_read"  # block and action; the block ends in :n, so that a new change asks for a new tick

OPEN = "open"  # the window's callback_id
OPEN_MORE = "open_more"  # action; its block ends in :n, the page it leads to (from 0)

LOADING = "loading"  # callback_id of a window that is still being filled
GONE = "gone"  # callback_id of a window that only says why there is nothing
DESK = "desk"  # callback_id of the same lists in a window
HOME = "home"  # callback_id of the Home tab


def base(block_id: str) -> str:
    """A block id without its ":n"."""
    return block_id.partition(":")[0]


def number(block_id: str) -> int:
    """The n of a block id that ends in ":n"; 0 when there is none or it is not a small number."""
    digits = block_id.partition(":")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else 0
