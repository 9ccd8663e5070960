"""Bad requests to `POST /portal/{portal_id}/events`, as data: each one breaks one rule and has its name."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

SECRET = "whsec_" + base64.b64encode(b"the secret of portal main, 1234!").decode()
RETIRED = "whsec_" + base64.b64encode(b"the secret of the year before 1!").decode()
LIMIT = 1024 * 1024  # bytes of a body (CONTRACT section 5)
EVENTS = "/portal/main/events"

_SPEC = "standard-webhooks 1.0"
_CONTRACT = "CONTRACT 5"
_T1 = "reliability-security T1"
_PORTALS = "portals 2.2"

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """When and with which secret a request is made; `id` is unique to it."""

    id: str
    now: int
    secret: str = SECRET


@dataclass(frozen=True, kw_only=True)
class BadRequest:
    """One bad request. `first`: a good body that is sent before under the same id. `reason`: why it is unusable (202)."""

    name: str
    status: int
    source: str
    headers: Callable[[Scene, bytes], Headers]
    body: Callable[[Scene], bytes]
    method: str = "POST"
    path: str = EVENTS
    chunked: bool = False
    first: bool = False
    reason: str = ""

    def scene(self, now: int) -> Scene:
        """The scene at `now` (Unix seconds)."""
        return Scene(id="bad-" + hashlib.sha256(self.name.encode()).hexdigest()[:24], now=now)

    def wire(self, now: int, *, host: str = "127.0.0.1") -> bytes:
        """The whole request as HTTP/1.1 bytes: write them to a socket; the connection closes after the answer."""
        scene = self.scene(now)
        body = self.body(scene)
        lines = [f"{self.method} {self.path} HTTP/1.1".encode(), b"Host: " + host.encode(), b"Connection: close"]
        lines += [name + b": " + value for name, value in self.headers(scene, body)]
        if self.chunked:
            lines.append(b"Transfer-Encoding: chunked")
            parts = [body[start : start + 65536] for start in range(0, len(body), 65536)]
            framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        else:
            lines.append(b"Content-Length: %d" % len(body))
            framed = body
        return b"\r\n".join(lines) + b"\r\n\r\n" + framed

    def first_wire(self, now: int, *, host: str = "127.0.0.1") -> bytes:
        """The good request that goes before, where `first` says so: expect 202."""
        good = BadRequest(name=self.name, status=202, source="", headers=signed(), body=good_body)
        return good.wire(now, host=host)


def key_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))


def mac(key: bytes, content: bytes, digest: str = "sha256") -> bytes:
    return hmac.new(key, content, digest).digest()


def content(scene: Scene, body: bytes) -> bytes:
    return f"{scene.id}.{scene.now}.".encode() + body


def signature(scene: Scene, body: bytes) -> bytes:
    return b"v1," + base64.b64encode(mac(key_of(scene.secret), content(scene, body)))


def good_event(message_id: str = "m-bad-1") -> dict:
    return {
        "type": "portal.message.created",
        "timestamp": "2026-11-22T19:04:11Z",
        "data": {
            "message_id": message_id,
            "subject": "Question",
            "body": {"format": "plain", "text": "Is the office open on Friday?"},
            "sender": {"portal_user_id": "pu-77"},
        },
    }


def good_body(scene: Scene) -> bytes:
    return json.dumps(good_event("m-" + scene.id)).encode()


def good_headers(scene: Scene, body: bytes) -> dict[bytes, bytes]:
    return {
        b"Content-Type": b"application/json",
        b"webhook-id": scene.id.encode(),
        b"webhook-timestamp": str(scene.now).encode(),
        b"webhook-signature": signature(scene, body),
    }


def signed(**changes: Callable[[Scene, bytes], bytes] | bytes | None) -> Callable[[Scene, bytes], Headers]:
    """Good headers, some of them changed (`webhook_id=`), left out (None) or made from scene and body."""

    def build(scene: Scene, body: bytes) -> Headers:
        headers = good_headers(scene, body)
        for name, change in changes.items():
            wire_name = next(
                (n for n in headers if n.lower() == name.replace("_", "-").encode()), name.replace("_", "-").encode()
            )
            if change is None:
                headers.pop(wire_name, None)
            else:
                headers[wire_name] = change(scene, body) if callable(change) else change
        return list(headers.items())

    return build


def signed_anew(*, id: str | None = None, timestamp: str | None = None) -> Callable[[Scene, bytes], Headers]:
    """Headers with another id or timestamp, and a signature that is good over them."""

    def build(scene: Scene, body: bytes) -> Headers:
        given = (scene.id if id is None else id).encode()
        stamp = (str(scene.now) if timestamp is None else timestamp).encode()
        made = base64.b64encode(mac(key_of(scene.secret), given + b"." + stamp + b"." + body))
        return [
            (b"Content-Type", b"application/json"),
            (b"webhook-id", given),
            (b"webhook-timestamp", stamp),
            (b"webhook-signature", b"v1," + made),
        ]

    return build


def shifted(seconds: int) -> Callable[[Scene, bytes], Headers]:
    return lambda scene, body: signed_anew(timestamp=str(scene.now + seconds))(scene, body)


def doubled(name: bytes, value: Callable[[Scene, bytes], bytes]) -> Callable[[Scene, bytes], Headers]:
    return lambda scene, body: [*signed()(scene, body), (name, value(scene, body))]


def over(change: Callable[[bytes], bytes]) -> Callable[[Scene, bytes], Headers]:
    """A signature that is good over other bytes than those sent."""
    return lambda scene, body: signed(webhook_signature=signature(scene, change(body)))(scene, body)


def with_key(key: bytes, digest: str = "sha256") -> Callable[[Scene, bytes], Headers]:
    return lambda scene, body: signed(
        webhook_signature=b"v1," + base64.b64encode(mac(key, content(scene, body), digest))
    )(scene, body)


def sloppy(change: Callable[[bytes], bytes]) -> Callable[[Scene, bytes], Headers]:
    """The good signature, its base64 changed."""
    return lambda scene, body: signed(webhook_signature=b"v1," + change(signature(scene, body)[3:]))(scene, body)


def url_safe(scene: Scene, body: bytes) -> Headers:
    """A good signature whose base64 has + or /, in the URL-safe alphabet instead."""
    for number in count():
        webhook_id = f"{scene.id}-{number}"
        made = base64.b64encode(mac(key_of(scene.secret), f"{webhook_id}.{scene.now}.".encode() + body))
        if b"+" in made or b"/" in made:
            safe = made.replace(b"+", b"-").replace(b"/", b"_")
            return signed(webhook_id=webhook_id.encode(), webhook_signature=b"v1," + safe)(scene, body)
    raise AssertionError


def _unsigned(name: str, headers: Callable[[Scene, bytes], Headers], source: str = _SPEC) -> BadRequest:
    return BadRequest(name=name, status=401, source=source, headers=headers, body=good_body)


def _refused(name: str, status: int, source: str = _CONTRACT, **more) -> BadRequest:
    given = {"headers": signed(), "body": good_body} | more
    return BadRequest(name=name, status=status, source=source, **given)


def _unusable(name: str, body: bytes, reason: str, source: str = _CONTRACT) -> BadRequest:
    return BadRequest(name=name, status=202, source=source, headers=signed(), body=lambda _: body, reason=reason)


def _event(change: Callable[[dict], object]) -> bytes:
    event = good_event()
    change(event)
    return json.dumps(event).encode()


def _nested(levels: int) -> bytes:
    return b'{"type":"portal.ping","deep":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


NOT_SIGNED = (
    _unsigned("no webhook-id", signed(webhook_id=None)),
    _unsigned("no webhook-timestamp", signed(webhook_timestamp=None)),
    _unsigned("no webhook-signature", signed(webhook_signature=None)),
    _unsigned("no signature headers at all", signed(webhook_id=None, webhook_timestamp=None, webhook_signature=None)),
    _unsigned("empty webhook-id", signed_anew(id="")),
    _unsigned("empty webhook-timestamp", signed_anew(timestamp="")),
    _unsigned("empty webhook-signature", signed(webhook_signature=b"")),
    _unsigned("webhook-id of 129 characters", signed_anew(id="a" * 129), _CONTRACT),
    _unsigned("webhook-id with a dot", signed_anew(id="evt.1"), "standard-webhooks 1.0: the dot separates"),
    _unsigned("webhook-id with a space inside", signed_anew(id="evt 1"), _CONTRACT),
    _unsigned("webhook-id with a slash", signed_anew(id="../evt"), _CONTRACT),
    _unsigned("webhook-id in letters beyond ASCII", signed_anew(id="évt-1"), _T1),
    _unsigned("webhook-id in bytes that are not UTF-8", signed(webhook_id=b"evt-\xff\xfe"), _T1),
    _unsigned("timestamp in words", signed_anew(timestamp="now"), _T1),
    _unsigned("timestamp negative", signed_anew(timestamp="-1"), _T1),
    _unsigned("timestamp with a plus", lambda s, b: signed_anew(timestamp=f"+{s.now}")(s, b), _T1),
    _unsigned("timestamp with a fraction", lambda s, b: signed_anew(timestamp=f"{s.now}.5")(s, b), _PORTALS),
    _unsigned("timestamp with an exponent", signed_anew(timestamp="1e9"), _T1),
    _unsigned("timestamp in hexadecimal", lambda s, b: signed_anew(timestamp=hex(s.now))(s, b), _T1),
    _unsigned("timestamp with underscores", lambda s, b: signed_anew(timestamp=f"{s.now:_}")(s, b), "Python's int()"),
    _unsigned("timestamp is NaN", signed_anew(timestamp="nan"), _T1),
    _unsigned("timestamp is infinite", signed_anew(timestamp="inf"), _T1),
    _unsigned("timestamp of 400 digits", signed_anew(timestamp="9" * 400), _T1),
    _unsigned("timestamp of 5000 digits", signed_anew(timestamp="9" * 5000), "Python's limit of int digits"),
    _unsigned("timestamp as a date", signed_anew(timestamp="2026-11-22T19:04:11Z"), _SPEC),
    _unsigned(
        "timestamp in Arabic-Indic digits",
        lambda s, b: signed_anew(timestamp=str(s.now).translate({48 + n: 0x660 + n for n in range(10)}))(s, b),
        "Python's str.isdigit()",
    ),
    _unsigned("timestamp in milliseconds", lambda s, b: signed_anew(timestamp=f"{s.now}000")(s, b), _SPEC),
    _unsigned("timestamp zero", signed_anew(timestamp="0"), _T1),
    _unsigned("timestamp 301 s old", shifted(-301), _CONTRACT),
    _unsigned("timestamp 302 s ahead", shifted(302), _CONTRACT),
    _unsigned("timestamp other than signed", lambda s, b: signed(webhook_timestamp=str(s.now + 1).encode())(s, b)),
    _unsigned("webhook-id other than signed", signed(webhook_id=b"another-id")),
    _unsigned("body changed in one byte", over(lambda body: body.replace(b"Friday", b"Sunday")), _T1),
    _unsigned("body serialised anew", over(lambda body: json.dumps(json.loads(body), indent=1).encode()), _T1),
    _unsigned("newline put behind the body", over(lambda body: body[:-1]), _T1),
    _unsigned("body of another request", over(lambda _: b"{}"), _SPEC),
    _unsigned("signed with a wrong secret", with_key(b"x" * 32), _T1),
    _unsigned("signed with a retired secret", with_key(key_of(RETIRED)), _T1),
    _unsigned("signed with the secret's text as the key", with_key(SECRET.encode()), "a common slip"),
    _unsigned("signed with an empty key", with_key(b""), "an unset variable"),
    _unsigned("signed with SHA-1", with_key(key_of(SECRET), "sha1"), _SPEC),
    _unsigned("signed with SHA-512", with_key(key_of(SECRET), "sha512"), _SPEC),
    _unsigned(
        "signed over the body alone",
        signed(webhook_signature=lambda s, b: b"v1," + base64.b64encode(mac(key_of(s.secret), b))),
        "GitHub's way",
    ),
    _unsigned("signed over the request line", over(lambda _: b"POST " + EVENTS.encode()), "CONTRACT 5: only for a GET"),
    _unsigned(
        "hash without a key",
        lambda s, b: signed(webhook_signature=b"v1," + base64.b64encode(hashlib.sha256(content(s, b)).digest()))(s, b),
        _T1,
    ),
    _unsigned(
        "signature in hexadecimal",
        signed(webhook_signature=lambda s, b: b"v1," + mac(key_of(s.secret), content(s, b)).hex().encode()),
    ),
    _unsigned("signature without a version", signed(webhook_signature=lambda s, b: signature(s, b)[3:])),
    _unsigned("signature of version v2", signed(webhook_signature=lambda s, b: b"v2" + signature(s, b)[2:])),
    _unsigned("signature of version v1a only", signed(webhook_signature=lambda s, b: b"v1a" + signature(s, b)[2:])),
    _unsigned("signature of version V1", signed(webhook_signature=lambda s, b: b"V1" + signature(s, b)[2:])),
    _unsigned(
        "signature as v1=...", signed(webhook_signature=lambda s, b: b"v1=" + signature(s, b)[3:]), "Stripe's way"
    ),
    _unsigned("signature cut short", sloppy(lambda text: text[:20]), _T1),
    _unsigned("signature without padding", sloppy(lambda text: text.rstrip(b"=")), _T1),
    _unsigned("signature with too much padding", sloppy(lambda text: text + b"="), _T1),
    _unsigned("signature in URL-safe base64", url_safe, _T1),
    _unsigned("signature with junk inside", sloppy(lambda text: text[:10] + b"!" + text[10:]), _PORTALS),
    _unsigned("signature in the wrong case", sloppy(bytes.swapcase), _T1),
    _unsigned("signature of zeros", sloppy(lambda _: base64.b64encode(bytes(32))), _T1),
    _unsigned("signature with nothing behind the version", sloppy(lambda _: b""), _PORTALS),
    _unsigned("signature is garbage", signed(webhook_signature=b"garbage"), _PORTALS),
    _unsigned("signature is only a comma", signed(webhook_signature=b","), _PORTALS),
    _unsigned(
        "signatures separated by commas", signed(webhook_signature=lambda s, b: b"v1,AAAA," + signature(s, b)), _SPEC
    ),
    _unsigned(
        "signature is one of 17",
        signed(webhook_signature=lambda s, b: b"v1,AAAA " * 16 + signature(s, b)),
        "bounded work",
    ),
    _unsigned(
        "signature in bytes beyond ASCII", signed(webhook_signature=lambda s, b: signature(s, b) + b" v1,\xc3\xa9"), _T1
    ),
    _unsigned("doubled webhook-id", doubled(b"webhook-id", lambda s, b: s.id.encode()), _T1),
    _unsigned("doubled webhook-timestamp", doubled(b"Webhook-Timestamp", lambda s, b: str(s.now).encode()), _T1),
    _unsigned("doubled webhook-signature", doubled(b"WEBHOOK-SIGNATURE", signature), _T1),
    _unsigned("secret itself in a header", signed(webhook_signature=SECRET.encode()), "DrChrono's way (portals 1)"),
    _unsigned(
        "basic authentication instead", signed(webhook_signature=None, authorization=b"Basic cG9ydGFsOnNlY3JldA=="), _T1
    ),
    _unsigned(
        "svix headers instead",
        lambda s, b: [(n.replace(b"webhook", b"svix"), v) for n, v in signed()(s, b)],
        "Svix before the standard",
    ),
)

REFUSED = (
    _refused("unknown portal", 404, path="/portal/nobody/events"),
    _refused("portal id in upper case", 404, "CONTRACT 2: lower case in paths", path="/portal/MAIN/events"),
    _refused("portal id with an escaped slash", 404, _T1, path="/portal/x%2F..%2Fmain/events"),
    _refused("portal id is empty", 404, path="/portal//events"),
    _refused("body of 1 MiB and one byte", 413, body=lambda _: b" " * (LIMIT + 1)),
    _refused("chunked body over 1 MiB", 413, _T1, body=lambda _: b" " * (LIMIT + 70_000), chunked=True),
    _refused("no content type", 415, headers=signed(content_type=None)),
    _refused("content type text", 415, headers=signed(content_type=b"text/plain")),
    _refused("content type form", 415, headers=signed(content_type=b"application/x-www-form-urlencoded")),
    _refused("content type multipart", 415, headers=signed(content_type=b"multipart/form-data; boundary=x")),
    _refused("content type XML", 415, headers=signed(content_type=b"application/xml")),
    _refused("content type of JSON lines", 415, headers=signed(content_type=b"application/jsonl")),
    _refused("content type is garbage", 415, _T1, headers=signed(content_type=b";;;")),
    _refused(
        "gzip", 415, _T1, headers=signed(content_encoding=b"gzip"), body=lambda s: gzip.compress(good_body(s), mtime=0)
    ),
    _refused("gzip by name only", 415, _T1, headers=signed(content_encoding=b"gzip")),
    _refused(
        "deflate", 415, _T1, headers=signed(content_encoding=b"deflate"), body=lambda s: zlib.compress(good_body(s))
    ),
    _refused("brotli by name only", 415, _T1, headers=signed(content_encoding=b"br")),
    _refused("unknown content encoding", 415, _T1, headers=signed(content_encoding=b"x-packed")),
    _refused("method GET", 405, method="GET"),
    _refused("method PUT", 405, method="PUT"),
    _refused("method PATCH", 405, method="PATCH"),
    _refused("method DELETE", 405, method="DELETE"),
    _refused("same id, other body", 409, first=True, body=lambda s: json.dumps(good_event("m-other-" + s.id)).encode()),
    _refused(
        "same id, body serialised anew",
        409,
        first=True,
        body=lambda s: json.dumps(good_event("m-" + s.id), indent=1).encode(),
    ),
)

_JSON = "the body is not JSON"
_DEEP = "the JSON is nested more than 32 levels deep"
UNUSABLE = (
    _unusable("empty body", b"", _JSON),
    _unusable("not JSON", b"<message/>", _JSON),
    _unusable("JSON cut short", json.dumps(good_event()).encode()[:-4], _JSON),
    _unusable("JSON with a comma too many", b'{"type":"portal.ping",}', _JSON, "RFC 8259"),
    _unusable("JSON with single quotes", b"{'type':'portal.ping'}", _JSON, "Python's repr"),
    _unusable("JSON with a comment", b'{"type":"portal.ping"}//x', _JSON, "RFC 8259"),
    _unusable("two JSON documents", b'{"type":"portal.ping"}{"type":"portal.ping"}', _JSON, "RFC 8259"),
    _unusable("NaN in JSON", b'{"type":"portal.message.created","data":{"message_id":NaN}}', _JSON, "RFC 8259"),
    _unusable("raw control character in JSON", b'{"type":"portal.p\x01ing"}', _JSON, "RFC 8259"),
    _unusable("not UTF-8", json.dumps(good_event(), ensure_ascii=False).replace("Question", "Frage ü").encode("latin-1"), "the body is not UTF-8", "RFC 8259, 8.1"),
    _unusable("UTF-16", json.dumps(good_event()).encode("utf-16"), _JSON, "RFC 8259, 8.1"),
    _unusable("half a surrogate pair in UTF-8", json.dumps(good_event()).encode().replace(b"Question", b"Q\xed\xa0\x80"), "the body is not UTF-8", "RFC 3629"),
    _unusable("JSON list", b"[]", "the body is not a JSON object"),
    _unusable("JSON text", b'"portal.ping"', "the body is not a JSON object"),
    _unusable("JSON number", b"7", "the body is not a JSON object"),
    _unusable("JSON null", b"null", "the body is not a JSON object"),
    _unusable("nested 33 levels deep", _nested(33), _DEEP, "portals 2.4"),
    _unusable("nested 5000 levels deep", _nested(5000), _DEEP, "CWE-674"),
    _unusable("no type", _event(lambda e: e.pop("type")), "type is missing"),
    _unusable("type is blank", _event(lambda e: e.update(type=" ")), "type is missing"),
    _unusable("type is a number", _event(lambda e: e.update(type=7)), "type is missing"),
    _unusable("no data", _event(lambda e: e.pop("data")), "data is missing"),
    _unusable("data is a list", _event(lambda e: e.update(data=[])), "data is missing"),
    _unusable("no message_id", _event(lambda e: e["data"].pop("message_id")), "data.message_id is missing"),
    _unusable("message_id is null", _event(lambda e: e["data"].update(message_id=None)), "data.message_id is missing"),
    _unusable("message_id is empty", _event(lambda e: e["data"].update(message_id="")), "data.message_id is empty"),
    _unusable("message_id is blank", _event(lambda e: e["data"].update(message_id="  ")), "data.message_id is empty"),
    _unusable("message_id with U+0000", _event(lambda e: e["data"].update(message_id="m-1\0")), "data.message_id has characters that cannot be shown", "portals 2.4"),
    _unusable("portal_user_id with a line end", _event(lambda e: e["data"].update(sender={"portal_user_id": "pu\n1"})), "data.sender.portal_user_id has characters that cannot be shown", "SAFETY I7"),
    _unusable("message_id is an object", _event(lambda e: e["data"].update(message_id={})), "data.message_id is missing"),
    _unusable("message_id of 257 characters", _event(lambda e: e["data"].update(message_id="m" * 257)), "data.message_id is longer than 256"),
    _unusable("thread_id of 257 characters", _event(lambda e: e["data"].update(thread_id="t" * 257)), "data.thread_id is longer than 256"),
    _unusable("no sender", _event(lambda e: e["data"].pop("sender")), "data.sender is missing"),
    _unusable("sender is a text", _event(lambda e: e["data"].update(sender="Joy")), "data.sender is missing"),
    _unusable("no portal_user_id", _event(lambda e: e["data"].update(sender={"name": "Joy"})), "data.sender.portal_user_id is missing"),
    _unusable("portal_user_id is blank", _event(lambda e: e["data"].update(sender={"portal_user_id": " "})), "data.sender.portal_user_id is empty"),
    _unusable("nothing to show", _event(lambda e: (e["data"].pop("body"), e["data"].pop("subject"))), "data has no words, no subject, no request and no attachment"),
    _unusable("subject of 1001 characters", _event(lambda e: e["data"].update(subject="s" * 1001)), "data.subject is longer than 1000"),
    _unusable("101 attachments", _event(lambda e: e["data"].update(attachments=[{"id": "a"}] * 101)), "data.attachments is longer than 100"),
    _unusable("101 medicines", _event(lambda e: e["data"].update(kind="refill", request={"medications": [{"text": "x"}] * 101})), "data.request.medications is longer than 100"),
    _unusable("101 fields of a wrong type", _event(lambda e: e["data"].update(attachments=[7] * 99, patient={"id": [], "name": []}, in_reply_to=[])), "data has too many fields of a wrong type"),
    _unusable("withdrawn without message_id", b'{"type":"portal.message.withdrawn","data":{}}', "data.message_id is missing"),
    _unusable("handled elsewhere without message_id", b'{"type":"portal.message.handled_elsewhere","data":{"by":"x"}}', "data.message_id is missing"),
    _unusable("thread closed without thread_id", b'{"type":"portal.thread.closed","data":{}}', "data.thread_id is missing"),
    _unusable("reply status without reply_id", b'{"type":"portal.reply.status","data":{"status":"read"}}', "data.reply_id is missing"),
    _unusable("reply status of an unknown word", b'{"type":"portal.reply.status","data":{"reply_id":"r","status":"eaten"}}', "data.status is none of accepted, delivered, read, failed"),
)  # fmt: skip

BAD_REQUESTS = NOT_SIGNED + REFUSED + UNUSABLE
