"""Under which names this server may be called, and who calls from the machine itself."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, ClassVar
from urllib.parse import urlsplit

from ..errors import Problem
from ..settings import Settings

LOCAL_NAMES = frozenset({"localhost"})
STRANGERS = ("/p/", "/l/", "/embed/")
"""Below these lies what strangers see: public pages, short links, and pages in frames of other sites."""
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")


class Misdirected(Problem):
    status = 421
    type = "misdirected"
    title = "This server is not known by that name"
    headers: ClassVar[dict[str, str]] = {"Connection": "close"}

    def __init__(self) -> None:
        super().__init__(
            "The request's Host header names another server. If people reach this one by that name, its operator sets"
            " MAXBOOSTER_PUBLIC_URL, or adds the name to MAXBOOSTER_HOSTS."
        )


class Hosts:
    """The names of `public_url` and `hosts`, this machine's own, and any bare IP address: a page of another site can
    make its own name lead here (DNS rebinding), but not an address."""

    def __init__(self, settings: Settings) -> None:
        public = urlsplit(settings.origin).hostname or ""
        self._pages = urlsplit(settings.pages_url).hostname if settings.pages_url else None
        self._known = {public, socket.gethostname().lower(), *LOCAL_NAMES, *map(str.lower, settings.hosts)}

    def know(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        host = _host(headers)
        return host is None or host in self._known or host == self._pages or _is_address(host)

    def is_elsewhere(self, headers: Iterable[tuple[bytes, bytes]], path: str) -> bool:
        """Where strangers' pages have a host of their own, they're served only there, and nothing else is."""
        if self._pages is None:
            return False
        return (_host(headers) == self._pages) != path.startswith(STRANGERS)


def _host(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    given = next((value for name, value in headers if name == b"host"), None)
    return None if given is None else _name(given.decode("latin-1"))


def is_local(client: Any, headers: Mapping[str, str]) -> bool:
    """Whether a program on this machine calls, and not a proxy for somebody elsewhere."""
    if client is None or any(name in headers for name in _FORWARDED):
        return False
    return _is_loopback(client.host) and _is_loopback(_name(headers.get("host", "")))


@lru_cache(maxsize=256)
def _name(host: str) -> str:
    """Without port, brackets and the root's dot."""
    try:
        return (urlsplit(f"//{host}").hostname or "").removesuffix(".")
    except ValueError:
        return ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host in LOCAL_NAMES or (_is_address(host) and ip_address(host).is_loopback)
