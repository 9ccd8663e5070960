"""Words from outside, made fit to be shown."""

import time

import pytest

from bot.portals.html_text import plain
from bot.portals.text import line, words


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (None, ""),
        ("  plain  ", "plain"),
        ("Señal ✓ 😀 👩‍👧", "Señal ✓ 😀 👩‍👧"),
        ("a\tb", "a\tb"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("bell\x07 escape\x1b[31m", "bell\ufffd escape\ufffd[31m"),
        ("nul\x00", "nul\ufffd"),
        ("half \ud800 pair", "half \ufffd pair"),
        ("turn \u202eback", "turn [RLO]back"),
        ("\u202dforce", "[LRO]force"),
        ("call \u202a555-0100\u202c now", "call \u202a555-0100\u202c now"),
        ("open \u2067isolate", "open \u2067isolate\u2069"),
        ("two \u202a\u2066deep", "two \u202a\u2066deep\u2069\u202c"),
        ("line \u202bone\nline two", "line \u202bone\u202c\nline two"),
        ("עברית \u200f!", "עברית \u200f!"),
    ],
)
def test_words_are_kept_and_made_harmless(given: str | None, shown: str) -> None:
    """Every readable character stays; what no database or screen can carry is marked; no text turns its neighbours."""
    assert words(given) == shown


@pytest.mark.parametrize(("given", "shown"), [("a\nb", "a b"), (" ", None), ("", None), ("a\u00a0\u3000b", "a b")])
def test_a_line_is_one_line_or_nothing(given: str, shown: str | None) -> None:
    """A name cannot bring a second line with it."""
    assert line(given) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("no markup at all", "no markup at all"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\n\nTwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("a   lot\n of\tspace", "a lot of space"),
        ("<ul><li>milk<li>eggs</ul>", "- milk\n- eggs"),
        ("<ol><li>first</li><li>second</li></ol>", "1. first\n2. second"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n\n  - b"),
        ("<a href='https://x.example/y?a=1&amp;b=2'>here</a>", "here (https://x.example/y?a=1&b=2)"),
        ('<A HREF="https://x.example">https://x.example</A>', "https://x.example"),
        ("<a href=mailto:a@b.example>a@b.example</a>", "a@b.example"),
        ("<a href='javascript:alert(1)'>press</a>", "press"),
        ("<a href='data:text/html,x'>press</a>", "press"),
        ("<a name=x>anchor</a>", "anchor"),
        ("<img src=x alt='rash on arm'>", "[rash on arm]"),
        ("<script>alert('<p>')</script>after", "after"),
        ("<style>p {color: red}</style>after", "after"),
        ("<head><title>t</title></head><body>after</body>", "after"),
        ("before<script>never closed, fever 104", "beforenever closed, fever 104"),
        ("<!-- hidden -->shown<!-- and --> this", "shown this"),
        ("a &lt;b&gt; &amp;amp; &#39;c&#39; &nbsp;d", "a <b> &amp; 'c' \u00a0d"),
        ("fever <102 & cough, I <3 you, 5 > 4", "fever <102 & cough, I <3 you, 5 > 4"),
        ("<pre>two\n  lines</pre>", "two\n  lines"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<b>bold</b> <i onmouseover='x>y'>it</i>", "bold it"),
        ("</p></ul></a>stray", "stray"),
        ("<unknown-tag>kept</unknown-tag>", "kept"),
        ("<!DOCTYPE html><?xml version='1'?>kept", "kept"),
        ("cut <a href='x", "cut <a href='x"),
    ],
)
def test_html_reads_as_a_person_would_read_it(source: str, shown: str) -> None:
    """Paragraphs, lists and links come through; nothing that runs does; no word is lost."""
    assert plain(source) == shown


@pytest.mark.parametrize(
    "piece",
    ["<a ", "<a\n", "<a/", "<!--", "<a b='", '<a b="c" ', "<", "&#1;", "<ol><li>", "<a href=http://x>", "<script>"],
)
def test_html_takes_time_linear_to_its_length(piece: str) -> None:
    """Ten times the text takes about ten times as long: html.parser here takes a hundred to a thousand times as long."""
    took = []
    for size in (20_000, 200_000):
        source = piece * (size // len(piece))
        best = min(_seconds(source) for _ in range(3))
        took.append(best)
    assert took[1] < max(took[0], 0.002) * 50


def test_a_very_long_source_loses_its_tags_only() -> None:
    """Beyond the limit the words are all there, only less well arranged."""
    found = plain("<p>fever &amp; cough</p>" * 10_000)
    assert found.count("fever & cough") == 10_000
    assert "<" not in found


def _seconds(source: str) -> float:
    started = time.process_time()
    plain(source)
    return time.process_time() - started
