"""The contract between portals and Portal Desk as OpenAPI 3.1; `python -m bot.portals.openapi --write DIRECTORY`."""

from __future__ import annotations

import argparse
import json
from functools import cache
from pathlib import Path
from typing import Any

from bot.portals.schema import components, documents, event_types, name_of

_REF = "#/components/schemas/{name}"
_YOURS = [{"url": "https://portal.example", "description": "Your server: what Portal Desk calls."}]
_SIGNED = (
    "Signed as in Standard Webhooks 1.0: `webhook-signature` is `v1,` and the base64 of the HMAC-SHA256 over "
    "`webhook-id.webhook-timestamp.` and the raw body; for a GET, over `GET /path` in place of the body."
)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, as `/openapi.json` serves it; it says the same as long as the code does."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Portal Desk: the portal contract", "version": "1", "description": _SIGNED},
        "servers": [{"url": "https://desk.example", "description": "Portal Desk at the practice."}],
        "security": [{"signature": []}],
        "tags": [
            {"name": "in", "description": "What a portal sends to Portal Desk."},
            {"name": "out", "description": "What Portal Desk sends to a portal. Only POST /v1/replies is required."},
        ],
        "paths": _in() | _out(),
        "components": {
            "schemas": components(_REF),
            "parameters": {name: _header(name, text) for name, text in _HEADERS.items()},
            "securitySchemes": {
                "signature": {"type": "apiKey", "in": "header", "name": "webhook-signature", "description": _SIGNED}
            },
        },
    }


_HEADERS = {
    "webhook-id": "`[A-Za-z0-9_-]{1,128}`, the same at every try of the same thing.",
    "webhook-timestamp": "Unix seconds of this try, digits only, within 300 s of the receiver's clock.",
    "webhook-signature": "`v1,` and base64, several separated by spaces; one match is enough.",
}


def _header(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}


def _signed() -> list[dict[str, Any]]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in _HEADERS]


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _json(*names: str) -> dict[str, Any]:
    schemas = [{"$ref": _REF.format(name=name)} for name in names]
    return {"application/json": {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}}


def _body(*names: str) -> dict[str, Any]:
    return {"required": True, "content": _json(*names)}


def _answer(text: str, name: str | None = None) -> dict[str, Any]:
    return {"description": text} | ({} if name is None else {"content": _json(name)})


def _problem(text: str, *, wait: bool = False) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": text,
        "content": {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}},
    }
    if wait:
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
    return answer


def _in() -> dict[str, Any]:
    events = _operation(
        "sendEvent",
        "in",
        "Tell that something happened in the portal",
        {
            "202": _answer("Stored, or quarantined: signed, but not usable, and shown to a person.", "Taken"),
            "200": _answer("Had it already: the same webhook-id and body, or the same message again.", "Taken"),
            "401": _problem("The signature or the time is wrong."),
            "404": _problem("No such portal is configured."),
            "409": _problem("This webhook-id came before with another body. Nothing was overwritten; people are told."),
            "413": _problem("The body is over 1 MiB."),
            "415": _problem("The body is not application/json, or is compressed."),
            "429": _problem("Too fast.", wait=True),
            "503": _problem("The database is away, or its disk is full; send the event again.", wait=True),
        },
    )
    events["requestBody"] = _body(*(name_of(event_type) for event_type in event_types()))
    events["requestBody"]["content"]["application/json"]["schema"]["discriminator"] = {
        "propertyName": "type",
        "mapping": {event_type: _REF.format(name=name_of(event_type)) for event_type in event_types()},
    }
    message = _operation(
        "getMessage",
        "in",
        "Ask what became of a message",
        {
            "200": _answer("State and delivery, without words.", "MessageReport"),
            "401": _problem("The signature or the time is wrong."),
            "404": _problem("No such portal, or no such message."),
            "503": _problem("The database is away.", wait=True),
        },
    )
    return {
        "/portal/{portal_id}/events": {"parameters": [_path("portal_id"), *_signed()], "post": events},
        "/portal/{portal_id}/messages/{message_id}": {
            "parameters": [_path("portal_id"), _path("message_id"), *_signed()],
            "get": message,
        },
    }


_OFF = "You have no such call; it is switched off for your portal, and fails nothing."
_TROUBLE = {
    "401": _answer("The signature is wrong: all replies to your portal stop until an admin looks."),
    "429": _answer("Wait as Retry-After says, at most an hour; then the same again."),
    "503": _answer("In trouble: the same comes again."),
}


def _out() -> dict[str, Any]:
    receipt = _answer("You have it. A replay of the key gives the same.", "ReplyAnswer")
    refused = _answer("Not taken, for good: staff are shown why, in words made from the status only.")
    reply_trouble = {"201": receipt, "200": receipt, "4XX": refused, **_TROUBLE}
    off = {"404": _answer(_OFF), "405": _answer(_OFF), "501": _answer(_OFF)}
    key = _header("Idempotency-Key", "The reply id as a quoted string: the same key never shows a family two answers.")
    replies = _operation("takeReply", "out", "Take an answer to a family (required)", reply_trouble)
    decisions = _operation("takeDecision", "out", "Take a decision without words", reply_trouble | off)
    state = _operation("takeState", "out", "Hear how far a message is", {"200": _answer("Heard.")} | off | _TROUBLE)
    asked = {
        "200": _answer("You have it.", "ReplyAnswer"),
        "404": _problem("You do not have it. The body must be JSON."),
    }
    attachment = {"200": _answer("The file's bytes, in its media type."), **off}
    return {
        "/v1/replies": _yours("post", replies, "OutgoingReply", key, *_signed()),
        "/v1/replies/{reply_id}": _yours(
            "get", _operation("findReply", "out", "Did you get it?", asked), None, _path("reply_id"), *_signed()
        ),
        "/v1/decisions": _yours("post", decisions, "OutgoingDecision", key, *_signed()),
        "/v1/messages/{message_id}/state": _yours("put", state, "StateChange", _path("message_id"), *_signed()),
        "/v1/attachments/{attachment_id}": _yours(
            "get",
            _operation("getAttachment", "out", "Give a file", attachment),
            None,
            _path("attachment_id"),
            *_signed(),
        ),
    }


def _operation(name: str, tag: str, summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    return {"operationId": name, "tags": [tag], "summary": summary, "responses": responses}


def _yours(method: str, operation: dict[str, Any], body: str | None, *parameters: dict[str, Any]) -> dict[str, Any]:
    if body is not None:
        operation["requestBody"] = _body(body)
    return {"servers": _YOURS, "parameters": list(parameters), method: operation}


def write(directory: Path) -> list[Path]:
    """Write `openapi.json` and `schemas/*.schema.json`; the files written."""
    files = {directory / "openapi.json": document()}
    files |= {directory / "schemas" / name: schema for name, schema in documents().items()}
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return list(files)


def main(arguments: list[str] | None = None) -> None:
    """Print the document, or write it with the schemas."""
    parser = argparse.ArgumentParser(prog="python -m bot.portals.openapi", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="DIRECTORY", help="for example docs/portal-contract")
    directory = parser.parse_args(arguments).write
    if directory is None:
        print(json.dumps(document(), indent=2, ensure_ascii=False))  # noqa: T201 - a command's output
        return
    for path in write(directory):
        print(path)  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
