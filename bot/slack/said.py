"""What was said: the family's words and the practice's answers, cut on a card, whole in a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.delivery import State
from bot.domain.hints import elsewhere
from bot.domain.message import Attachment, Kind, PortalMessage, Standing, StoredMessage, kind_of
from bot.domain.phase import Phase, Situation
from bot.domain.picture import Picture
from bot.domain.refill import RefillRequest
from bot.domain.reply import Reply
from bot.slack import text as words
from bot.slack.blocks import BLOCK_TEXT, Block, Line, quote, rich, say, section, when
from bot.slack.clock import Clock
from bot.slack.people import author_line, other_children, phone, sender_line

_LANGUAGES = {
    "ar": "Arabic", "bn": "Bengali", "de": "German", "es": "Spanish", "fa": "Persian", "fr": "French",
    "hi": "Hindi", "hmn": "Hmong", "ht": "Haitian Creole", "hy": "Armenian", "it": "Italian", "ja": "Japanese",
    "km": "Khmer", "ko": "Korean", "ne": "Nepali", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese",
    "ru": "Russian", "so": "Somali", "sw": "Swahili", "tl": "Tagalog", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_PIECE = BLOCK_TEXT - 100


def standing(picture: Picture) -> StoredMessage:
    """The family's newest message that was not taken back; the newest of all when all were."""
    stands = [m for m in picture.messages if m.standing is not Standing.WITHDRAWN] or list(picture.messages)
    return max(stands, key=lambda m: (m.content.sent_at, m.received_at))


def subject(message: PortalMessage) -> str:
    """The sender's own subject line; the portal's fixed ones and empty ones say nothing that the kind does not."""
    own = kind_of(kind=None, subject=message.subject) is Kind.GENERAL
    return words.line(message.subject, 150) if own else ""


def language(message: PortalMessage) -> str:
    """Such as "wrote in Spanish"; "" for English and where nothing was said."""
    code = (message.lang or "").strip().lower().replace("_", "-").partition("-")[0]
    if not code.isascii() or not code.isalpha() or code in {"en", "und", "mul"}:
        return ""
    return f"wrote in {_LANGUAGES[code]}" if code in _LANGUAGES else "did not write in English"


def size(count: int | None) -> str:
    """Such as "79 KB"."""
    if count is None or count < 0:
        return "size not given"
    if count < 1024:
        return f"{count} bytes"
    return f"{count / 1024:.0f} KB" if count < 1024**2 else f"{count / 1024**2:.1f} MB"


def file(attachment: Attachment) -> str:
    """Such as "card.jpg (JPEG, 79 KB)"."""
    kind = words.line((attachment.type or "").rpartition("/")[2], 20).upper() or "type not given"
    return f"{words.line(attachment.name, 60) or 'no name'} ({kind}, {size(attachment.size)})"


def files(attachments: Sequence[Attachment], most: int = 3) -> str:
    """All files on one line, "" when there are none."""
    if not attachments:
        return ""
    shown = ", ".join(file(a) for a in attachments[:most])
    more = f", {len(attachments) - most} more, press Open" if len(attachments) > most else ""
    noun = "attachment" if len(attachments) == 1 else "attachments"
    return f"{len(attachments)} {noun}, view in portal: {shown}{more}"


def facts(message: PortalMessage, attachments: Sequence[Attachment]) -> list[Line]:
    """The lines that may stand right under the sender; a window has alerts for what is more."""
    return [[say(fact)] for fact in (language(message), files(attachments)) if fact]


def cautions(picture: Picture) -> list[Line]:
    """What must be known of the writer and the child before anything else is read."""
    lines: list[Line] = [
        [say("About two children: ", bold=True), say(f"another message names {name}")]
        for name in other_children(picture)
    ]
    request = picture.request_message.request
    if picture.asked and isinstance(request, RefillRequest):
        lines += [[say(told, bold=True)] for told in elsewhere(picture, request.medications)]
    if picture.sender.proxy_verified is False:
        lines.append([say("relationship not verified by the portal", bold=True)])
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How much of a text a card shows."""

    chars: int = 600
    lines: int = 8


def asked(picture: Picture, situation: Situation, cut: Cut) -> Block:
    """The family's newest words on a card, who wrote them, and what must be known of the writer."""
    message = standing(picture).content
    call = phone(message.sender.phone) if situation.urgent and situation.phase is not Phase.FAILED else ""
    body, rest = words.excerpt(words.clean(message.text), chars=cut.chars, lines=cut.lines)
    title = subject(message)
    notes = [f"call back {call}"] if call else []
    if not words.has_ink(body):
        notes.append("no words of their own")
        body = ""
    head = [*sender_line(message.sender, *notes)]
    for fact in [*cautions(picture), *facts(message, picture.attachments)]:
        head += [say("\n"), *fact]
    elements = [section(*head)]
    if title or body:
        pieces: Line = [say(title, bold=True)] if title else []
        pieces.append(say(("\n" if title and body else "") + body))
        elements.append(quote(*pieces))
    if rest > 0:
        elements.append(section(say(f"… {rest:,} more characters, press Open")))
    return rich(*elements)


def answered(reply: Reply, *, kept: bool) -> Block:
    """An answer on a card; `kept`: the family may not have it, so it is said that not a word changed."""
    body, rest = words.excerpt(words.clean(reply.text))
    to = "to the family, kept word for word" if kept else "to the family"
    elements = [section(*author_line(reply.author, to)), quote(say(body))]
    if rest > 0:
        elements.append(section(say(f"… {rest:,} more characters, press Open")))
    return rich(*elements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One thing that was said, by either side; `mine` for the practice's."""

    at: datetime
    message: StoredMessage | None = None
    reply: Reply | None = None


def sayings(picture: Picture, *, besides: StoredMessage | None = None) -> list[Saying]:
    """Everything that was said, oldest first."""
    told = [Saying(at=m.content.sent_at, message=m) for m in picture.messages if besides is None or m.id != besides.id]
    answers = (Saying(at=r.written_at, reply=r) for r in picture.replies if r.text)  # a decision alone has no words
    return sorted([*told, *answers], key=lambda s: s.at)


def whole(saying: Saying, clock: Clock, *, lead: str = "") -> list[Block]:
    """One message or answer in full, in blocks of at most 3,000 characters."""
    if saying.reply:
        state = f" · {fate(saying.reply, clock)}"
        head = [*author_line(saying.reply.author, "to the family · "), when(clock, saying.at), say(state)]
        return told(head, "", saying.reply.text)
    assert saying.message is not None  # a saying is one or the other
    message = saying.message.content
    head = [*sender_line(message.sender, ""), when(clock, saying.at)]
    if lead:
        head[0] = say(lead, bold=True)
    gone = {Standing.WITHDRAWN: " · taken back by the family", Standing.ELSEWHERE: " · handled in the portal"}
    head.append(say(gone.get(saying.message.standing, "")))
    for fact in facts(message, message.attachments):
        head += [say("\n"), *fact]
    return told(head, subject(message), message.text)


def told(head: Line, title: str, text: str) -> list[Block]:
    """A line of who and when, and under it the words, whole."""
    body = words.clean(text).strip("\n")
    pieces = words.split(body, _PIECE) if words.has_ink(body) else ["" if title else "no words of their own"]
    first: Line = [say(title, bold=True), say("\n" if pieces[0] else "")] if title else []
    blocks = [rich(section(*head), quote(*first, say(pieces[0])))]
    return blocks + [rich(quote(say(piece))) for piece in pieces[1:]]


def fate(reply: Reply, clock: Clock) -> str:
    """What became of an answer, in words."""
    match reply.state:
        case State.DELIVERED:
            at = f" {clock.short(reply.delivered_at)}" if reply.delivered_at else ""
            read = f", read {clock.short(reply.portal_status_at)}" if _read(reply) and reply.portal_status_at else ""
            return f"delivered to the portal{at}{read or (', read' if _read(reply) else '')}"
        case State.PENDING | State.SENDING:
            return "on its way, not confirmed yet"
        case State.UNCLEAR:
            return "unclear whether it arrived"
        case State.FAILED:
            return f"NOT delivered: {words.line(reply.reason, 300) or 'no reason known'}"
        case State.DROPPED:
            tried = reply.first_tried_at is not None
            return "taken out; whether the family has it is not known" if tried else "taken out, not sent"


def _read(reply: Reply) -> bool:
    return reply.portal_status == "read"
