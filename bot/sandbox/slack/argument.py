"""Arguments of a Web API call, as they came by form, JSON or query, and read the way Slack reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.slack.refusal import Refusal, missing

TRUE, FALSE = frozenset({"true", "1", True}), frozenset({"false", "0", "", False, None})


class Args:
    """Named values with typed getters; a getter refuses what Slack would refuse."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list, bool)):
            raise Refusal("invalid_arguments", [f"must be a string [json-pointer:/{name}]"])
        return str(value)

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise missing(name)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.values.get(name, default)
        if isinstance(value, (dict, list)) or (value not in TRUE and value not in FALSE):
            raise Refusal("invalid_arguments", [f"must be a boolean [json-pointer:/{name}]"])
        return value in TRUE

    def whole(self, name: str, default: int, *, most: int) -> int:
        """A count between 1 and `most`."""
        value = self.values.get(name)
        if value in (None, ""):
            return default
        try:
            number = int(str(value))
        except ValueError:
            raise Refusal("invalid_arguments", [f"must be an integer [json-pointer:/{name}]"]) from None
        if not 1 <= number <= most:
            raise Refusal("invalid_limit")
        return number

    def json(self, name: str, error: str = "invalid_arguments") -> Any:
        """A structure: itself from a JSON body, parsed from a form field; None when it did not come."""
        value = self.values.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(error, [f"must be valid JSON [json-pointer:/{name}]"]) from None


async def arguments(request: web.Request) -> tuple[Args, str, str]:
    """The call's arguments, its token, and Slack's warning about the body's character set, if any."""
    values: dict[str, Any] = dict(request.query)
    warning = ""
    if request.method == "POST":
        if request.content_type == "application/json":
            warning = "" if request.charset else "missing_charset"
            values |= _parsed(await request.text())
        elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
            form = await request.post()
            values |= {name: value for name, value in form.items() if isinstance(value, str)}
        elif await request.read():
            raise Refusal("invalid_post_type")
    bearer, _, token = request.headers.get("Authorization", "").partition(" ")
    found = str(values.pop("token", ""))
    return Args(values), token.strip() if bearer.lower() == "bearer" else found, warning


def _parsed(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(found, dict):
        raise Refusal("json_not_object")
    return found
