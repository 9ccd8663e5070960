"""The demo's world holds together: its people, its channels, its families, its morning."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import yaml

from bot.sandbox.scenario import PEOPLE, morning, parents, practice_yaml_path, slack_config

SCHEMA = Path(__file__).parents[3] / "docs" / "portal-contract" / "schemas" / "message-created.schema.json"
NOW = datetime(2026, 11, 24, 14, 26, tzinfo=UTC)


def test_the_morning_is_the_contract_s():
    """Every event is what the product's own schema asks for."""
    judge = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for event in morning(NOW):
        assert list(judge.iter_errors(event)) == [], event["data"]["message_id"]


def test_the_morning_has_what_a_visitor_should_meet():
    """Urgent ones, Spanish, siblings, a teenager's secret, files, an unverified proxy, a long one, two in a thread, HTML."""
    data = [event["data"] for event in morning(NOW)]
    bodies = [one["body"] for one in data]
    assert sum(body["lang"] == "es" for body in bodies) == 2
    assert any(one["priority"] == "urgent" for one in data)
    assert any("can't catch his breath" in body["text"] for body in bodies)
    assert [one["sender"]["relationship"] for one in data if one["confidential"]] == ["self"]
    assert any(one["attachments"] for one in data)
    assert any(not one["sender"]["proxy_verified"] for one in data)
    assert max(len(body["text"]) for body in bodies) > 1000
    assert any(body["format"] == "html" for body in bodies)
    assert any("🌼" in body["text"] for body in bodies)
    assert next(one["in_reply_to"] for one in data if one["thread_id"] == "t-ears") is None
    assert len({one["patient"]["id"] for one in data if one["sender"]["portal_user_id"] == "pu-77"}) == 2


def test_ages_from_five_weeks_to_seventeen_years():
    """Birth dates are counted back from the day of the demo."""
    days = sorted((NOW.date() - date.fromisoformat(one["birth_date"])).days for one in parents(NOW)["patients"])
    assert days[0] == 35
    assert days[-1] // 365.25 == 17


def test_telephone_numbers_are_fiction_s():
    """Nobody's real number: 555-01xx only."""
    for account in parents(NOW)["accounts"]:
        assert account.get("phone", "+15550100").startswith("+15550100")


def test_the_practice_file_and_the_workspace_agree():
    """Each department's channel and each person of the practice file exists in the workspace."""
    practice = yaml.safe_load(practice_yaml_path().read_text(encoding="utf-8"))
    slack = slack_config()
    channels = {one["id"]: one for one in slack["channels"]}
    people = {one["id"] for one in slack["users"]}
    assert {one["slack"] for one in practice["staff"]} == people == {one["id"] for one in PEOPLE}
    for department in practice["departments"]:
        assert channels[department["channel"]]["bot_is_member"]
        assert department["escalate_to"] in people
    kinds = [kind for department in practice["departments"] for kind in department["kinds"]]
    assert sorted(kinds) == ["appointment", "general", "insurance", "referral", "refill"]
    for person in practice["staff"]:
        assert any(person["slack"] in channel["members"] for channel in slack["channels"])
