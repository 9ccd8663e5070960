"""What a colleague did, told to one person in a direct message: a number and a name of ours, no family's words."""

from __future__ import annotations

from bot.domain.picture import Picture
from bot.slack import blocks as kit
from bot.slack import names
from bot.slack.blocks import Message, emoji, say
from bot.slack.people import KINDS, short_name

_TOLD = {
    "taken_over": "{by} took over {what}. You need not do anything more.",
    "taken_back": "{by} took {what} back. You need not do anything more.",
    "not_reached": "Slack does not take my message to {by}, who may not know that you forwarded {what}. "
    "Press Open and take it back, or forward it to somebody else.",
    "answered": "{by} answered {what}, which was yours or had to come back to you. Nothing is left to do.",
    "done": "{by} marked {what} as done.",
    "woke": "Snoozed until now: {what} is yours again.",
    "unread": "The family has not opened {by}’s answer to {what} for three days, says the portal. If it matters, call.",
    "prior_asked": "{by} asks for the prior text of {what}. Press Show prior text if they may read it.",
    "prior_given": "{by} added the prior text of {what}. Press Open to read it.",
}
_MARKS = {"not_reached": "warning", "woke": "alarm_clock", "unread": "envelope", "prior_asked": "speech_balloon"}


def news(picture: Picture, news: str, by: str) -> Message:
    """The direct message; words that this version does not know become a plain pointer to the card."""
    talk = picture.conversation
    what = f"{KINDS[talk.kind][2]} No. {talk.number} in {talk.department}"
    told = _TOLD.get(news, "Something changed about {what}.").format(by=short_name(picture.practice, by), what=what)
    buttons = [kit.button("Open", action=names.CARD_OPEN, value=talk.id)]
    if news == "prior_asked":
        buttons.insert(0, kit.button("Show prior text", action=names.CARD_GIVE_PRIOR, value=talk.id, style="primary"))
    mark = emoji(_MARKS.get(news, "information_source"))
    return {
        "text": kit.notification(told),
        "blocks": [kit.rich(kit.section(mark, say(" "), say(told))), kit.actions(buttons)],
    }
