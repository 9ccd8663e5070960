"""Where replies may go: the configured address, and every network address behind it, checked at the connect."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import TCPConnector
from aiohttp.resolver import ThreadedResolver

SWITCH = "PORTALDESK_ALLOW_PRIVATE_NETWORK"
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_NUMBER_AT_END = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


class Forbidden(OSError):  # noqa: N818 - an answer of the table below
    """An address that no reply may go to. `rule` is its name there."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"the address is {rule}")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class _Rule:
    """A network that is not the public internet. `private`: opened by the switch."""

    network: IPv4Network | IPv6Network
    name: str
    private: bool = False


def _rule(network: str, name: str, *, private: bool = False) -> _Rule:
    return _Rule(ip_network(network), name, private)


# IANA special-purpose registries of IPv4 and IPv6 (RFC 6890 and its updates), and what clouds keep for themselves.
# First match names the rule, so that metadata services stay closed inside an opened network.
RULES = (
    _rule("169.254.169.254/32", "a cloud's metadata service"),
    _rule("169.254.170.2/32", "a cloud's metadata service"),
    _rule("168.63.129.16/32", "a cloud's metadata service"),  # Azure; in public space
    _rule("100.100.100.200/32", "a cloud's metadata service"),  # Alibaba
    _rule("192.0.0.192/32", "a cloud's metadata service"),  # Oracle
    _rule("0.0.0.0/8", "this network (RFC 791)"),
    _rule("10.0.0.0/8", "private (RFC 1918)", private=True),
    _rule("100.64.0.0/10", "carrier-grade NAT (RFC 6598)", private=True),
    _rule("127.0.0.0/8", "loopback (RFC 1122)", private=True),
    _rule("169.254.0.0/16", "link-local (RFC 3927)"),
    _rule("172.16.0.0/12", "private (RFC 1918)", private=True),
    _rule("192.0.0.0/24", "for protocols (RFC 6890)"),
    _rule("192.0.2.0/24", "for documentation (RFC 5737)"),
    _rule("192.31.196.0/24", "AS112 (RFC 7535)"),
    _rule("192.52.193.0/24", "multicast tunnelling (RFC 7450)"),
    _rule("192.88.99.0/24", "the old 6to4 relay (RFC 7526)"),
    _rule("192.168.0.0/16", "private (RFC 1918)", private=True),
    _rule("192.175.48.0/24", "AS112 (RFC 7534)"),
    _rule("198.18.0.0/15", "for benchmarks (RFC 2544)"),
    _rule("198.51.100.0/24", "for documentation (RFC 5737)"),
    _rule("203.0.113.0/24", "for documentation (RFC 5737)"),
    _rule("224.0.0.0/4", "multicast (RFC 5771)"),
    _rule("255.255.255.255/32", "broadcast (RFC 919)"),
    _rule("240.0.0.0/4", "reserved (RFC 1112)"),
    _rule("fd00:ec2::/32", "a cloud's metadata service"),
    _rule("fd20:ce::254/128", "a cloud's metadata service"),
    _rule("::/128", "unspecified (RFC 4291)"),
    _rule("::1/128", "loopback (RFC 4291)", private=True),
    _rule("::ffff:0:0/96", "an IPv4 address in IPv6 (RFC 4291)"),
    _rule("::ffff:0:0:0/96", "an IPv4 address in IPv6 (RFC 2765)"),
    _rule("::/96", "an IPv4 address in IPv6 (RFC 4291)"),
    _rule("64:ff9b::/96", "NAT64 (RFC 6052)"),
    _rule("64:ff9b:1::/48", "NAT64 (RFC 8215)"),
    _rule("100::/64", "discarded (RFC 6666)"),
    _rule("2001::/32", "Teredo (RFC 4380)"),
    _rule("2001:2::/48", "for benchmarks (RFC 5180)"),
    _rule("2001:20::/28", "ORCHID (RFC 7343)"),
    _rule("2001:10::/28", "ORCHID (RFC 4843)"),
    _rule("2001::/23", "for protocols (RFC 2928)"),
    _rule("2001:db8::/32", "for documentation (RFC 3849)"),
    _rule("2002::/16", "6to4 (RFC 3056)"),
    _rule("2620:4f:8000::/48", "AS112 (RFC 7534)"),
    _rule("3fff::/20", "for documentation (RFC 9637)"),
    _rule("5f00::/16", "segment routing (RFC 9602)"),
    _rule("fc00::/7", "private (RFC 4193)", private=True),
    _rule("fe80::/10", "link-local (RFC 4291)"),
    _rule("fec0::/10", "site-local (RFC 3879)"),
    _rule("ff00::/8", "multicast (RFC 4291)"),
)
_GLOBAL_IPV6 = IPv6Network("2000::/3")  # all that IANA has given out (RFC 4291, 2.4)


def forbidden(address: str, *, allow_private: bool) -> str | None:
    """The name of the rule that keeps replies from this IP address, or None. What is no IP address is forbidden.

    `allow_private` opens loopback, RFC 1918, carrier-grade NAT and ULA; link-local, metadata, multicast and all
    other special networks stay closed.
    """
    if "%" in address:
        return "scoped to one network (RFC 4007)"
    try:
        ip: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return "not an IP address"
    for rule in RULES:
        if ip.version == rule.network.version and ip in rule.network:
            return None if rule.private and allow_private else rule.name
    if isinstance(ip, IPv6Address) and ip not in _GLOBAL_IPV6:
        return "not given out (RFC 4291)"
    return None


def base_url(text: str, *, allow_private: bool) -> str:
    """A portal's address from the settings, in its one spelling, without a slash at its end; ValueError in words.

    The words never repeat the address, since it may carry a password. Names are looked up when a reply is sent.
    """
    if "?" in text or "#" in text:
        raise ValueError("the address has a ? or # in it; /v1/replies is put behind it")
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError("the address has characters that a URL has not; write other letters as xn--...")
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise ValueError("the address is not a URL") from None
    _check_parts(url, allow_private=allow_private)
    if port == 0:
        raise ValueError("the address has port 0")
    host = url.hostname or ""
    shown = (
        f"[{_ipv6(host, allow_private=allow_private)}]"
        if "[" in url.netloc
        else _name(host, allow_private=allow_private)
    )
    return f"{url.scheme}://{shown}{'' if port is None else f':{port}'}{url.path.rstrip('/')}"


def _check_parts(url: SplitResult, *, allow_private: bool) -> None:
    if url.scheme not in {"http", "https"}:
        raise ValueError("the address does not start with https://")
    if url.scheme == "http" and not allow_private:
        raise ValueError(f"the address must start with https:// ({SWITCH} allows http:// on your own network)")
    if "@" in url.netloc:
        raise ValueError("the address has a user name or password in it; requests are signed instead")
    path = url.path.rstrip("/")
    if not _PATH.fullmatch(path) or any(part in {".", ".."} for part in path.split("/")):
        raise ValueError("the address's path is not made of plain segments")
    if not url.hostname:
        raise ValueError("the address has no host")
    if url.netloc.endswith(":"):
        raise ValueError("the address has a : without a port")


def _ipv6(host: str, *, allow_private: bool) -> str:
    rule = forbidden(host, allow_private=allow_private)
    if rule:
        raise ValueError(f"the address is {rule}{_hint(host, allow_private=allow_private)}")
    return str(ip_address(host))


def _name(host: str, *, allow_private: bool) -> str:
    if host.endswith("."):
        raise ValueError("the address's host ends with a dot")
    if _NUMBER_AT_END.fullmatch(host):  # an IPv4 address to every URL parser, however it is spelt (WHATWG URL, 3.5)
        try:
            IPv4Address(host)
        except ValueError:
            raise ValueError("the address's host is a number in a spelling other than 192.0.2.1") from None
        return _ipv6(host, allow_private=allow_private)
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise ValueError("the address's host is not a name")
    if (host == "localhost" or host.endswith(".localhost")) and not allow_private:
        raise ValueError(f"the address is loopback (RFC 6761); {SWITCH} allows it")
    return host


def _hint(host: str, *, allow_private: bool) -> str:
    opened = not allow_private and forbidden(host, allow_private=True) is None
    return f"; {SWITCH} allows it" if opened else ""


class CheckedResolver(AbstractResolver):
    """Looks a name up once; refuses the name when any of its addresses is forbidden, so that none can be slipped in."""

    def __init__(self, *, allow_private: bool, inner: AbstractResolver | None = None) -> None:
        self._allow_private = allow_private
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name; Forbidden, or what the look-up itself raises."""
        found = await self._inner.resolve(host, port, family)
        for one in found:
            rule = forbidden(one["host"], allow_private=self._allow_private)
            if rule:
                raise Forbidden(rule)
        return found

    async def close(self) -> None:
        """Let go of the inner resolver."""
        await self._inner.close()


def checked_connector(*, allow_private: bool, resolver: AbstractResolver | None = None, **options: Any) -> TCPConnector:
    """A connector that opens sockets to checked addresses only.

    The socket is made for the very address that was checked: no name is looked up between the check and the
    connect, and an address written as a number (which aiohttp does not resolve) passes the same gate. `options` go
    to aiohttp's TCPConnector.
    """
    return TCPConnector(
        resolver=CheckedResolver(allow_private=allow_private, inner=resolver),
        socket_factory=partial(_socket, allow_private),
        **options,
    )


def _socket(allow_private: bool, info: tuple[Any, ...]) -> socket.socket:  # noqa: FBT001 - aiohttp calls it
    family, kind, protocol, _, where = info
    rule = forbidden(str(where[0]), allow_private=allow_private)
    if rule:
        raise Forbidden(rule)
    return socket.socket(family, kind, protocol)
