"""A practice file is understood wholly or refused wholly, with every fault, its line and what would be right."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import practice_file
from bot.domain import phrasebook
from bot.domain.message import Kind
from bot.domain.practice import PLACEHOLDERS, CardDetail, Practice
from bot.domain.route import TEXT_LIMIT
from bot.domain.staff import Role
from bot.practice_file import (
    PracticeWrong,
    department,
    difference,
    examine,
    normalised,
    people,
    phrase,
    practice,
    read,
    reading,
    route,
    show,
)

ROOT = Path(__file__).parent.parent
EXAMPLE = (ROOT / "docs/examples/practice.yaml").read_text(encoding="utf-8")
DOCS = (ROOT / "docs/practice-file.md").read_text(encoding="utf-8")

SMALL = """\
practice: {name: Bright Kids, timezone: America/New_York}
card_detail: minimal
hours: {mon-fri: "08:00-17:00"}
holidays: {country: US}
departments:
  - {name: Front Desk, channel: C0FRONT}
default_department: Front Desk
staff:
  - {slack: U0ADMIN, name: Pat Quinn, roles: [admin, staff, prescriber], departments: [Front Desk]}
"""

CONTRACT = """\
practice: {name: Bright Kids Pediatrics, timezone: America/New_York}
card_detail: minimal            # or full; no default: somebody must choose (SAFETY, privacy)
hours: {mon-fri: "08:00-17:00", sat: "09:00-12:00"}
holidays: {country: US, closed: [2026-12-24]}
departments:
  - name: Nursing
    channel: C0NURSING            # id or #name
    aliases: [NURSE, Clinical]    # how the portal calls it
    kinds: [general]              # what lands here when the portal names no department
    turnaround: 8h                # business hours
    escalate_to: U0ALICE          # person or user group
    notify: none                  # or group, here: does a new card ping the department
default_department: Front Desk
urgent_channel: C0URGENT          # optional; the department's channel otherwise
staff:
  - {slack: U0ALICE, name: Alice Moreno, title: RN, roles: [staff], departments: [Nursing]}
  - {slack: U0LEE, name: Dr. Dana Lee, title: MD, roles: [staff, prescriber], npi: "1234567893", departments: [Nursing], covered_by: U0SHAH, own_portal_users: [pu-3301]}
  - {slack: U0ADMIN, name: Pat Quinn, roles: [admin, staff], departments: [Front Desk]}
groups: {prescriber: S0DOCS, staff: S0STAFF}    # optional: Slack user groups that grant a role
medicines: {controlled: [gabapentin], approvable: [albuterol, cetirizine]}    # the practice's additions (section 5)
routes:                            # first match wins; none: kinds, then default_department
  - {when: {kind: refill, text: "inhaler|albuterol"}, to: Nursing}
phrases:
  - {notebook: Refills, title: Ready at pharmacy, text: "Hi {sender_first_name}, {provider} approved {patient_first_name}'s refill. Please check with {pharmacy} this afternoon."}
retention: {closed_messages: 90d, slack_cards: 30d}
"""


def faults(text: str) -> list[str]:
    """The faults of a text, as `line path: what is wrong what would be right`."""
    with pytest.raises(PracticeWrong) as wrong:
        read(text)
    return [f"{f.line} {f.path}: {f.what_is_wrong} {f.what_would_be_right}" for f in wrong.value.faults]


def warnings(text: str) -> list[str]:
    examined = examine(text)
    assert examined.faults == ()
    return [f"{f.line} {f.path}: {f.what_is_wrong}" for f in examined.warnings]


def with_department(entry: str) -> str:
    """The small file, its only department replaced; entries begin in line 6."""
    return SMALL.replace("  - {name: Front Desk, channel: C0FRONT}\n", entry)


def test_the_example_is_whole_and_warns_of_what_does_nothing() -> None:
    """The documented example is read and has every setting there is; it is said of two that nothing follows from them."""
    assert examine(EXAMPLE).faults == ()
    assert [warning.path for warning in examine(EXAMPLE).warnings] == ["groups", "retention"]
    document = yaml.safe_load(EXAMPLE)
    assert set(document) == set(practice.KEYS)
    assert {key for entry in document["departments"] for key in entry} == set(department.KEYS)
    assert {key for entry in document["staff"] for key in entry} == set(people.KEYS)
    assert {key for entry in document["routes"] for key in entry["when"]} == set(route.WHEN)
    assert set(document["medicines"]) == set(practice.MEDICINES)
    assert set(document["retention"]) == set(practice.RETENTION)
    assert set(document["holidays"]) == {"country", "subdivision", "closed"}


def test_a_user_group_makes_nobody_a_prescriber() -> None:
    """Whoever relies on it has nobody who can decide a refill, and is told so."""
    warnings = examine(SMALL.replace(", prescriber", "") + "groups: {prescriber: S0DOCS}\n").warnings
    told = " ".join(warning.what_is_wrong for warning in warnings)
    assert "Nobody is a prescriber" in told
    assert "user group gives nobody a role" in told


def test_the_page_shows_that_example_and_names_every_setting() -> None:
    """docs/practice-file.md holds the example word for word, each setting in a table, and each placeholder."""
    assert f"```yaml\n{EXAMPLE}```" in DOCS
    named = set(re.findall(r"^\| `([a-z_.\[\]]+)`", DOCS, re.MULTILINE))
    inside = {
        "practice": ("name", "timezone"),
        "holidays": ("country", "subdivision", "closed"),
        "departments[]": department.KEYS,
        "staff[]": people.KEYS,
        "medicines": practice.MEDICINES,
        "routes[]": ("to", *(f"when.{key}" for key in route.WHEN)),
        "phrases[]": ("notebook", "title", "text"),
        "retention": practice.RETENTION,
    }
    plain = {"card_detail", "hours", "default_department", "urgent_channel", "groups"}
    assert named == plain | {f"{start}.{key}" for start, keys in inside.items() for key in keys}
    assert {start.removesuffix("[]") for start in inside} | plain == set(practice.KEYS)
    assert all(f"`{{{name}}}`" in DOCS for name in PLACEHOLDERS)


def test_every_block_of_the_page_is_yaml_that_fits() -> None:
    """Each further YAML block of the page, put into a small file, is read without a fault."""
    blocks = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)[1:]
    assert len(blocks) >= 3
    for block in blocks:
        small = yaml.safe_load(SMALL)
        assert examine(yaml.safe_dump(small | yaml.safe_load(block))).faults == ()


def test_the_contracts_own_page_is_read() -> None:
    """CONTRACT section 4, which leaves a department and a colleague out for brevity, has exactly those faults."""
    assert faults(CONTRACT) == [
        '13 default_department: There is no department "Front Desk". Known: Nursing.',
        "17 staff[1].covered_by: U0SHAH is not in the staff list. Known: U0ADMIN, U0ALICE, U0LEE.",
        '18 staff[2].departments[0]: There is no department "Front Desk". Known: Nursing.',
    ]
    whole = CONTRACT.replace("\ndefault_", "\n  - {name: Front Desk, channel: C0FRONT}\ndefault_").replace(
        "covered_by: U0SHAH", "covered_by: U0ALICE"
    )
    found = read(whole)
    nursing = found.department("Nursing")
    assert (nursing.turnaround, nursing.kinds, nursing.notify) == (timedelta(hours=8), {Kind.GENERAL}, "none")
    assert found.hours.spans[5] == ((time(9), time(12)),)
    assert found.calendar.is_closed(date(2026, 12, 24))
    assert found.card_detail is CardDetail.MINIMAL
    lee = found.person("U0LEE")
    assert lee is not None
    assert (lee.roles, lee.npi, lee.own_portal_users) == ({Role.STAFF, Role.PRESCRIBER}, "1234567893", ("pu-3301",))
    assert found.routes[0].text is not None
    assert found.routes[0].text.search("my INHALER")
    assert found.retention == {"closed_messages": timedelta(days=90), "slack_cards": timedelta(days=30)}
    assert found.medicines["controlled"] == ("gabapentin",)


def test_all_faults_at_once_with_their_lines() -> None:
    """One look at the file tells everything that is wrong with it, in order of lines."""
    text = SMALL.replace("America/New_York", "America/NewYork").replace("minimal", "small").replace("[admin,", "[boss,")
    assert faults(text) == [
        '1 practice.timezone: "America/NewYork" is no time zone. Did you mean "America/New_York"?',
        '2 card_detail: "small" is not known here. Known: full, minimal.',
        '9 staff[0].roles[0]: "boss" is not known here. Known: admin, prescriber, staff.',
    ]


@pytest.mark.parametrize("key", practice.REQUIRED)
def test_what_is_required(key: str) -> None:
    """Each required setting that is missing is told by name, card_detail among them: it has no default."""
    document = yaml.safe_load(SMALL)
    del document[key]
    told = faults(yaml.safe_dump(document))
    assert any(line.startswith(f'1 {key}: "{key}" is missing.') for line in told)


FAULTS = [
    # keys
    ("departmens: []\n" + SMALL, 'departmens: "departmens" is not a setting. Did you mean "departments"?'),
    (SMALL + "colour: red\n", 'colour: "colour" is not a setting. Here may stand:'),
    (SMALL + "card_detail: full\n", 'card_detail: "card_detail" is given twice. It stands in line 2'),
    (SMALL.replace("name: Bright", "nam: Bright"), 'practice.nam: "nam" is not a setting. Did you mean "name"?'),
    (SMALL + "? [a, b]\n: c\n", "A key is a list or a group."),
    # hours
    (SMALL.replace('"08:00-17:00"', '"8-17"'), '"8-17" are no hours.'),
    (SMALL.replace('"08:00-17:00"', '"08:00-25:00"'), "a time that no clock shows"),
    (SMALL.replace('"08:00-17:00"', '"08:60-17:00"'), "a time that no clock shows"),
    (SMALL.replace('"08:00-17:00"', '"17:00-08:00"'), "ends before it begins. Write hours past midnight on two days"),
    (SMALL.replace('"08:00-17:00"', '"08:00-12:00, 11:00-17:00"'), "The hours overlap."),
    (SMALL.replace("mon-fri:", "mon-fry:"), '"mon-fry" names no days.'),
    (SMALL.replace('"08:00-17:00"}', '"08:00-17:00", tue: closed}'), "tue stands in mon-fri already."),
    (SMALL.replace('{mon-fri: "08:00-17:00"}', "[]"), "hours: Here stands a list."),
    (SMALL.replace('{mon-fri: "08:00-17:00"}', "always"), 'hours: Here stands "always".'),
    # holidays
    (SMALL.replace("country: US", "country: United States"), "Write US."),
    (SMALL.replace("country: US", "country: USS"), '"USS" is no country code'),
    (SMALL.replace("country: US", "country: US, subdivision: New York"), "Write NY."),
    (SMALL.replace("country: US", "country: US, subdivision: QQ"), '"QQ" is no subdivision of US.'),
    (SMALL.replace("country: US", "closed: [2026-02-30]"), '"2026-02-30" is no day.'),
    (SMALL.replace("country: US", "closed: 2026-02-03"), "A list: each entry begins with a dash"),
    # departments
    (with_department("  []\n"), "departments: There is no department."),
    (with_department("  - {channel: C0FRONT}\n"), 'departments[0].name: "name" is missing.'),
    (
        with_department("  - {name: Front Desk}\n"),
        'departments[0].channel: "channel" is missing. The department\'s Slack',
    ),
    (with_department("  - name: Front Desk\n    channel: #front\n"), "A name with # needs quotes"),
    (with_department("  - {name: Front Desk, channel: Front Desk}\n"), '"#front-desk" in quotes.'),
    (with_department("  - {name: Front Desk, channel: C0F, channel: C0G}\n"), "is given twice"),
    (
        with_department("  - {name: Front Desk, channel: C0F, kinds: [refil]}\n"),
        'kinds[0]: "refil" is not known here. Did you mean "refill"?',
    ),
    (
        with_department("  - {name: Front Desk, channel: C0F, turnaround: 8}\n"),
        '"8" is not a duration. Write it as 30m, 8h, 2d',
    ),
    (
        with_department("  - {name: Front Desk, channel: C0F, turnaround: 0h}\n"),
        '"0h" is out of bounds. From 1m to 30d.',
    ),
    (with_department("  - {name: Front Desk, channel: C0F, turnaround: 99999d}\n"), "is out of bounds."),
    (with_department("  - {name: Front Desk, channel: C0F, escalate_to: alice}\n"), '"alice" is no such Slack id.'),
    (with_department("  - {name: Front Desk, channel: C0F, escalate_to: C0F}\n"), '"C0F" is no such Slack id.'),
    (with_department("  - {name: Front Desk, channel: C0F, notify: everyone}\n"), "Known: group, here, none."),
    (with_department("  - {name: Front Desk, channel: C0F, notify: group}\n"), "No group is named to notify."),
    (with_department("  - {name: Front Desk, channel: C0F, group: U0ALICE}\n"), "Here belongs a user group id"),
    (
        with_department("  - {name: Front Desk, channel: C0F}\n  - {name: front desk, channel: C0G}\n"),
        '7 departments[1]: "front desk" is a name of Front Desk already.',
    ),
    (
        with_department("  - {name: Front Desk, channel: C0F}\n  - {name: Front Desk, channel: C0G}\n"),
        '7 departments[1]: "Front Desk" is a name of Front Desk already.',
    ),
    (
        with_department(
            "  - {name: Front Desk, channel: C0F, aliases: [FD]}\n  - {name: B, channel: C0G, aliases: [f d]}\n"
        ),
        '"f d" is a name of Front Desk already.',
    ),
    (
        with_department(
            "  - {name: Front Desk, channel: C0F, kinds: [refill]}\n  - {name: B, channel: C0G, kinds: [refill]}\n"
        ),
        'departments[1].kinds: Front Desk takes the kind "refill" already.',
    ),
    (with_department(f"  - {{name: {'x' * 76}, channel: C0F}}\n"), "The text has 76 characters. At most 75."),
    (SMALL.replace("default_department: Front Desk", "default_department: Front Dest"), 'Did you mean "Front Desk"?'),
    (SMALL + "urgent_channel: urgent\n", 'urgent_channel: "urgent" is no Slack channel.'),
    # staff
    (SMALL.replace("U0ADMIN", "pat"), 'staff[0].slack: "pat" is no such Slack id. Here belongs a member id'),
    (SMALL.replace("[admin, staff, prescriber]", "[]"), "staff[0].roles: No role is given."),
    (
        SMALL.replace("roles: [admin, staff, prescriber], ", ""),
        'staff[0].roles: "roles" is missing. What the person is',
    ),
    (SMALL.replace("departments: [Front Desk]}", "departments: [Frnt Desk]}"), 'Did you mean "Front Desk"?'),
    (SMALL.replace("departments: [F", "npi: 123456789, departments: [F"), "staff[0].npi: This is no NPI. Ten digits."),
    (SMALL.replace("departments: [F", "npi: 1234567890, departments: [F"), "The NPI's check digit does not fit."),
    (SMALL.replace("departments: [F", "covered_by: U0ADMIN, departments: [F"), "Nobody covers for themselves."),
    (SMALL.replace("departments: [F", "covered_by: U0ADMIM, departments: [F"), 'Did you mean "U0ADMIN"?'),
    (SMALL + "  - {slack: U0ADMIN, name: Again, roles: [staff]}\n", "10 staff[1]: U0ADMIN is listed already."),
    (SMALL.split("staff:", maxsplit=1)[0] + "staff: []\n", "staff: Nobody is listed."),
    (SMALL + "groups: {doctors: S0DOCS}\n", 'groups.doctors: "doctors" is not a setting.'),
    (SMALL + "groups: {prescriber: U0DOCS}\n", '"U0DOCS" is no such Slack id.'),
    # medicines, routes, phrases, retention
    (SMALL + "medicines: {controled: []}\n", 'Did you mean "controlled"?'),
    (SMALL + "medicines: {controlled: gabapentin}\n", 'Here stands "gabapentin". A list'),
    (SMALL + "routes: [{when: {}, to: Front Desk}]\n", "The route has no condition."),
    (SMALL + "routes: [{to: Front Desk}]\n", 'routes[0].when: "when" is missing.'),
    (SMALL + "routes: [{when: {kind: refill}}]\n", 'routes[0].to: "to" is missing.'),
    (SMALL + "routes: [{when: {kind: refill}, to: Desk}]\n", 'routes[0].to: There is no department "Desk".'),
    (SMALL + "routes: [{when: {priority: high}, to: Front Desk}]\n", "Known: routine, urgent."),
    (SMALL + "routes: [{when: {confidential: perhaps}, to: Front Desk}]\n", '"perhaps" is neither true nor false.'),
    (SMALL + "routes: [{when: {portal: my portal}, to: Front Desk}]\n", '"my portal" is no portal.'),
    (SMALL + "routes: [{when: {sex: f}, to: Front Desk}]\n", 'routes[0].when.sex: "sex" is not a setting.'),
    (SMALL + "phrases: [{notebook: A, title: B}]\n", 'phrases[0].text: "text" is missing.'),
    (
        SMALL + "phrases: [{notebook: A, title: B, text: x}, {notebook: A, title: B, text: y}]\n",
        'has a phrase "B" already.',
    ),
    (
        SMALL + f"phrases: [{{notebook: A, title: B, text: {'x' * 3001}}}]\n",
        "The text has 3001 characters. At most 3000.",
    ),
    (SMALL + 'phrases: [{notebook: A, title: B, text: "a\\u0000b"}]\n', "The text has control characters."),
    (SMALL + "retention: {closed_messages: 12h}\n", '"12h" is out of bounds. From 1d to 3650d.'),
    (SMALL + "retention: {closed_message: 9d}\n", 'Did you mean "closed_messages"?'),
    # the form of the file
    ("", "The file is empty."),
    ("# nothing\n", "The file is empty."),
    ("just words", 'Here stands "just words". A group of settings'),
    ("[]", "Here stands a list."),
    ("a: b: c", "1 : This is not YAML: mapping values are not allowed here."),
    ("a: [", "This is not YAML:"),
    ("a: \x00", "This is not YAML:"),
    ("\tpractice: x", "This is not YAML:"),
    ("a: *nothing", "This is not YAML:"),
    (SMALL + "---\n" + SMALL, "The file holds several documents."),
    (
        SMALL.replace("name: Bright Kids", "name: !!python/object/apply:os.system [id]"),
        "A tag (!) stands before the value.",
    ),
    (SMALL.replace("name: Bright Kids", "name: !secret x"), "A tag (!) stands before the value."),
    ("a: " + "[" * 40 + "]" * 40, "The file is nested too deeply."),
    ("a: " + "x" * 300_000, "The file is too large."),
    ("a: &a [*a]", "The file's aliases (*) multiply."),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS, ids=[re.sub(r"\W+", " ", words)[:60] for _, words in FAULTS])
def test_a_fault_is_told_in_words(text: str, expected: str) -> None:
    """Each mistake has a sentence with what is wrong and what would be right."""
    assert any(expected in line for line in faults(text)), faults(text)


def test_alias_bombs_are_refused() -> None:
    """A kilobyte that unfolds to billions of values is never unfolded (it would not end); an honest alias works."""
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
    )
    assert "The file's aliases (*) multiply." in faults(bomb)[0]
    shared = with_department(
        "  - {name: Front Desk, channel: C0F, hours: &h {mon: '08:00-12:00'}}\n  - {name: B, channel: C0G, hours: *h}\n"
    )
    found = read(shared)
    assert found.departments[0].hours == found.departments[1].hours != None  # noqa: E711


DANGEROUS = [
    r"(a+)+b",
    r"(a*)*",
    r"(a|aa)+$",
    r"(.*a){20}",
    r"(\w+\s?)*x",
    r"a.*b.*c",
    r"\s+\s+x",
    r"(a)\1",
    r"(?=a)b",
    r"(?<!a)b",
    r"(",
    "x" * 301,
    r"(a{1,500}){2}",
    r".{0,900}.{0,900}",
]
HARMLESS = [
    r"inhaler|albuterol",
    r"\bbill(ing|ed)?\b",
    r"ear\s*ache",
    r"prior.{0,40}auth",
    r"[a-z]+@",
    r"(?i:EpiPen)",
    r"colou?r",
    r"(strep|flu) test",
    r"refill(s)?( please)?",
    r"\d{3}-\d{4}",
]


@pytest.mark.parametrize("pattern", DANGEROUS)
def test_patterns_that_could_take_minutes_are_refused(pattern: str) -> None:
    """No message of a family can make a route hang the intake."""
    told = faults(yaml.safe_dump(yaml.safe_load(SMALL) | {"routes": [{"when": {"text": pattern}, "to": "Front Desk"}]}))
    assert len(told) == 1
    assert "routes[0].when.text: The pattern" in told[0] or "is no pattern" in told[0] or "301 characters" in told[0]


@pytest.mark.parametrize("pattern", HARMLESS)
def test_patterns_of_daily_life_are_taken(pattern: str) -> None:
    """What practices write is allowed, and ends on the worst text of the full length."""
    text = yaml.safe_dump(yaml.safe_load(SMALL) | {"routes": [{"when": {"text": pattern}, "to": "Front Desk"}]})
    compiled = read(text).routes[0].text
    assert compiled is not None
    for letter in ("a", " ", "1", "ear ", "prior", "a@"):
        compiled.search((letter * TEXT_LIMIT)[:TEXT_LIMIT])


WARNINGS = [
    (SMALL.replace("[admin, staff, prescriber]", "[admin]"), "8 staff: Nobody is a prescriber"),
    (SMALL.replace("[admin, staff, prescriber]", "[staff]"), "8 staff: Nobody is an admin"),
    (SMALL.replace(", departments: [Front Desk]", ""), "6 departments[0]: Nobody works in Front Desk"),
    (SMALL.replace("holidays: {country: US}\n", ""), "3 hours: No holidays are given."),
    (SMALL.replace("America/New_York", "EST5EDT"), "1 practice.timezone: EST5EDT names no place"),
    (SMALL.replace('"08:00-17:00"', "closed"), "6 departments[0]: Front Desk never opens"),
    (
        with_department("  - {name: Front Desk, channel: C0F}\n  - {name: B, channel: C0F}\n"),
        "7 departments[1]: Front Desk and B share a channel.",
    ),
    (
        SMALL + "phrases: [{notebook: A, title: B, text: 'Hi {sender_frist_name}'}]\n",
        "10 phrases[0].text: Nothing fills the gap {sender_frist_name}.",
    ),
    (SMALL + "phrases: [{notebook: A, title: B, text: 'Hi {sender_first_name'}]\n", "A curly bracket has no partner."),
    (SMALL + "phrases: [{notebook: personal, title: B, text: x}]\n", '"personal" is what everybody\'s own notebook is'),
    (SMALL + "medicines: {controlled: [Xyzal], approvable: [xyzal]}\n", "Both controlled and approvable: xyzal."),
    (SMALL + "routes: [{when: {text: 'a*'}, to: Front Desk}]\n", "The pattern fits every message."),
    (
        SMALL.replace("departments: [F", "covered_by: U0NURSE, departments: [F")
        + "  - {slack: U0NURSE, name: N, roles: [staff]}\n",
        "N covers for a prescriber but is none.",
    ),
]


@pytest.mark.parametrize(("text", "expected"), WARNINGS, ids=[words[:40] for _, words in WARNINGS])
def test_a_warning_refuses_nothing(text: str, expected: str) -> None:
    """What is probably not meant is told, and the file is taken."""
    assert any(expected in line for line in warnings(text)), warnings(text)
    assert isinstance(read(text), Practice)


def test_the_small_file_has_no_warnings() -> None:
    """The file that the other tests change is itself without a word."""
    assert warnings(SMALL) == []


@pytest.mark.parametrize(
    ("hours", "spans"),
    [
        ('{mon: "08:00-12:00, 13:00-17:00"}', {0: [(8, 12), (13, 17)]}),
        ('{mon: "13:00-17:00,08:00-12:00"}', {0: [(8, 12), (13, 17)]}),
        ('{mon: ["08:00-12:00", "13:00-17:00"]}', {0: [(8, 12), (13, 17)]}),
        ('{"mon, wed": "8:00-12:00"}', {0: [(8, 12)], 2: [(8, 12)]}),
        ('{sat-mon: "08:00-12:00"}', {5: [(8, 12)], 6: [(8, 12)], 0: [(8, 12)]}),
        ('{Monday-Tuesday: "08:00 - 12:00"}', {0: [(8, 12)], 1: [(8, 12)]}),
        ('{mon-tue: "08:00–12:00"}', {0: [(8, 12)], 1: [(8, 12)]}),
        ('{mon: "00:00-24:00"}', {0: [(0, 0)]}),
        ('{mon: "00:00-06:00, 20:00-24:00"}', {0: [(0, 6), (20, 0)]}),
        ("{mon: 10:00-12:00, sun: closed}", {0: [(10, 12)]}),
    ],
)
def test_ways_to_write_hours(hours: str, spans: dict[int, list[tuple[int, int]]]) -> None:
    """Hours are understood as people write them, and written back so that they mean the same."""
    found = read(SMALL.replace('{mon-fri: "08:00-17:00"}', hours))
    assert found.hours.spans == {day: tuple((time(a), time(b)) for a, b in listed) for day, listed in spans.items()}
    assert read(show(found)).hours == found.hours


@pytest.mark.parametrize(
    ("written", "hours", "expected"),
    [
        ("8h", '{mon-fri: "08:00-17:00"}', timedelta(hours=8)),
        ("30m", '{mon-fri: "08:00-17:00"}', timedelta(minutes=30)),
        ("1h 30m", '{mon-fri: "08:00-17:00"}', timedelta(hours=1, minutes=30)),
        ("2d", '{mon-fri: "08:00-17:00"}', timedelta(hours=18)),
        ("1d", '{mon-fri: "08:00-12:00, 13:00-17:00", sat: "09:00-12:00"}', timedelta(hours=8)),
        ("1d", '{mon-sun: "00:00-24:00"}', timedelta(hours=24)),
        ("1D 1H", '{mon: "08:00-12:00", tue: "08:00-16:00"}', timedelta(hours=9)),
        ("1d", "{mon: closed}", timedelta(hours=24)),
    ],
)
def test_a_day_of_turnaround_is_an_opening_day(written: str, hours: str, expected: timedelta) -> None:
    """2d means the same time two opening days later; it is shown as it was written."""
    text = SMALL.replace('{mon-fri: "08:00-17:00"}', hours).replace(
        "channel: C0FRONT", f"channel: C0FRONT, turnaround: {written}"
    )
    found = read(text)
    assert found.departments[0].turnaround == expected
    assert found.departments[0].turnaround_words == written
    assert yaml.safe_load(show(found))["departments"][0]["turnaround"] == written


def test_a_department_may_have_its_own_hours() -> None:
    """A department's hours replace the practice's, also for what a day is worth."""
    found = read(with_department("  - {name: Front Desk, channel: C0F, turnaround: 1d, hours: {tue: '09:00-13:00'}}\n"))
    assert found.hours_of(found.departments[0]).spans == {1: ((time(9), time(13)),)}
    assert found.departments[0].turnaround == timedelta(hours=4)


def test_notify_group_may_be_who_is_escalated_to() -> None:
    """Without a group of its own, the user group that is escalated to is pinged."""
    found = read(with_department("  - {name: Front Desk, channel: C0F, notify: group, escalate_to: S0NURSES}\n"))
    assert found.departments[0].group == "S0NURSES"


@pytest.mark.parametrize(
    ("holidays", "day", "closed"),
    [
        ("{country: US}", "2026-11-26", True),
        ("{country: US}", "2026-07-03", True),  # 4 July 2026 is a Saturday: observed on Friday
        ("{country: US}", "2021-12-31", True),  # New Year's Day 2022 is a Saturday
        ("{country: US}", "2026-11-25", False),
        ("{country: US}", "2077-12-25", True),
        ("{country: US, subdivision: ny}", "2026-02-12", True),
        ("{country: usa}", "2026-07-03", True),
        ("{country: DE, subdivision: BY}", "2026-01-06", True),
        ("{country: DE, subdivision: BE}", "2026-01-06", False),
        ("{closed: [2026-12-24]}", "2026-12-24", True),
        ("{closed: [2026-12-24]}", "2026-12-25", False),
        ("{}", "2026-12-25", False),
    ],
)
def test_holidays(holidays: str, day: str, *, closed: bool) -> None:
    """Public holidays come by country and for any year, days of one's own beside them."""
    found = read(SMALL.replace("{country: US}", holidays))
    assert found.calendar.is_closed(date.fromisoformat(day)) is closed


def test_plain_yaml_values_stay_what_they_look_like() -> None:
    """YAML's own guesses (12:30 as a number, no as false, 007 as seven) do not reach the practice."""
    found = read(
        with_department("  - {name: no, channel: C0F, aliases: [007, 1_000, 12:30, yes, null x, ~x]}\n").replace(
            "Front Desk", "NO"
        )
    )
    assert found.departments[0].name == "no"
    assert found.departments[0].aliases == ("007", "1_000", "12:30", "yes", "null x", "~x")
    assert read(show(found)) == found


@pytest.mark.parametrize("text", [EXAMPLE, SMALL], ids=["example", "small"])
def test_show_and_read_are_one(text: str) -> None:
    """A practice that was shown and read again is the same, and showing it again changes no letter."""
    found = read(text)
    shown = show(found)
    assert read(shown) == found
    assert normalised(shown) == shown == normalised(text)
    assert shown.startswith("# The practice")
    assert difference(found, read(shown)) == []


def test_nothing_to_something() -> None:
    """The first file is a list of what is new."""
    changes = [str(change) for change in difference(None, read(SMALL))]
    assert "card_detail: new: minimal" in changes
    assert "departments[Front Desk]: new: name Front Desk, channel C0FRONT, turnaround 8h, notify none" in changes


def test_difference_names_what_changed() -> None:
    """A change is told by the entry's name, with before and after; order alone, where it matters, too."""
    old = read(EXAMPLE)
    text = (
        EXAMPLE.replace("turnaround: 4h", "turnaround: 6h")
        .replace("card_detail: minimal", "card_detail: full")
        .replace("title: RN", "title: NP")
        .replace("closed: [2026-12-24, 2026-12-31]", "closed: [2026-12-24]")
        .replace('  - {when: {kind: refill, text: "inhaler|albuterol"}, to: Nursing}\n', "")
        .replace("    title: Please call us\n", "    title: Please ring us\n")
        .replace("urgent_channel: C0URGENT", "")
    )
    assert [str(change) for change in difference(old, read(text))] == [
        "card_detail: minimal -> full",
        "holidays.closed: 2026-12-24, 2026-12-31 -> 2026-12-24",
        "departments[Nursing].turnaround: 4h -> 6h",
        "staff[U0ALICE].title: RN -> NP",
        r"routes[1]: when kind refill, text inhaler|albuterol, to Nursing -> when text \bbill(ing|ed)?\b, portal main, to Front Desk",
        r"routes[2]: when text \bbill(ing|ed)?\b, portal main, to Front Desk -> when priority urgent, confidential false, to Nursing",
        "routes[3]: removed (was when priority urgent, confidential false, to Nursing)",
        "phrases[Visits / Please ring us]: new: notebook Visits, title Please ring us, text Hi {sender_first_name}, please call us at the front desk to find a time for {patient_first_name}. {my_name}, {practice}",
        "phrases[Visits / Please call us]: removed (was notebook Visits, title Please call us, text Hi {sender_first_name}, please call us at the front desk to find a time for {patient_first_name}. {my_name}, {practice})",
        "urgent_channel: removed (was C0URGENT)",
    ]
    two = with_department("  - {name: Front Desk, channel: C0F}\n  - {name: B, channel: C0G}\n")
    swapped = with_department("  - {name: B, channel: C0G}\n  - {name: Front Desk, channel: C0F}\n")
    assert [str(change) for change in difference(read(two), read(swapped))] == [
        "departments (order): Front Desk, B -> B, Front Desk"
    ]


def test_a_foreign_calendar_cannot_be_shown() -> None:
    """A practice that was not read from a file cannot pretend to have been."""
    from dataclasses import replace

    with pytest.raises(TypeError, match="read from a file"):
        show(replace(read(SMALL), calendar=object()))  # type: ignore[arg-type]


@settings(max_examples=300)
@given(st.text(st.characters(codec="utf-8"), max_size=200) | st.text("abc:-[]{}&*!#|>\"'\n ,", max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever stands in a file, the answer is a practice or faults."""
    examined = examine(text)
    assert (examined.practice is None) == bool(examined.faults)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.dates()
    | st.text(max_size=20)
    | st.sampled_from(["C0A", "U0A", "8h", "mon", "08:00-12:00", "Front Desk"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "channel", "when", "to", "text", "slack", "roles", "kinds", "mon", "country", "closed"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=400)
@given(key=st.sampled_from(practice.KEYS), value=VALUES)
def test_no_value_breaks_the_reader(key: str, value: object) -> None:
    """Whatever stands behind a setting, the answer is a practice that can be shown and read again, or faults."""
    examined = examine(yaml.safe_dump(yaml.safe_load(SMALL) | {key: value}, allow_unicode=True))
    if examined.practice is not None:
        assert read(show(examined.practice)) == examined.practice


def test_the_public_face() -> None:
    """What the package promises is there."""
    assert set(practice_file.__all__) <= set(dir(practice_file))
    assert phrase.TEXT_LIMIT == phrasebook.TEXT_LIMIT == 3000
    assert reading.NAME_LIMIT == phrasebook.NAME_LIMIT, "what a file says can be edited in Slack, whole"
