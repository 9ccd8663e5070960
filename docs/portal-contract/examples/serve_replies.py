"""Take replies from Portal Desk: python serve_replies.py PORT SECRET DATABASE. Needs Python 3.11, nothing else.

What matters here: the signature is checked over the raw bytes, and the reply, its answer and its key are stored in
one transaction, so that the same key is shown to the family once, whatever is sent twice or breaks in between.
"""
# ruff: noqa: INP001, T201 - a script to copy

import base64
import hashlib
import hmac
import json
import sqlite3
import sys
import time
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TABLE = "create table if not exists reply (key text primary key, body_sha256 text, body blob, answer text)"


def believed(secret: str, headers: Message, content: bytes) -> bool:
    """Whether Portal Desk signed this, within five minutes (Standard Webhooks 1.0)."""
    webhook_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{webhook_id}.{timestamp}.".encode() + content, hashlib.sha256)
    good = b"v1," + base64.b64encode(mac.digest())
    given = headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(one, good) for one in given)


def take(database: str, key: str, body: bytes) -> tuple[int, dict]:
    """Store a reply once; the same key and bytes give the same answer, the same key with other bytes 422."""
    digest = hashlib.sha256(body).hexdigest()
    with sqlite3.connect(database, isolation_level=None) as rows:
        rows.execute("begin immediate")  # two tries at once wait for each other here
        known = rows.execute("select body_sha256, answer from reply where key = ?", (key,)).fetchone()
        if known:
            return (200, json.loads(known[1])) if known[0] == digest else (422, {"title": "key used with another body"})
        answer = {"reply_id": key, "portal_message_id": "pm-" + digest[:12], "status": "accepted"}
        rows.execute("insert into reply values (?, ?, ?, ?)", (key, digest, body, json.dumps(answer)))
    return 201, answer


def find(database: str, key: str) -> tuple[int, dict]:
    """What GET /v1/replies/{reply_id} answers: the receipt, or a 404 in JSON."""
    with sqlite3.connect(database) as rows:
        known = rows.execute("select answer from reply where key = ?", (key,)).fetchone()
    return (200, json.loads(known[0])) if known else (404, {"title": "no such reply"})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    secret = database = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not believed(self.secret, self.headers, body):
            return self.answer(401, {"title": "the signature or the time is wrong"})
        if self.path != "/v1/replies":
            return self.answer(404, {"title": "no such call"})
        key = self.headers.get("Idempotency-Key", "").strip('"')
        if not key or key != json.loads(body)["reply_id"]:
            return self.answer(400, {"title": "the key is not the reply id"})
        return self.answer(*take(self.database, key, body))

    def do_GET(self) -> None:
        if not believed(self.secret, self.headers, f"GET {self.path}".encode()):
            return self.answer(401, {"title": "the signature or the time is wrong"})
        return self.answer(*find(self.database, self.path.rpartition("/")[2]))

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return self.answer(404, {"title": "no such call"})

    def answer(self, status: int, content: dict) -> None:
        raw = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if status < 400 else "application/problem+json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Never log what families or staff write."""


if __name__ == "__main__":
    port, Handler.secret, Handler.database = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    with sqlite3.connect(Handler.database) as opened:
        opened.execute(TABLE)
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"replies are taken at http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
