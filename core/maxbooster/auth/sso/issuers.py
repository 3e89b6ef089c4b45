"""What may be an issuer, and whether a second factor was used there."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from ...settings import Settings

LONGEST = 500


def refuse_unsafe(issuer: str, settings: Settings) -> None:
    """
    Raises:
        ValueError: it is no https address without query and fragment; on this machine http is enough.
    """
    try:
        parts = urlsplit(issuer)
        host = parts.hostname
    except ValueError:
        raise ValueError(f"{issuer!r} cannot be read as an address") from None
    rest = parts.query, parts.fragment, parts.username, parts.password
    if not host or any(rest) or len(issuer) > LONGEST:
        raise ValueError(f"{issuer!r} is not an address such as https://login.example")
    if parts.scheme != "https" and not (parts.scheme == "http" and (settings.outbound_private or _is_here(host))):
        raise ValueError(f"{issuer!r} must begin with https://")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_MULTIPLE = frozenset(
    {
        "mfa",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
        "https://refeds.org/profile/mfa",
        "http://schemas.microsoft.com/claims/multipleauthn",
    }
)
"""As providers write it; whatever else has the letters `mfa` in it may say the opposite."""


def used_second_factor(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says so, by `amr` (RFC 8176: `mfa`) or `acr`. What it doesn't say wasn't used."""
    methods, context = claims.get("amr"), str(claims.get("acr") or "").lower()
    said = isinstance(methods, list) and "mfa" in methods
    return said or context in _MULTIPLE
