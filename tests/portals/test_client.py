"""What becomes of a reply under everything that a portal and the network can do, over real sockets."""

import asyncio
import hashlib
import json
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import standardwebhooks
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.domain.delivery import State
from bot.failpoint import arm
from bot.portals.base import Arrival, Mode, PortalConfig
from bot.portals.client import HttpPortal, reply_bytes
from bot.portals.outgoing import DecidedBy, RefillDecision, RefillLine
from bot.portals.signature import secret, verify
from bot.portals.wire import ANSWER_LIMIT, open_session
from tests.portals.bad_requests import SECRET
from tests.portals.conftest import NOW, MakePortal, a_reply
from tests.portals.far_side import (
    answering,
    break_off,
    drip,
    far_side,
    flood,
    garbage,
    half,
    hang,
    hang_up,
)

DECISION = RefillDecision(
    lines=(
        RefillLine(
            line=1,
            outcome="approved",
            quantity="1 inhaler",
            refills=2,
            decided_by=DecidedBy(name="Dr. Dana Lee", npi="1234567893"),
            decided_at=NOW,
        ),
    )
)


async def test_a_reply_on_the_wire_is_what_the_contract_says(make_portal: MakePortal) -> None:
    """Path, headers, signature and body are those of CONTRACT section 5, and the text is the one shown at Send."""
    async with far_side(answering(201)) as portal:
        outcome = await make_portal(portal.url).send_reply(a_reply(), "open", DECISION)
    sent = portal.requests[0]
    assert (outcome.state, outcome.ref) == (State.DELIVERED, "pm-1")
    assert (sent.method, sent.path) == ("POST", "/v1/replies")
    assert sent.headers["idempotency-key"] == '"rep_0Kx3vT9mQ2sLw8Za"'
    assert sent.headers["content-type"] == "application/json"
    assert verify(sent.headers, sent.body, [secret(SECRET)], NOW) == "rep_0Kx3vT9mQ2sLw8Za"
    assert sent.json == {
        "schema": 1,
        "reply_id": "rep_0Kx3vT9mQ2sLw8Za",
        "thread_id": "t-5512",
        "in_reply_to": "m-88121",
        "to": {"portal_user_id": "pu-77"},
        "body": {"format": "plain", "text": a_reply().text},
        "author": {"name": "Alice Moreno", "title": "RN", "role": "staff"},
        "written_at": "2026-11-22T19:38:12Z",
        "thread_after": "open",
        "attachments": [],
        "decision": {
            "kind": "refill",
            "lines": [
                {
                    "line": 1,
                    "outcome": "approved",
                    "quantity": "1 inhaler",
                    "refills": 2,
                    "reason": None,
                    "decided_by": {"name": "Dr. Dana Lee", "npi": "1234567893"},
                    "decided_at": "2026-11-22T19:38:12Z",
                }
            ],
        },
    }
    assert hashlib.sha256(sent.json["body"]["text"].encode()).hexdigest() == a_reply().text_sha256


async def test_a_retry_has_the_same_key_and_the_same_bytes(make_portal: MakePortal) -> None:
    """However often a reply is sent, key and bytes are the same and only the signature's time may differ."""
    async with far_side(break_off, answering(503, {}), answering(201)) as portal:
        for attempt in (1, 2, 3):
            outcome = await make_portal(portal.url).send_reply(
                a_reply(), "open", attempts=attempt, maybe_sent=attempt > 1
            )
    assert outcome.state is State.DELIVERED
    assert len({(one.body, one.headers["idempotency-key"], one.headers["webhook-id"]) for one in portal.requests}) == 1
    assert portal.requests[0].body == reply_bytes(a_reply(), "open")


DOUBT = {
    "reset after the request": break_off,
    "closed without an answer": hang_up,
    "no answer in time": hang,
    "half an answer": half,
    "an answer that drips": drip,
    "an answer that is no HTTP": garbage,
    "an answer without an end": flood,
    "500": answering(500, {}),
    "501": answering(501, {}),
    "502": answering(502, b"<html>", kind="text/html"),
    "503": answering(503, {}),
    "504": answering(504, {}),
    "520": answering(520, {}),
    "409": answering(409, {}),
    "204": answering(204, b""),
    "200 with another body": answering(200, {"ok": True}),
    "200 with a sign-in page": answering(200, b"<!doctype html>", kind="text/html"),
    "200 with another reply's receipt": answering(200, {"reply_id": "rep_other", "portal_message_id": "pm-2"}),
    "200 with a list": answering(200, b"[]"),
    "200 in a charset that is none": answering(200, b"\xff\xfe\x00{", kind="application/json; charset=\xe9\xff"),
    "200 with deep JSON": answering(200, b"[" * 60_000),
    "200 with more than is read": answering(200, b" " * (ANSWER_LIMIT + 1) + b"{}"),
    "200 packed": answering(200, b"\x1f\x8b\x08", Content_Encoding="gzip"),
    "reply_id is a number": answering(200, {"reply_id": 7}),
}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("behaviour", DOUBT.values(), ids=DOUBT.keys())
async def test_doubt_is_resolved_as_the_portal_allows(make_portal: MakePortal, behaviour, mode: Mode) -> None:
    """What may have arrived is sent again only where the key makes that safe, asked about, or left to a person."""
    async with far_side(behaviour) as portal:
        outcome = await make_portal(portal.url, mode, limit=0.4).send_reply(a_reply(), "open", attempts=2)
    assert len(portal.requests) == 1
    assert outcome.maybe_sent
    assert outcome.code
    assert outcome.words
    assert outcome.words[0].islower()
    if mode is Mode.NEITHER:
        assert (outcome.state, outcome.again_at) == (State.UNCLEAR, None)
    else:
        assert (outcome.state, outcome.again_at) == (State.PENDING, NOW + timedelta(seconds=15))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "the portal could not read the answer (400)"),
        (402, "the portal refused the answer (402)"),
        (403, "the portal does not allow an answer here (403)"),
        (404, "the portal does not know this conversation (404)"),
        (405, "the portal refused the answer (405)"),
        (410, "the portal says that this family account is closed (410)"),
        (413, "the answer is too long for the portal (413)"),
        (415, "the portal does not take this kind of answer (415)"),
        (422, "the portal does not take the answer as it is (422)"),
        (301, "the portal's address has moved (301); an admin must change its setting"),
        (307, "the portal's address has moved (307); an admin must change its setting"),
        (308, "the portal's address has moved (308); an admin must change its setting"),
    ],
)
async def test_a_refusal_is_final_and_in_plain_words(make_portal: MakePortal, status: int, words: str) -> None:
    """A refused reply has failed, in our own words: the portal's own body is not in them, and no redirect is followed."""
    secretive = {"title": "Maya Okafor is not your patient"}
    async with far_side(answering(status, secretive, Location="/elsewhere")) as portal:
        outcome = await make_portal(portal.url).send_reply(a_reply(), "open")
    assert (outcome.state, outcome.words, outcome.code) == (State.FAILED, words, f"http_{status}")
    assert len(portal.requests) == 1


async def test_a_refusal_after_doubt_says_so(make_portal: MakePortal) -> None:
    """A reply that is refused after a try that may have arrived says that it may have."""
    async with far_side(answering(404, {})) as portal:
        outcome = await make_portal(portal.url).send_reply(a_reply(), "open", attempts=2, maybe_sent=True)
    assert (outcome.state, outcome.maybe_sent) == (State.FAILED, True)
    assert "may have arrived" in outcome.words


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("status", [408, 425, 429])
@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("7", 7),
        ("0", 1),
        ("86400", 3600),
        ("Sun, 22 Nov 2026 19:40:12 GMT", 120),
        ("Sun, 22 Nov 2020 19:40:12 GMT", 1),
        ("soon", 2.5),
        ("-5", 2.5),
        ("9" * 400, 2.5),
        (None, 2.5),
    ],
)
async def test_a_portal_that_asks_us_to_wait_is_given_time(make_portal: MakePortal, mode, status, told, wait) -> None:
    """408, 425 and 429 wait as told, at most an hour, and count as no failure and no doubt in any mode."""
    more = {} if told is None else {"Retry_After": told}
    async with far_side(answering(status, {}, **more)) as portal:
        outcome = await make_portal(portal.url, mode).send_reply(a_reply(), "open")
    assert (outcome.state, outcome.again_at) == (State.PENDING, NOW + timedelta(seconds=wait))
    assert (outcome.counted, outcome.maybe_sent) == (False, False)


@pytest.mark.parametrize("mode", Mode)
async def test_a_signature_that_is_not_believed_stops_and_drops_nothing(make_portal: MakePortal, mode: Mode) -> None:
    """401 leaves the reply pending under a code that stops the portal's queue."""
    async with far_side(answering(401, {})) as portal:
        outcome = await make_portal(portal.url, mode).send_reply(a_reply(), "open")
    assert (outcome.state, outcome.code) == (State.PENDING, "unauthorized")
    assert (outcome.counted, outcome.maybe_sent) == (False, False)


@pytest.mark.parametrize("mode", Mode)
async def test_nobody_listening_is_no_doubt(make_portal: MakePortal, mode: Mode) -> None:
    """A connection that is refused has carried no byte: again in any mode, no doubt."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        outcome = await make_portal(url, mode).send_reply(a_reply(), "open")
    assert (outcome.state, outcome.maybe_sent, outcome.code) == (State.PENDING, False, "connect")
    assert outcome.again_at == NOW + timedelta(seconds=2.5)


async def test_a_portal_that_does_not_pick_up_is_no_doubt(make_portal: MakePortal) -> None:
    """A deadline that passes while connecting has carried no byte."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        await asyncio.sleep(0.05)
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        outcome = await make_portal(url, Mode.NEITHER, limit=0.3).send_reply(a_reply(), "open")
        for one in waiting:
            one.close()
    assert (outcome.state, outcome.maybe_sent, outcome.code) == (State.PENDING, False, "timeout")


class Names(AbstractResolver):
    """A name server that answers as it is told."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked = 0

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
        self.asked += 1
        if not self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [
            ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0)
            for one in self.addresses
        ]

    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.mark.parametrize("mode", Mode)
async def test_a_name_that_is_not_found_is_no_doubt(make_portal: MakePortal, mode: Mode) -> None:
    """A name that cannot be looked up has carried no byte."""
    async with open_session(allow_private=True, resolver=Names()) as using:
        outcome = await make_portal("http://portal.example", mode, using=using).send_reply(a_reply(), "open")
    assert (outcome.state, outcome.maybe_sent, outcome.code) == (State.PENDING, False, "dns")


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("93.184.216.34", "10.0.0.7"), ("169.254.169.254",)])
async def test_a_name_that_leads_inside_is_not_called(make_portal: MakePortal, addresses: tuple[str, ...]) -> None:
    """A name with any forbidden address behind it is not called, and nothing connects."""
    async with (
        far_side(answering(201)) as portal,
        open_session(allow_private=False, resolver=Names(*addresses)) as using,
    ):
        url = "http://portal.example:" + portal.url.rpartition(":")[2]
        outcome = await make_portal(url, using=using).send_reply(a_reply(), "open")
    assert (outcome.state, outcome.maybe_sent, outcome.code) == (State.PENDING, False, "address_refused")
    assert portal.connections == 0


async def test_a_number_as_host_passes_the_same_gate(make_portal: MakePortal) -> None:
    """An address written as a number, which nobody resolves, is refused at the socket."""
    async with far_side(answering(201)) as portal, open_session(allow_private=False) as using:
        outcome = await make_portal(portal.url, using=using).send_reply(a_reply(), "open")
    assert (outcome.state, outcome.code, portal.connections) == (State.PENDING, "address_refused", 0)


async def test_a_name_is_looked_up_once(make_portal: MakePortal) -> None:
    """The address that was checked is the address that is called: one look-up, so that none can change in between."""
    names = Names("127.0.0.1")
    async with far_side(answering(201)) as portal, open_session(allow_private=True, resolver=names) as using:
        url = "http://portal.example:" + portal.url.rpartition(":")[2]
        outcome = await make_portal(url, using=using).send_reply(a_reply(), "open")
    assert (outcome.state, names.asked) == (State.DELIVERED, 1)
    assert portal.requests[0].headers["host"].startswith("portal.example")


async def test_no_proxy_of_the_environment_is_used(make_portal: MakePortal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy named in the environment sees nothing."""
    async with far_side(answering(201)) as proxy, far_side(answering(201)) as portal:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        async with open_session(allow_private=True) as using:
            outcome = await make_portal(portal.url, using=using).send_reply(a_reply(), "open")
    assert (outcome.state, proxy.connections, portal.connections) == (State.DELIVERED, 0, 1)


def self_signed(directory: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS for 127.0.0.1, and a client's that trusts it."""
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "portal")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = directory / "portal.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))


@pytest.mark.parametrize("mode", Mode)
async def test_a_certificate_that_is_not_trusted_is_no_doubt(
    make_portal: MakePortal, tmp_path: Path, mode: Mode
) -> None:
    """TLS that fails has carried no byte of the reply."""
    server, _ = self_signed(tmp_path)
    async with far_side(answering(201), tls=server) as portal:
        outcome = await make_portal(portal.url, mode).send_reply(a_reply(), "open")
    assert (outcome.state, outcome.maybe_sent, outcome.code) == (State.PENDING, False, "tls")
    assert portal.requests == []


async def test_tls_works_where_it_is_trusted(make_portal: MakePortal, tmp_path: Path) -> None:
    """Over TLS a reply is delivered, and a break after the handshake is doubt."""
    server, trusting = self_signed(tmp_path)
    async with (
        far_side(answering(201), break_off, tls=server) as portal,
        open_session(allow_private=True, tls=trusting) as using,
    ):
        reach = make_portal(portal.url, Mode.NEITHER, using=using)
        first, second = await reach.send_reply(a_reply(), "open"), await reach.send_reply(a_reply(), "open")
    assert (first.state, second.state) == (State.DELIVERED, State.UNCLEAR)


async def test_plain_http_where_tls_is_expected_is_no_doubt(make_portal: MakePortal) -> None:
    """A listener that speaks no TLS was told nothing."""
    async with far_side(answering(201)) as portal:
        outcome = await make_portal(portal.url.replace("http:", "https:"), Mode.NEITHER, limit=0.5).send_reply(
            a_reply(), "open"
        )
    assert (outcome.state, outcome.maybe_sent) == (State.PENDING, False)
    assert portal.requests == []


async def test_each_reply_has_a_connection_of_its_own(make_portal: MakePortal) -> None:
    """No connection is used twice, though the portal would keep it: none can die idle under a reply and leave doubt."""
    async with far_side(answering(201)) as portal:
        for _ in range(3):
            assert (await make_portal(portal.url).send_reply(a_reply(), "open")).state is State.DELIVERED
    assert (portal.connections, portal.requests[0].headers["connection"]) == (3, "close")


async def test_an_earlier_doubt_is_kept_through_a_failure_to_connect(make_portal: MakePortal) -> None:
    """A second try that carries no byte does not undo the first one's doubt."""
    outcome = await make_portal("http://127.0.0.1:9").send_reply(a_reply(), "open", attempts=2, maybe_sent=True)
    assert (outcome.state, outcome.maybe_sent) == (State.PENDING, True)


async def test_a_text_that_changed_since_send_does_not_leave(make_portal: MakePortal) -> None:
    """The hash at Send is the hash on the wire, or nothing goes on the wire."""
    from dataclasses import replace

    async with far_side(answering(201)) as portal:
        outcome = await make_portal(portal.url).send_reply(replace(a_reply(), text="something else"), "open")
        halved = replace(a_reply(), text="\ud800", text_sha256=hashlib.sha256(b"\xed\xa0\x80").hexdigest())
        unsendable = await make_portal(portal.url).send_reply(halved, "open")
    assert (outcome.state, outcome.code, portal.requests) == (State.FAILED, "text_altered", [])
    assert unsendable.state is State.FAILED


class TestAskingFirst:
    """A portal that can be asked is asked before anything is sent again."""

    async def ask(self, make_portal: MakePortal, *behaviours):
        async with far_side(*behaviours) as portal:
            outcome = await make_portal(portal.url, Mode.LOOKUP).send_reply(
                a_reply(), "open", attempts=2, maybe_sent=True
            )
        return outcome, [one.method for one in portal.requests]

    async def test_it_has_the_reply(self, make_portal: MakePortal) -> None:
        """Found: delivered, with the portal's id, and nothing is sent."""
        outcome, methods = await self.ask(make_portal, answering(200))
        assert (outcome.state, outcome.ref, methods) == (State.DELIVERED, "pm-1", ["GET"])

    async def test_it_has_not(self, make_portal: MakePortal) -> None:
        """Not found: sent now."""
        outcome, methods = await self.ask(
            make_portal, answering(404, {}, kind="application/problem+json"), answering(201)
        )
        assert (outcome.state, methods) == (State.DELIVERED, ["GET", "POST"])

    @pytest.mark.parametrize("behaviour", [answering(503, {}), answering(429, {}), answering(401, {}), break_off, hang])
    async def test_it_cannot_say_now(self, make_portal: MakePortal, behaviour) -> None:
        """No answer: nothing is sent, the doubt stays, it is asked again later."""
        async with far_side(behaviour) as portal:
            outcome = await make_portal(portal.url, Mode.LOOKUP, limit=0.4).send_reply(
                a_reply(), "open", attempts=1, maybe_sent=True
            )
        assert {one.method for one in portal.requests} == {"GET"}
        assert (outcome.state, outcome.maybe_sent) == (State.PENDING, True)
        assert outcome.again_at == NOW + timedelta(seconds=5)

    @pytest.mark.parametrize(
        "behaviour",
        [
            answering(404, b"<h1>Not Found</h1>", kind="text/html"),
            answering(405, {}),
            answering(501, {}),
            answering(200, {"reply_id": "other"}),
            answering(302, {}),
        ],
    )
    async def test_it_never_will(self, make_portal: MakePortal, behaviour) -> None:
        """An answer that says nothing leaves it to a person, and nothing is sent."""
        outcome, methods = await self.ask(make_portal, behaviour)
        assert (outcome.state, outcome.maybe_sent, methods) == (State.UNCLEAR, True, ["GET"])


async def test_doubt_at_a_portal_that_cannot_help_is_never_sent_again(make_portal: MakePortal) -> None:
    """With an earlier doubt, as after a crash, a portal that can do neither gets nothing until a person decides."""
    async with far_side(answering(201)) as portal:
        reach = make_portal(portal.url, Mode.NEITHER)
        outcome = await reach.send_reply(a_reply(), "open", attempts=2, maybe_sent=True)
        assert (outcome.state, portal.requests) == (State.UNCLEAR, [])
        assert (await reach.send_reply(a_reply(), "open", attempts=3)).state is State.DELIVERED


async def test_a_look_up_is_signed_over_its_path(make_portal: MakePortal) -> None:
    """The question's signature covers `GET` and the whole path, prefix included."""
    async with far_side(answering(200)) as portal:
        found = await make_portal(portal.url + "/api").look_up("rep_1")
    asked = portal.requests[0]
    assert (found.arrival, found.ref, asked.path) == (Arrival.FOUND, "pm-1", "/api/v1/replies/rep_1")
    verify(asked.headers, b"GET /api/v1/replies/rep_1", [secret(SECRET)], NOW)


async def test_a_portal_that_cannot_be_asked_is_not(make_portal: MakePortal) -> None:
    """`neither`: its gateway may say 404 in JSON to any address, which is no word about the answer."""
    async with far_side(answering(404, {"title": "no such route"}, kind="application/problem+json")) as portal:
        asked = await make_portal(portal.url, Mode.NEITHER).look_up("rep_1")
    assert (asked.arrival, asked.again, portal.requests) == (Arrival.UNKNOWN, False, [])


async def test_a_state_is_told(make_portal: MakePortal) -> None:
    """The state goes to the message's own address, whatever its id is made of, and signed."""
    async with far_side(answering(200, {})) as portal:
        outcome = await make_portal(portal.url).put_state("m/1 ü?#..", "assigned")
        dots = await make_portal(portal.url).put_state("..", "assigned")
    told = portal.requests[0]
    assert (outcome.state, told.method, told.json) == (State.DELIVERED, "PUT", {"state": "assigned"})
    assert told.path == "/v1/messages/m%2F1%20%C3%BC%3F%23../state"
    verify(told.headers, told.body, [secret(SECRET)], NOW)
    assert (dots.state, len(portal.requests)) == (State.DROPPED, 1)


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_call_that_a_portal_need_not_have_is_switched_off(make_portal: MakePortal, status: int) -> None:
    """404, 405 and 501 from a voluntary call say so, and fail nothing."""
    async with far_side(answering(status, {})) as portal:
        state = await make_portal(portal.url).put_state("m-1", "received")
        decision = await make_portal(portal.url).send_decision(a_reply(), "closed", DECISION)
    assert {(one.state, one.code) for one in (state, decision)} == {(State.DROPPED, "switched_off")}


async def test_a_portal_without_decisions_hears_of_none_for_an_hour(session: aiohttp.ClientSession) -> None:
    """One call, not one for each decision; answers go on, and so does what may have arrived before. Later it may have
    learned it; then a 404 is about the one thing that it does not know."""
    now = [NOW]
    async with far_side(
        answering(404, {}), answering(201), answering(201), answering(201), answering(404, {}), answering(201)
    ) as portal:
        config = PortalConfig(id="main", url=portal.url, secrets=(secret(SECRET),), mode=Mode.IDEMPOTENT)
        ours = HttpPortal(config, session, lambda: now[0], chance=lambda: 0.5)
        for _ in range(3):
            assert (await ours.send_decision(a_reply(), "closed", DECISION)).code == "switched_off"
        assert (await ours.send_reply(a_reply(), "open", DECISION)).state is State.DELIVERED
        assert [told.path for told in portal.requests] == ["/v1/decisions", "/v1/replies"]
        doubtful = await ours.send_decision(a_reply(), "closed", DECISION, attempts=2, maybe_sent=True)
        assert doubtful.state is State.DELIVERED
        now[0] += timedelta(hours=1, seconds=1)
        sent = [await ours.send_decision(a_reply(), "closed", DECISION) for _ in range(3)]
        assert [one.state for one in sent] == [State.DELIVERED, State.DROPPED, State.DELIVERED]


@pytest.mark.parametrize(
    ("behaviour", "state", "code"),
    [
        (answering(500, {}), State.PENDING, "http_500"),
        (answering(429, {}, Retry_After="9"), State.PENDING, "http_429"),
        (answering(401, {}), State.PENDING, "unauthorized"),
        (answering(422, {}), State.FAILED, "http_422"),
        (break_off, State.PENDING, "reset"),
    ],
)
async def test_a_state_that_is_not_taken_leaves_no_doubt(make_portal: MakePortal, behaviour, state, code) -> None:
    """A state may be told twice: nothing about it is ever unclear, in any mode."""
    async with far_side(behaviour) as portal:
        outcome = await make_portal(portal.url, Mode.NEITHER).put_state("m-1", "received")
    assert (outcome.state, outcome.code, outcome.maybe_sent) == (state, code, False)


async def test_a_decision_without_words_has_no_body(make_portal: MakePortal) -> None:
    """A decision goes to its own address, in the same shape, without a body."""
    async with far_side(answering(201)) as portal:
        outcome = await make_portal(portal.url).send_decision(a_reply(""), "closed", DECISION)
    sent = portal.requests[0]
    assert (outcome.state, sent.path, "body" in sent.json) == (State.DELIVERED, "/v1/decisions", False)
    assert sent.json["decision"]["lines"][0]["outcome"] == "approved"


async def test_somebody_elses_verifier_believes_us(make_portal: MakePortal, session) -> None:
    """PyPI's standardwebhooks accepts what we send."""
    from bot.portals.base import PortalConfig
    from bot.portals.client import HttpPortal

    async with far_side(answering(201)) as portal:
        config = PortalConfig(id="main", url=portal.url, secrets=(secret(SECRET),))
        await HttpPortal(config, session, lambda: datetime.now(UTC)).send_reply(a_reply(), "open")
    sent = portal.requests[0]
    assert standardwebhooks.Webhook(SECRET).verify(sent.body, sent.headers) == json.loads(sent.body)
    assert SECRET[6:] not in repr(config)


async def test_the_failpoints_of_a_call_are_passed_in_order(make_portal: MakePortal) -> None:
    """A test can stop the process before the request, after it, and after the answer."""
    passed: list[str] = []
    arm(passed.append)
    try:
        async with far_side(answering(201)) as portal:
            await make_portal(portal.url).send_reply(a_reply(), "open")
    finally:
        arm(None)
    assert passed == ["portal.before_send", "portal.after_send", "portal.answered"]


async def test_a_session_that_tells_nothing_leaves_doubt(make_portal: MakePortal) -> None:
    """A session opened by somebody else cannot prove that nothing was sent, so that it counts as doubt."""
    import aiohttp

    async with aiohttp.ClientSession() as using:
        outcome = await make_portal("http://127.0.0.1:9", Mode.NEITHER, using=using).send_reply(a_reply(), "open")
    assert outcome.state is State.UNCLEAR
