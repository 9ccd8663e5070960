"""Every rule that keeps replies from addresses they must not reach, by its name."""

import ipaddress

import pytest

from bot.portals.address import RULES, base_url, forbidden

# (rule, address, whether PORTALDESK_ALLOW_PRIVATE_NETWORK opens it)
CLOSED = [
    ("this network, its first", "0.0.0.0", False),
    ("this network, any", "0.1.2.3", False),
    ("private, ten", "10.0.0.1", True),
    ("private, ten, its last", "10.255.255.255", True),
    ("carrier-grade NAT", "100.64.0.1", True),
    ("carrier-grade NAT, its last", "100.127.255.254", True),
    ("loopback", "127.0.0.1", True),
    ("loopback, not the usual", "127.8.8.8", True),
    ("link-local", "169.254.1.1", False),
    ("metadata of AWS, Azure, GCP", "169.254.169.254", False),
    ("metadata of AWS containers", "169.254.170.2", False),
    ("metadata of Azure, in public space", "168.63.129.16", False),
    ("metadata of Alibaba, in carrier-grade NAT", "100.100.100.200", False),
    ("metadata of Oracle", "192.0.0.192", False),
    ("private, 172.16", "172.16.0.1", True),
    ("private, 172.31", "172.31.255.254", True),
    ("for protocols", "192.0.0.8", False),
    ("documentation 1", "192.0.2.1", False),
    ("AS112 by DNAME", "192.31.196.1", False),
    ("automatic multicast tunnelling", "192.52.193.1", False),
    ("6to4 relay", "192.88.99.1", False),
    ("private, 192.168", "192.168.1.1", True),
    ("AS112", "192.175.48.1", False),
    ("benchmarks", "198.18.0.1", False),
    ("benchmarks, second half", "198.19.255.254", False),
    ("documentation 2", "198.51.100.7", False),
    ("documentation 3", "203.0.113.9", False),
    ("multicast", "224.0.0.1", False),
    ("multicast, its last", "239.255.255.255", False),
    ("class E", "240.0.0.1", False),
    ("broadcast", "255.255.255.255", False),
    ("unspecified, IPv6", "::", False),
    ("loopback, IPv6", "::1", True),
    ("IPv4 mapped, loopback", "::ffff:127.0.0.1", False),
    ("IPv4 mapped, metadata", "::ffff:169.254.169.254", False),
    ("IPv4 mapped, public", "::ffff:93.184.216.34", False),
    ("IPv4 mapped, in hexadecimal", "::ffff:7f00:1", False),
    ("IPv4 translated", "::ffff:0:127.0.0.1", False),
    ("IPv4 compatible", "::127.0.0.1", False),
    ("NAT64 of metadata", "64:ff9b::a9fe:a9fe", False),
    ("NAT64 of a public address", "64:ff9b::5db8:d822", False),
    ("NAT64, local prefix", "64:ff9b:1::1", False),
    ("discard only", "100::1", False),
    ("Teredo", "2001:0:53aa:64c::1", False),
    ("benchmarks, IPv6", "2001:2::1", False),
    ("ORCHID version 1", "2001:10::1", False),
    ("ORCHID version 2", "2001:20::1", False),
    ("for protocols, IPv6", "2001:1::1", False),
    ("documentation, IPv6", "2001:db8::1", False),
    ("documentation, IPv6, new", "3fff::1", False),
    ("6to4 of loopback", "2002:7f00:1::1", False),
    ("6to4 of a public address", "2002:5db8:d822::1", False),
    ("AS112, IPv6", "2620:4f:8000::1", False),
    ("segment routing", "5f00::1", False),
    ("unique local, fc", "fc00::1", True),
    ("unique local, fd", "fd12:3456::1", True),
    ("metadata of AWS, IPv6", "fd00:ec2::254", False),
    ("metadata of GCP, IPv6", "fd20:ce::254", False),
    ("link-local, IPv6", "fe80::1", False),
    ("link-local, scoped", "fe80::1%eth0", False),
    ("public, scoped", "2606:2800:220:1::1%1", False),
    ("site-local", "fec0::1", False),
    ("multicast, IPv6", "ff02::1", False),
    ("not given out, low", "1::1", False),
    ("not given out, high", "4000::1", False),
    ("a name", "localhost", False),
    ("nothing", "", False),
    ("IPv4, decimal", "2130706433", False),
    ("IPv4, octal", "0177.0.0.1", False),
    ("IPv4, short", "127.1", False),
]

# (rule, address in the settings, a word of the refusal, what it is with the switch on; None: refused as well)
BAD_URLS = [
    ("nothing", "", "https://", None),
    ("no scheme", "portal.example", "https://", None),
    ("plain HTTP", "http://portal.example", "must start with https://", "http://portal.example"),
    ("another scheme", "ftp://portal.example", "https://", None),
    ("a file", "file:///etc/passwd", "https://", None),
    ("gopher", "gopher://portal.example:70/x", "https://", None),
    ("no host", "https://", "no host", None),
    ("no host but a port", "https://:443", "no host", None),
    ("no host but a path", "https:///v1", "no host", None),
    ("one slash", "https:/portal.example", "segments|no host", None),
    ("user name", "https://me@portal.example", "user name", None),
    ("user name and password", "https://me:secret@portal.example", "user name", None),
    ("empty user name", "https://@portal.example", "user name", None),
    ("host hidden behind a user name", "https://portal.example@10.0.0.1", "user name", None),
    ("query", "https://portal.example/?x=1", r"\?", None),
    ("empty query", "https://portal.example?", r"\?", None),
    ("fragment", "https://portal.example/#x", "#", None),
    ("empty fragment", "https://portal.example#", "#", None),
    ("backslash", "https://portal.example\\@10.0.0.1", "characters", None),
    ("space", "https://portal.example /x", "characters", None),
    ("tab", "https://portal\t.example", "characters", None),
    ("line end", "https://portal.example\r\nx: y", "characters", None),
    ("U+0000", "https://portal.example\x00", "characters", None),
    ("letters beyond ASCII", "https://pörtal.example", "xn--", None),
    ("full-width digits", "https://１２７.0.0.1", "xn--", None),
    ("ideographic full stop", "https://127。0。0。1", "xn--", None),
    ("escaped host", "https://%31%32%37.0.0.1", "spelling", None),
    ("underscore in the host", "https://my_portal.example", "not a name", None),
    ("label with a hyphen first", "https://-portal.example", "not a name", None),
    ("label of 64", "https://" + "a" * 64 + ".example", "not a name", None),
    ("name of 254", "https://" + "a." * 126 + "ab", "not a name", None),
    ("two dots", "https://portal..example", "not a name", None),
    ("dot first", "https://.portal.example", "not a name", None),
    ("dot last", "https://portal.example.", "dot", None),
    ("localhost", "https://localhost", "loopback", "https://localhost"),
    ("below localhost", "https://a.localhost", "loopback", "https://a.localhost"),
    ("localhost with a dot last", "https://localhost.", "dot", None),
    ("LOCALHOST", "https://LOCALHOST:8443", "loopback", "https://localhost:8443"),
    ("loopback", "https://127.0.0.1", "loopback", "https://127.0.0.1"),
    ("loopback with a dot last", "https://127.0.0.1.", "dot", None),
    ("loopback, decimal", "https://2130706433", "spelling", None),
    ("loopback, octal", "https://0177.0.0.1", "spelling", None),
    ("loopback, octal in one", "https://017700000001", "spelling", None),
    ("loopback, hexadecimal", "https://0x7f000001", "spelling", None),
    ("loopback, hexadecimal parts", "https://0x7f.0.0.0x1", "spelling", None),
    ("loopback, short", "https://127.1", "spelling", None),
    ("loopback, leading zeros", "https://127.0.0.01", "spelling", None),
    ("zero", "https://0", "spelling", None),
    ("number too large", "https://256.1.1.1", "spelling", None),
    ("five parts", "https://1.2.3.4.5", "spelling", None),
    ("metadata", "https://169.254.169.254/latest", "metadata", None),
    ("metadata, decimal", "https://2852039166", "spelling", None),
    ("private", "https://192.168.1.1", "private", "https://192.168.1.1"),
    ("IPv6 loopback", "https://[::1]:8443/x", "loopback", "https://[::1]:8443/x"),
    ("IPv6 mapped", "https://[::ffff:127.0.0.1]", "IPv4 address in IPv6", None),
    ("IPv6 scoped", "https://[fe80::1%25eth0]", "scoped", None),
    ("IPv6 without brackets", "https://::1", "not a URL|not a name|no host", None),
    ("bracket left open", "https://[::1", "not a URL", None),
    ("IPv6 of the future", "https://[v1.x]", "not a URL|not a name|not an IP", None),
    ("port zero", "https://portal.example:0", "port 0", None),
    ("port too large", "https://portal.example:65536", "not a URL", None),
    ("port in words", "https://portal.example:https", "not a URL", None),
    ("port missing", "https://portal.example:", "without a port", None),
    ("dots in the path", "https://portal.example/a/../b", "segments", None),
    ("escape in the path", "https://portal.example/%2e%2e", "segments", None),
    ("empty segment", "https://portal.example//a", "segments", None),
    ("parameters in the path", "https://portal.example/a;b", "segments", None),
]

GOOD_URLS = [
    ("a name", "https://portal.example", "https://portal.example"),
    ("a name and slash", "https://portal.example/", "https://portal.example"),
    ("capitals", "HTTPS://Portal.Example/API", "https://portal.example/API"),
    ("a port", "https://portal.example:8443", "https://portal.example:8443"),
    ("a path", "https://portal.example/op/v2/", "https://portal.example/op/v2"),
    ("an international name in ASCII", "https://xn--prtal-jua.example", "https://xn--prtal-jua.example"),
    ("a public IPv4 address", "https://93.184.216.34", "https://93.184.216.34"),
    (
        "a public IPv6 address",
        "https://[2606:2800:220:1:248:1893:25C8:1946]",
        "https://[2606:2800:220:1:248:1893:25c8:1946]",
    ),
    ("a name that begins with a number", "https://1.portal.example", "https://1.portal.example"),
    ("a name of one label", "https://intranet", "https://intranet"),
]


def test_at_least_eighty_rules_each_with_its_name() -> None:
    """The tables have at least eighty distinct kinds of bad address."""
    names = [name for name, *_ in CLOSED] + ["URL: " + name for name, *_ in BAD_URLS]
    assert len(set(names)) == len(names) >= 80
    assert len({address for _, address, _ in CLOSED}) == len(CLOSED)
    assert len({url for _, url, _, _ in BAD_URLS}) == len(BAD_URLS)


@pytest.mark.parametrize(("rule", "address", "opened"), CLOSED, ids=[name for name, *_ in CLOSED])
def test_an_address_that_is_not_public_is_forbidden(rule: str, address: str, *, opened: bool) -> None:
    """It is closed without the switch; with it, loopback and private networks open and nothing else does."""
    assert forbidden(address, allow_private=False)
    assert (forbidden(address, allow_private=True) is None) is opened


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.1.1", "223.255.255.255", "2606:2800:220:1::1", "2a00:1450::1", "2001:4860::8888"])  # fmt: skip
def test_the_public_internet_is_open(address: str) -> None:
    """Addresses beside the closed networks are not closed with them."""
    assert forbidden(address, allow_private=False) is None


def test_every_network_that_the_library_knows_as_special_is_closed() -> None:
    """Python's own idea of what is not global is closed as well: first, last and middle of each of our networks."""
    for rule in RULES:
        for ip in (rule.network[0], rule.network[-1], rule.network[rule.network.num_addresses // 2]):
            assert forbidden(str(ip), allow_private=False)
    for text in ("192.0.0.170", "198.18.5.5", "2001:1ff::1", "100::5", "fdff::1"):
        assert not ipaddress.ip_address(text).is_global
        assert forbidden(text, allow_private=False)


@pytest.mark.parametrize(("rule", "url", "words", "opened"), BAD_URLS, ids=[name for name, *_ in BAD_URLS])
def test_a_setting_that_is_no_portals_address_is_refused_in_words(
    rule: str, url: str, words: str, opened: str | None
) -> None:
    """The refusal says the rule, and does not repeat the address, which may hold a password."""
    with pytest.raises(ValueError, match=words) as refusal:
        base_url(url, allow_private=False)
    assert "secret" not in str(refusal.value)
    if opened is None:
        with pytest.raises(ValueError, match="address"):
            base_url(url, allow_private=True)
    else:
        assert base_url(url, allow_private=True) == opened


@pytest.mark.parametrize(("rule", "url", "shown"), GOOD_URLS, ids=[name for name, *_ in GOOD_URLS])
def test_a_portals_address_is_kept_in_one_spelling(rule: str, url: str, shown: str) -> None:
    """Scheme and host in lower case, no slash at the end; path and port as given."""
    assert base_url(url, allow_private=False) == shown
