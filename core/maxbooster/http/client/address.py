"""Reading the URLs that people and plugins give."""

from __future__ import annotations

import re
from ipaddress import ip_address

import httpx

from ...errors import Invalid

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
"""RFC 1123 §2.1, and the underscore that names in use have."""
LONGEST_NAME = 253


def address(url: str) -> httpx.URL:
    """
    Raises:
        Invalid: it is no http(s) URL, or its host is none that could exist.
    """
    try:
        parsed = httpx.URL(url)
        known = _is_host(parsed.raw_host.decode("ascii")) and bool(parsed.host)  # what begins with xn-- is decoded
        known &= parsed.port is None or 0 < parsed.port < 65_536
    except (httpx.InvalidURL, ValueError):
        raise Invalid("The address cannot be read: write it as https://host/path.", field="url") from None
    if parsed.scheme not in ("http", "https") or not parsed.raw_host:
        raise Invalid("The address has to begin with http:// or https:// and a host.", field="url")
    if not known:
        raise Invalid("The host or port in the address cannot exist: check it for mistakes.", field="url")
    return parsed


def _is_host(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        labels = name.removesuffix(".").split(".")
        return len(name) <= LONGEST_NAME and all(_LABEL.fullmatch(label) for label in labels)
    return True
