"""What an OpenID provider says of itself (OpenID Connect Discovery 1.0), remembered for an hour."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from ..errors import Invalid, NotReady, Problem
from ..http.client import Client
from .answers import read_json

REMEMBER_S = 3600.0
TIMEOUT_S = 8.0
_REMEMBERED = 1_000
ClientAuth = Literal["client_secret_basic", "client_secret_post", "none"]


class Metadata(Struct, frozen=True, kw_only=True):
    """The part of it that a sign-in needs, by its names there."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    authorization_response_iss_parameter_supported: bool = False
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)

    def client_auth(self, secret: str) -> ClientAuth:
        if not secret:
            return "none"
        offered = self.token_endpoint_auth_methods_supported
        return "client_secret_post" if "client_secret_basic" not in offered else "client_secret_basic"

    @property
    def addresses(self) -> Sequence[str]:
        given = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri, self.userinfo_endpoint)
        return [each for each in given if each]


class Discovery:
    """One per process."""

    def __init__(self, http: Client) -> None:
        self._http = http
        self._known: dict[tuple[str, bool], tuple[float, Metadata]] = {}

    async def of(self, issuer: str, *, public_only: bool = True, fresh: bool = False) -> Metadata:
        """`public_only`: whether it must lie at a public address. `fresh`: as it is now.

        Raises:
            NotReady: it cannot be reached, or answers no OpenID configuration.
            Invalid: what it says of itself cannot be used.
        """
        known = self._known.get((issuer, public_only))
        if known is not None and known[0] > monotonic() and not fresh:
            return known[1]
        found = _read(await self._asked(issuer, public_only), issuer)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[issuer, public_only] = monotonic() + REMEMBER_S, found
        return found

    async def _asked(self, issuer: str, public_only: bool) -> Any:
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            return await read_json(self._http, url, timeout_s=TIMEOUT_S, public_only=public_only)
        except Invalid:
            raise
        except Problem as problem:
            raise NotReady(f"{issuer} does not say how to sign in there: {problem.detail}") from problem


def _read(said: Any, issuer: str) -> Metadata:
    try:
        found = msgspec.convert(said, Metadata)
    except msgspec.ValidationError as error:
        raise NotReady(f"{issuer} answers no OpenID configuration ({error}).") from None
    if found.issuer != issuer:
        raise Invalid(
            f"{issuer} calls itself {found.issuer!r}; the issuer has to be written exactly as it does.", field="issuer"
        )
    for address in found.addresses:
        if not _is_as_safe(address, issuer):
            raise Invalid(f"{issuer} names {address!r}, which is no https address.", field="issuer")
    return found


def _is_as_safe(address: str, issuer: str) -> bool:
    """The browser is sent to one of them, our client's secret to another."""
    parts = urlsplit(address)
    return bool(parts.hostname) and parts.scheme in ("https", urlsplit(issuer).scheme)
