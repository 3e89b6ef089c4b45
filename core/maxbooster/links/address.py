"""Addresses that people enter for others to follow."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import quote, urlsplit, urlunsplit

import idna

from ..errors import Invalid

LONGEST = 2000
_KEPT = "/%:@!$&'()*+,;=?~[]"
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_STRANGE = re.compile(r"[\s\x00-\x1f\x7f\\<>\"`{}|^]")


def web_address(written: str, *, field: str) -> str:
    """An http or https address as it is stored and shown: a host with letters beyond ASCII in its `xn--` form, so that
    one that only looks like another is seen.

    Raises:
        Invalid: it is something else, names a user, or is no address at all.
    """
    text = written.strip()
    _refuse_long(text, "this one has", field)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid(f"{text[:80]!r} is not an address such as https://example.com/page.", field=field) from None
    if parts.scheme.lower() not in ("http", "https") or not host or _STRANGE.search(text):
        raise Invalid(f"{text[:80]!r} is not an address such as https://example.com/page.", field=field)
    if parts.username is not None or parts.password is not None:
        raise Invalid(f"The address of {host} names a user in front of the host; leave that out.", field=field)
    place = _ascii(host, field, bracketed="[" in parts.netloc) + (f":{port}" if port is not None else "")
    path, query, fragment = (quote(part, safe=_KEPT) for part in (parts.path, parts.query, parts.fragment))
    address = urlunsplit((parts.scheme.lower(), place, path, query, fragment))
    _refuse_long(address, "with letters beyond ASCII written as %…, this one has", field)
    return address


def _refuse_long(address: str, has: str, field: str) -> None:
    if len(address) > LONGEST:
        raise Invalid(f"An address has at most {LONGEST} characters; {has} {len(address)}.", field=field)


def _ascii(host: str, field: str, *, bracketed: bool) -> str:
    try:
        if bracketed and "%" not in host:  # a zone means something on one machine alone
            return f"[{IPv6Address(host)}]"
        written = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, AddressValueError) as error:
        raise Invalid(f"{host[:80]!r} is no name of a host: {error}.", field=field) from error
    if not _HOST.fullmatch(written):
        raise Invalid(f"{host[:80]!r} is no name of a host: write it as in https://example.com/page.", field=field)
    return written
