"""The keys of providers, remembered for a while: a provider that replaces them is asked again."""

from __future__ import annotations

from time import monotonic
from typing import Any

from joserfc import jwk
from joserfc.errors import JoseError

from ..errors import NotReady
from ..http.client import Client
from .answers import read_json
from .login import OAuthLogin

REMEMBER_S = 300.0
"""A key that a provider withdraws is trusted no longer than that."""
_REMEMBERED = 1_000
_KINDS = ("RSA", "EC", "OKP")
"""Others are left out (RFC 7517 §5): no algorithm that is accepted uses them."""


class KeySets:
    """One per process."""

    def __init__(self, http: Client) -> None:
        self._http = http
        self._known: dict[str, tuple[float, jwk.KeySet]] = {}

    async def of(self, login: OAuthLogin, *, fresh: bool = False) -> jwk.KeySet:
        """The provider's public keys; `fresh`: as they are now.

        Raises:
            NotReady: it cannot be reached, or answers no keys.
        """
        known = self._known.get(login.jwks_url)
        if known is not None and known[0] > monotonic() and not fresh:
            return known[1]
        found = _read(
            await read_json(self._http, login.jwks_url, timeout_s=login.timeout_s, public_only=login.public_only), login
        )
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[login.jwks_url] = monotonic() + REMEMBER_S, found
        return found


def _read(said: Any, login: OAuthLogin) -> jwk.KeySet:
    try:
        usable = [key for key in said["keys"] if key.get("kty") in _KINDS and key.get("use", "sig") == "sig"]
        return jwk.KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise NotReady(f"{login.issuer} answers no keys at {login.jwks_url}; try again later.") from None
