"""Settings are right as a whole or refused as a whole, in words that name variables and never secrets."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.settings import DEFAULTS, NEEDS, PortalSettings, Settings, SettingsWrong, dotenv, load, read

ROOT = Path(__file__).parent.parent
DOCS = (ROOT / "docs/settings.md").read_text(encoding="utf-8")


def whsec(size: int = 32, letter: str = "k") -> str:
    return "whsec_" + base64.b64encode(letter.encode() * size).decode()


KEY = base64.b64encode(b"x" * 32).decode()
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-CANARY-bot",
    "SLACK_APP_TOKEN": "xapp-1-CANARY-app",
    "PORTALDESK_PORTAL_MAIN_URL": "https://portal.example.org/desk/",
    "PORTALDESK_PORTAL_MAIN_SECRETS": whsec(),
}


def told(env: Mapping[str, str], **arguments: object) -> list[str]:
    """The faults of an environment, as one line each."""
    with pytest.raises(SettingsWrong) as wrong:
        read(env, **arguments)
    return [str(fault) for fault in wrong.value.faults]


def test_a_good_environment() -> None:
    """What is set is there in its type, what is not has the documented default."""
    found = read(GOOD)
    assert found == Settings(
        slack_bot_token="xoxb-CANARY-bot",
        slack_app_token="xapp-1-CANARY-app",
        portals=(PortalSettings(id="main", url="https://portal.example.org/desk", secrets=(b"k" * 32,)),),
    )
    assert (found.http, found.database, found.log, found.log_level) == (("127.0.0.1", 8300), "sqlite", "json", "INFO")
    assert found.database_file == Path("portaldesk.db")
    assert found.portals[0].mode == "idempotent"
    assert found.warnings == ()


def test_settings_are_frozen() -> None:
    """Nobody changes a setting at run time."""
    with pytest.raises(FrozenInstanceError):
        read(GOOD).log = "text"  # type: ignore[misc]


def test_all_faults_at_once() -> None:
    """One start tells everything that is wrong."""
    env = {
        "SLACK_BOT_TOKEN": "xoxp-1",
        "PORTALDESK_HTTP": "8300",
        "PORTALDESK_DATABASE_URL": "mysql://x",
        "PORTALDESK_PORTAL_MAIN_URL": "http://portal.example.org",
        "PORTALDESK_LOG": "xml",
    }
    assert [line.split(":")[0] for line in told(env)] == [
        "PORTALDESK_DATABASE_URL",
        "SLACK_BOT_TOKEN",
        "PORTALDESK_HTTP",
        "PORTALDESK_PORTAL_MAIN_URL",
        "PORTALDESK_PORTAL_MAIN_SECRETS",
        "PORTALDESK_LOG",
        "SLACK_APP_TOKEN",
    ]


def test_an_empty_environment() -> None:
    """Nothing set: the three things that nothing can stand for are named."""
    assert told({}) == [
        "PORTALDESK_PORTAL_<ID>_URL: No portal is set. At least one portal: PORTALDESK_PORTAL_MAIN_URL and PORTALDESK_PORTAL_MAIN_SECRETS.",
        "SLACK_BOT_TOKEN: It is not set. xoxb-...: your app's page at api.slack.com, OAuth & Permissions.",
        "SLACK_APP_TOKEN: It is not set. SLACK_APP_TOKEN (xapp-..., Socket Mode), or SLACK_SIGNING_SECRET if Slack posts to us.",
    ]


WRONG = [
    ("SLACK_BOT_TOKEN", "xapp-1-CANARY", "It looks like an app token (SLACK_APP_TOKEN). It begins with xoxb-"),
    ("SLACK_BOT_TOKEN", "xoxp-CANARY", "It looks like a person's token."),
    ("SLACK_BOT_TOKEN", "xoxe-CANARY", "It looks like a refresh token."),
    ("SLACK_BOT_TOKEN", '"xoxb-CANARY"', "It has quotation marks around it."),
    ("SLACK_BOT_TOKEN", "xoxb-CANARY 1", "It looks like a bot token"),
    ("SLACK_BOT_TOKEN", "CANARY", "It does not look like one."),
    ("SLACK_APP_TOKEN", "xoxb-CANARY", "It looks like a bot token (SLACK_BOT_TOKEN). It begins with xapp-"),
    ("SLACK_APP_TOKEN", "CANARY", "It does not look like one."),
    ("SLACK_SIGNING_SECRET", "xoxb-CANARY-CANARY-CANARY", "It looks like a bot token"),
    ("SLACK_SIGNING_SECRET", "CANARY", "It does not look like one. 32 letters and digits"),
    ("SLACK_API_URL", "slack.com/api", "This is no http or https address. An address such as https://slack.com/api/."),
    ("SLACK_API_URL", "ftp://slack.com/api", "This is no http or https address."),
    ("SLACK_API_URL", "https://slack.com:x/api", "This is no address."),
    ("SLACK_API_URL", "https://CANARY:CANARY@slack.com/api", "The address holds a user or password."),
    ("SLACK_API_URL", "https://slack.com/api?x=CANARY", "The address goes on with ? or #."),
    ("SLACK_API_URL", "https:///api", "This is no http or https address."),
    ("PORTALDESK_DATABASE_URL", "portaldesk.db", "This is no database address. sqlite:///portaldesk.db"),
    ("PORTALDESK_DATABASE_URL", "sqlite://", "No file is named."),
    ("PORTALDESK_DATABASE_URL", "sqlite:///", "No file is named."),
    ("PORTALDESK_DATABASE_URL", "sqlite:///:memory:", "No file is named."),
    ("PORTALDESK_DATABASE_URL", "sqlite:///folder/", "No file is named."),
    ("PORTALDESK_DATABASE_URL", "sqlite://portaldesk.db", "No file is named. sqlite:///portaldesk.db (in this folder)"),
    ("PORTALDESK_DATABASE_URL", "sqlite:///a.db?mode=ro", "SQLite takes no options here."),
    ("PORTALDESK_DATABASE_URL", "postgres://u:CANARY@h/d", '"postgres" is no database we know. Write postgresql://.'),
    ("PORTALDESK_DATABASE_URL", "mysql://u:CANARY@h/d", '"mysql" is no database we know.'),
    ("PORTALDESK_DATABASE_URL", "postgresql+asyncpg://u:CANARY@h/d", '"postgresql+asyncpg" is no database we know.'),
    ("PORTALDESK_DATABASE_URL", "postgresql://u:CANARY@h", "No database is named."),
    ("PORTALDESK_DATABASE_URL", "postgresql://u:CAN/ARY@h:5432/d", "Host or port cannot be read."),
    ("PORTALDESK_DATABASE_URL", "postgresql://u:CANARY@h:x/d", "Host or port cannot be read."),
    ("PORTALDESK_HTTP", "8300", "This is no host:port. host:port, such as 127.0.0.1:8300"),
    ("PORTALDESK_HTTP", ":8300", "This is no host:port."),
    ("PORTALDESK_HTTP", "localhost", "This is no host:port."),
    ("PORTALDESK_HTTP", "localhost:99999", "This is no host:port."),
    ("PORTALDESK_HTTP", "localhost:-1", "This is no host:port."),
    ("PORTALDESK_HTTP", "http://localhost:8300", "The host cannot be one."),
    ("PORTALDESK_HTTP", "::1:8300", "The host cannot be one."),
    ("PORTALDESK_HTTP", "[1.2.3.4]:8300", "The host cannot be one."),
    ("PORTALDESK_HTTP", "[x]:8300", "The host cannot be one."),
    ("PORTALDESK_PRACTICE", "/nowhere/practice.yaml", "There is no such file."),
    ("PORTALDESK_PRACTICE", "~nobody-of-this-name/practice.yaml", "There is no such file."),
    ("PORTALDESK_PORTAL_MAIN_URL", "portal.example.org", "This is no http or https address."),
    ("PORTALDESK_PORTAL_MAIN_URL", "http://portal.example.org", "families' words would travel in clear."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://localhost", "The address is loopback or private."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://a.localhost.", "The address is loopback or private."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://127.0.0.1", "The address is loopback or private."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://10.1.2.3", "The address is loopback or private."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://169.254.169.254", "The address is loopback or private."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://[::1]", "The address is loopback or private."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://[fd00::1]", "The address is loopback or private."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://2130706433", "The address is loopback or private."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://0x7f.1", "The address is loopback or private."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://127.0.0.0x1", "The address is loopback or private."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://a.example\\@b.example", "This is no http or https address."),
    ("PORTALDESK_PORTAL_MAIN_URL", "https://u:CANARY@portal.example.org", "The address holds a user or password."),
    ("PORTALDESK_PORTAL_MAIN_SECRETS", "CANARY", "Secret 1 does not begin with whsec_."),
    ("PORTALDESK_PORTAL_MAIN_SECRETS", f"{whsec()},CANARY", "Secret 2 does not begin with whsec_."),
    ("PORTALDESK_PORTAL_MAIN_SECRETS", "whsec_CANARY!", "Secret 1 is not base64 after whsec_."),
    ("PORTALDESK_PORTAL_MAIN_SECRETS", "whsec_é", "Secret 1 is not base64 after whsec_."),
    ("PORTALDESK_PORTAL_MAIN_SECRETS", whsec(23), "Secret 1 has 23 bytes."),
    ("PORTALDESK_PORTAL_MAIN_SECRETS", whsec(65), "Secret 1 has 65 bytes."),
    ("PORTALDESK_PORTAL_MAIN_SECRETS", f"{whsec()},{whsec(32, chr(0))}", "Secret 2 is all zeros."),
    ("PORTALDESK_PORTAL_MAIN_SECRETS", " , ,", "There is no secret."),
    ("PORTALDESK_PORTAL_MAIN_REPLIES", "idempotnt", '"idempotnt" is not known. One of idempotent, lookup, neither.'),
    ("PORTALDESK_KEYS", KEY, "Key 1 has no id."),
    ("PORTALDESK_KEYS", f"k1:{KEY},k2:CANARY", "Key 2 is not base64 of 32 bytes."),
    ("PORTALDESK_KEYS", f"k1:{KEY},k1:{KEY}", "Key 2 has the id of an earlier one."),
    ("PORTALDESK_KEYS", ",", "There is no key."),
    ("PORTALDESK_ALLOW_PRIVATE_NETWORK", "maybe", '"maybe" is neither on nor off.'),
    ("PORTALDESK_LOG", "xml", '"xml" is not known. One of json, text.'),
    ("PORTALDESK_LOG_LEVEL", "LOUD", '"LOUD" is not known. One of DEBUG, INFO, WARNING, ERROR, CRITICAL.'),
]


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_one_wrong_value(name: str, value: str, expected: str) -> None:
    """Each wrong value is told by its variable's name, and its words repeat no secret."""
    lines = told({**GOOD, name: value})
    assert [line for line in lines if line.startswith(f"{name}: {expected}") or expected in line], lines
    assert len(lines) == 1
    assert "CANARY" not in "".join(lines)
    assert KEY not in "".join(lines)


RIGHT = [
    ("SLACK_BOT_TOKEN", "xoxe.xoxb-1-abc", "slack_bot_token", "xoxe.xoxb-1-abc"),
    ("SLACK_BOT_TOKEN", "  xoxb-abc\n", "slack_bot_token", "xoxb-abc"),
    ("SLACK_API_URL", "https://slack-gov.com/api", "slack_api_url", "https://slack-gov.com/api/"),
    ("SLACK_API_URL", "http://127.0.0.1:8410/api///", "slack_api_url", "http://127.0.0.1:8410/api/"),
    ("PORTALDESK_DATABASE_URL", "sqlite:////var/lib/desk.db", "database_file", Path("/var/lib/desk.db")),
    ("PORTALDESK_DATABASE_URL", "sqlite:///data/my%20desk.db", "database_file", Path("data/my desk.db")),
    ("PORTALDESK_HTTP", "0.0.0.0:80", "http", ("0.0.0.0", 80)),
    ("PORTALDESK_HTTP", "localhost:0", "http", ("localhost", 0)),
    ("PORTALDESK_HTTP", "[::1]:8300", "http", ("::1", 8300)),
    (
        "PORTALDESK_PRACTICE",
        str(ROOT / "docs/examples/practice.yaml"),
        "practice",
        ROOT / "docs/examples/practice.yaml",
    ),
    ("PORTALDESK_LOG", "TEXT", "log", "text"),
    ("PORTALDESK_LOG_LEVEL", "debug", "log_level", "DEBUG"),
    ("PORTALDESK_KEYS", f"k2:{KEY}, k1:{KEY}", "keys", f"k2:{KEY}, k1:{KEY}"),
    ("PORTALDESK_ALLOW_PRIVATE_NETWORK", "YES", "allow_private_network", True),
    ("PORTALDESK_ALLOW_PRIVATE_NETWORK", "", "allow_private_network", False),
]


@pytest.mark.parametrize(("name", "value", "field", "expected"), RIGHT)
def test_one_right_value(name: str, value: str, field: str, expected: object) -> None:
    """Each shape that is right is taken, in its normal form."""
    assert getattr(read({**GOOD, name: value}), field) == expected


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@db.example.org:5432/desk",
        "postgresql+psycopg://u:p%40@db/desk?sslmode=require",
        "postgresql://postgres:@/postgres?host=/run/postgresql",
        "postgresql:///desk",
    ],
)
def test_postgresql_needs_keys(url: str) -> None:
    """PostgreSQL is spoken to with psycopg, and demands encryption keys: there is no folder beside it for a key file."""
    env = {**GOOD, "PORTALDESK_DATABASE_URL": url}
    assert told(env)[0].startswith("PORTALDESK_KEYS: It is not set. With PostgreSQL")
    found = read({**env, "PORTALDESK_KEYS": f"k1:{KEY}"})
    assert found.database_url == "postgresql+psycopg://" + url.partition("://")[2]
    assert (found.database, found.database_file) == ("postgresql", None)
    assert read(env, needs={"database"}).database == "postgresql"


def test_portals_are_grouped_by_id() -> None:
    """Each portal has its address, its keys in order and what it can do; ids are in lower case."""
    found = read(
        {
            **GOOD,
            "PORTALDESK_PORTAL_EAST_2_URL": "https://east.example.org",
            "PORTALDESK_PORTAL_EAST_2_SECRETS": f"{whsec(24, 'n')},{whsec(64, 'o')}, {whsec(24, 'n')}",
            "PORTALDESK_PORTAL_EAST_2_REPLIES": "Lookup",
        }
    )
    assert [(portal.id, portal.mode) for portal in found.portals] == [("east_2", "lookup"), ("main", "idempotent")]
    assert found.portals[0].secrets == (b"n" * 24, b"o" * 64)


@pytest.mark.parametrize("missing", ["URL", "SECRETS"])
def test_half_a_portal_is_a_fault(missing: str) -> None:
    """A portal with an address and no secret, or the other way, is told by the name that is missing."""
    name = f"PORTALDESK_PORTAL_MAIN_{missing}"
    assert told({**GOOD, name: ""})[0].startswith(f"{name}: It is not set.")


def test_a_private_network_must_be_allowed() -> None:
    """For trials, loopback and plain http are let in by one switch."""
    env = {**GOOD, "PORTALDESK_PORTAL_MAIN_URL": "http://127.0.0.1:8500"}
    assert "PORTALDESK_ALLOW_PRIVATE_NETWORK=on" in told(env)[0]
    assert read({**env, "PORTALDESK_ALLOW_PRIVATE_NETWORK": "on"}).portals[0].url == "http://127.0.0.1:8500"


def test_http_mode() -> None:
    """A signing secret instead of an app token means that Slack posts to us."""
    env = {key: value for key, value in GOOD.items() if key != "SLACK_APP_TOKEN"}
    found = read({**env, "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef"})
    assert (found.slack_app_token, found.slack_signing_secret) == (None, "0123456789abcdef0123456789abcdef")


def test_a_command_needs_only_what_it_uses() -> None:
    """A backup runs without a Slack token, and a misspelt one is a warning then, not the end."""
    assert read({}, needs={"database", "keys"}).slack_bot_token is None
    found = read({"SLACK_BOT_TOKEN": "xoxp-CANARY", "PORTALDESK_HTTP": "nowhere"}, needs={"database"})
    assert [warning.variable for warning in found.warnings] == ["SLACK_BOT_TOKEN", "PORTALDESK_HTTP"]
    assert found.slack_bot_token is None
    assert told({}, needs={"slack"})[0].startswith("SLACK_BOT_TOKEN")
    with pytest.raises(ValueError, match="needs are among"):
        read({}, needs={"slak"})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PORTALDESK_DATABASE_URI", "Did you mean PORTALDESK_DATABASE_URL?"),
        ("PORTALDESK_LOGLEVEL", "Did you mean PORTALDESK_LOG_LEVEL?"),
        ("PORTALDESK_PORTAL_MAIN_SECRET", "Did you mean PORTALDESK_PORTAL_MAIN_SECRETS?"),
        ("PORTALDESK_PORTAL_main_URL", "Did you mean PORTALDESK_PORTAL_MAIN_URL?"),
        ("PORTALDESK_ZZZZZZZZZZZZZZZZZZZZZZZ", "docs/settings.md lists all settings."),
    ],
)
def test_unknown_variables_are_warned_about(name: str, meant: str) -> None:
    """A misspelt variable has no effect, and says so with the name that was probably meant."""
    warnings = read({**GOOD, name: "CANARY"}).warnings
    assert [(w.variable, w.what_is_wrong, w.what_would_be_right) for w in warnings] == [
        (name, "It is not a setting, and does nothing.", meant)
    ]


def test_a_near_miss_of_what_is_missing_is_named() -> None:
    """A required variable that is missing beside one that looks like it: probably a typing mistake."""
    env = {key: value for key, value in GOOD.items() if key != "SLACK_BOT_TOKEN"}
    assert "Is SLACK_BOT_TOKN meant for it?" in told({**env, "SLACK_BOT_TOKN": "xoxb-CANARY"})[0]


def test_other_warnings() -> None:
    """What works but is probably not meant is told and refuses nothing."""
    env = {
        **GOOD,
        "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
        "SLACK_API_URL": "http://slack.example.org/api/",
        "PORTALDESK_PORTAL_TWO_URL": "https://two.example.org",
        "PORTALDESK_PORTAL_TWO_SECRETS": whsec(),
    }
    assert [w.variable for w in read(env).warnings] == [
        "SLACK_SIGNING_SECRET",
        "SLACK_API_URL",
        "PORTALDESK_PORTAL_TWO_SECRETS",
    ]


def test_no_representation_shows_a_secret() -> None:
    """Neither repr nor str nor an f-string of the settings holds a token, a key, a secret or a password."""
    found = read(
        {
            **GOOD,
            "SLACK_SIGNING_SECRET": "CANARYCANARYCANARYCANARY",
            "PORTALDESK_KEYS": f"k1:{KEY}",
            "PORTALDESK_DATABASE_URL": "postgresql://u:CANARY@h/d",
        }
    )
    for text in (repr(found), str(found), f"{found}", repr(found.portals), str(found.warnings)):
        assert "CANARY" not in text
        assert KEY not in text
        assert "kkkk" not in text


class Watched(dict[str, str]):
    """An environment that remembers which names were asked for."""

    asked: set[str]

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.asked.add(key)
        return super().get(key, default)


def rows() -> Iterator[tuple[str, str]]:
    for line in DOCS.splitlines():
        if match := re.fullmatch(r"\| `([A-Z_<>]+[A-Z>_]+)` \|.*\|([^|]*)\|", line):
            yield match[1], match[2].strip()


def test_every_setting_is_documented_and_nothing_else() -> None:
    """docs/settings.md has one row for each variable that is read, with its default, and none for any other."""
    assert [name for name, _ in rows()] == list(DEFAULTS)
    env = Watched(GOOD)
    env.asked = set()
    read(env)
    assert {name.replace("_MAIN_", "_<ID>_") for name in env.asked} == set(DEFAULTS)
    for name, default in rows():
        expected = DEFAULTS[name]
        assert default == f"`{expected}`" if expected else not default.startswith("`")


def test_the_documented_environment_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's example is a .env that is right once it has a secret of one's own; as it is it starts nothing."""
    block = re.search(r"```sh\n(.*?)```", DOCS, re.DOTALL)
    assert block
    monkeypatch.chdir(ROOT)
    (tmp_path / ".env").write_text(block[1])
    with pytest.raises(SettingsWrong) as wrong:
        load(folder=tmp_path)
    assert [fault.variable for fault in wrong.value.faults] == ["PORTALDESK_PORTAL_MAIN_SECRETS"]
    (tmp_path / ".env").write_text(block[1].replace("whsec_...", whsec()))
    found = load(folder=tmp_path)
    assert (found.warnings, found.portals[0].id) == ((), "main")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """.env is read, what the environment says stands above it."""
    (tmp_path / ".env").write_text("PORTALDESK_HTTP=127.0.0.1:1\nPORTALDESK_LOG=text\n")
    monkeypatch.setenv("PORTALDESK_HTTP", "127.0.0.1:2")
    monkeypatch.chdir(tmp_path)
    found = load(needs={"http"})
    assert (found.http, found.log) == (("127.0.0.1", 2), "text")


def test_dotenv_takes_secrets_as_they_are(tmp_path: Path) -> None:
    """A dollar in a secret stays a dollar, quotes and comments are understood, a lone name sets nothing."""
    (tmp_path / ".env").write_text("\ufeff# hello\nA=p$HOME\nB='x # y'\nexport C=1 # z\nD\nE=\n", encoding="utf-8")
    assert dotenv(tmp_path) == ({"A": "p$HOME", "B": "x # y", "C": "1", "E": ""}, [])


def test_a_broken_line_in_dotenv_is_told_with_the_rest(tmp_path: Path) -> None:
    """A line that cannot be read is a fault beside the others, by its number and without its text."""
    (tmp_path / ".env").write_text('PORTALDESK_HTTP=x\nA="CANARY\nthis is CANARY = no\n')
    with pytest.raises(SettingsWrong) as wrong:
        load(needs={"http"}, folder=tmp_path)
    assert "PORTALDESK_HTTP" in str(wrong.value)
    assert ".env, line 2: The line cannot be read." in str(wrong.value)
    assert "CANARY" not in str(wrong.value)


def test_a_dotenv_that_is_no_text(tmp_path: Path) -> None:
    """A file of other bytes is a fault, no traceback; none at all is fine."""
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    assert [fault.variable for fault in dotenv(tmp_path)[1]] == [".env"]
    assert dotenv(tmp_path / "nowhere") == ({}, [])


@settings(max_examples=300)
@given(
    name=st.sampled_from([name.replace("<ID>", "MAIN") for name in DEFAULTS]),
    value=st.text(st.characters(codec="utf-8"), max_size=60)
    | st.text("xobpaw-:/[]@.%0123", max_size=40)
    | st.builds(
        "".join,
        st.tuples(st.sampled_from(["https://", "postgresql://", "sqlite:///", "whsec_", "k:"]), st.text(max_size=30)),
    ),
)
def test_no_value_breaks_the_reader(name: str, value: str) -> None:
    """Whatever stands in a variable, the answer is settings or faults, never another error."""
    try:
        read({**GOOD, name: value})
    except SettingsWrong as wrong:
        assert wrong.faults  # noqa: PT017 - either outcome is right, a third is not


def test_the_needs_are_the_fields_groups() -> None:
    """Each need is known, and every field of Settings has a default, so that tests can build one."""
    assert {"slack", "portals", "database", "keys", "http", "practice"} == NEEDS
    assert (Settings().slack_pace, Settings().press_within) == (1.0, 2.5)
    assert len(fields(Settings)) == 15
