"""Connections to public addresses only, for URLs that a user gave (server-side request forgery, CWE-918)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx

from ...errors import Invalid

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""A host's addresses, best first. Raises OSError."""

_GLOBAL_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_NOT_PUBLIC = [
    ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598); 100.100.100.200 is a cloud's metadata
        "168.63.129.16/32",  # a cloud's host agent, on an address that looks public
        "192.0.0.0/24",  # protocol assignments (RFC 6890); 192.0.0.192 is a cloud's metadata
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "2001::/23",  # protocol assignments (RFC 2928)
        "3fff::/20",  # documentation (RFC 9637)
    )
]


async def resolve_by_system(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def is_public(address: str) -> bool:
    """Whether anybody on the internet could reach it; an IPv4 address within an IPv6 one counts as itself."""
    ip = _unwrapped(ip_address(address))
    if isinstance(ip, IPv6Address) and ip not in _GLOBAL_UNICAST:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOT_PUBLIC)


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(ip.packed[-4:])
    return ip.ipv4_mapped or ip.sixtofour or ip


async def public_addresses(host: str, port: int, resolve: Resolve = resolve_by_system) -> Sequence[str]:
    """Where a host that a user named can be reached, by a protocol other than HTTP: connect to these and to no name.

    Raises:
        Invalid: one of its addresses is not public.
        OSError: its name is unknown.
    """
    addresses = await resolve(host, port)
    if not addresses or not all(map(is_public, addresses)):
        raise Invalid(f"{host} leads to an address that is not public, which is not allowed.", field="host")
    return addresses


class PublicOnly(httpx.AsyncBaseTransport):
    """Connects to the very address that was checked, so a name that resolves differently a moment later gains nothing.

    Certificates are checked against the name. As the pool below knows only addresses, no connection is kept: it
    might be used for another name on the same address, whose certificate was not checked.
    """

    def __init__(self, resolve: Resolve, *, private: bool) -> None:
        self._resolve = resolve
        self._private = private
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._transport = httpx.AsyncHTTPTransport(limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        Raises:
            Invalid: an address of the host is not public, or the URL is not http(s).
            httpx.ConnectError: the host is unknown, or none of its addresses accepts a connection.
        """
        if request.url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol("not http or https")
        failed: httpx.TransportError = httpx.ConnectError("it has no address")
        for address in await self.addresses(request.url):
            try:
                return await self._transport.handle_async_request(_redirected(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
        raise failed

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def addresses(self, url: httpx.URL) -> Sequence[str]:
        """
        Raises:
            Invalid: one of them is not public.
            httpx.ConnectError: the host is unknown.
        """
        host = url.raw_host.decode("ascii")
        try:
            addresses = await self._resolve(host, url.port or {"http": 80, "https": 443}[url.scheme])
        except (OSError, UnicodeError):
            raise httpx.ConnectError("its name is unknown") from None
        if not self._private and not all(map(is_public, addresses)):
            raise Invalid(f"{host} leads to an address that is not public, which is not allowed.", field="url")
        return addresses


def _redirected(request: httpx.Request, address: str) -> httpx.Request:
    """To the address; the Host header and the name in the TLS handshake (RFC 6066 §3) stay."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )
