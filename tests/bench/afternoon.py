"""The afternoon bot: Flask and Bolt, posting inside the request, one row, no signature check, no outbox."""

from __future__ import annotations

import json
import sqlite3
import sys
import threading

from flask import Flask, request
from slack_bolt import App
from slack_sdk import WebClient
from waitress import serve


def afternoon(path: str, slack: str) -> Flask:
    """What a developer would write in a day."""
    client = WebClient(token="xoxb-bench", base_url=f"{slack}/api/")
    App(token="xoxb-bench", client=client, signing_secret="bench", token_verification_enabled=False)
    flask = Flask(__name__)
    database = sqlite3.connect(path, check_same_thread=False)
    database.execute("CREATE TABLE IF NOT EXISTS messages (id TEXT, text TEXT, ts TEXT)")
    lock = threading.Lock()

    @flask.post("/portal/main/events")
    def take():
        data = json.loads(request.data)["data"]
        text = data["body"]["text"]
        button = {"type": "button", "action_id": "card_reply", "text": {"type": "plain_text", "text": "Reply"}}
        posted = client.chat_postMessage(
            channel="C0CHANNEL0",
            text="New message",
            blocks=[
                {"type": "section", "text": {"type": "plain_text", "text": text}},
                {"type": "actions", "elements": [button | {"value": data["message_id"]}]},
            ],
        )
        with lock:
            database.execute("INSERT INTO messages VALUES (?, ?, ?)", (data["message_id"], text, posted["ts"]))
            database.commit()
        return {"status": "ok"}

    return flask


if __name__ == "__main__":
    port, path, slack = sys.argv[1:]
    serve(afternoon(path, slack), host="127.0.0.1", port=int(port), threads=8, _quiet=True)
