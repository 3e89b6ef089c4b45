"""Under which names this server may be called, and who calls from the machine itself."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Any, ClassVar
from urllib.parse import urlsplit

from ..errors import Problem
from ..settings import Settings

LOCAL_NAMES = frozenset({"localhost"})
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
        self._known = {public, socket.gethostname().lower(), *LOCAL_NAMES, *map(str.lower, settings.hosts)}

    def know(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        given = next((value for name, value in headers if name == b"host"), None)
        if given is None:
            return True
        host = _name(given.decode("latin-1"))
        return host in self._known or _is_address(host)


def is_local(client: Any, headers: Mapping[str, str]) -> bool:
    """Whether a program on this machine calls, and not a proxy for somebody elsewhere."""
    if client is None or any(name in headers for name in _FORWARDED):
        return False
    return _is_loopback(client.host) and _is_loopback(_name(headers.get("host", "")))


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
