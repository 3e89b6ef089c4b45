"""Verifying ID tokens (OpenID Connect Core §3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from ..errors import AuthFailed
from .keys import KeySets
from .login import OAuthLogin

LEEWAY_S = 120
"""By so much the provider's clock may differ from ours."""
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
_UNFIT = (JoseError, ValueError, TypeError, KeyError)


async def verified(keys: KeySets, login: OAuthLogin, token: str, nonce: str, now: float) -> dict[str, Any]:
    """The claims of a token that the provider made for us, for this sign-in.

    Raises:
        AuthFailed: there is none, or one that is not that.
        NotReady: the provider's keys cannot be had.
    """
    if not token:
        raise AuthFailed(f"{login.issuer} did not say who you are (no ID token); sign in again.")
    try:
        claims = await _signed(keys, login, token)
        _expected(login, claims, nonce, now).validate(claims)
    except _UNFIT as error:
        raise AuthFailed(
            f"The ID token of {login.issuer} is not valid for this sign-in ({error}); are both clocks right?"
        ) from None
    return claims


async def _signed(keys: KeySets, login: OAuthLogin, token: str) -> dict[str, Any]:
    """What the provider signed. It may have replaced its keys since we asked for them, even just now: once more then.

    Raises:
        JoseError, ValueError, TypeError, KeyError: it did not sign this.
    """
    try:
        return _read(token, await keys.of(login))
    except _UNFIT:
        return _read(token, await keys.of(login, fresh=True))


def _read(token: str, keys: jwk.KeySet) -> dict[str, Any]:
    return dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)


def _expected(login: OAuthLogin, claims: Mapping[str, Any], nonce: str, now: float) -> jwt.JWTClaimsRegistry:
    """What the claims have to say. Where others may read the token too, `azp` has to name us as who asked for it."""
    audience = claims.get("aud")
    is_shared = isinstance(audience, list) and len(audience) > 1
    return jwt.JWTClaimsRegistry(
        now=int(now),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": login.issuer},
        aud={"essential": True, "value": login.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
        azp={"essential": is_shared, "value": login.client_id},
    )
