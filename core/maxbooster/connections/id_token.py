"""Verifying ID tokens (OpenID Connect Core §3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from ..errors import AuthFailed
from ..http.client import Client
from .answers import read_json
from .providers import OAuthLogin

LEEWAY_S = 120
"""By so much the provider's clock may differ from ours."""
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


async def verified(http: Client, login: OAuthLogin, token: str, nonce: str, now: float) -> dict[str, Any]:
    """The claims of a token that the provider made for us, for this sign-in.

    Raises:
        AuthFailed: there is none, or one that is not that.
    """
    if not token:
        raise AuthFailed(f"{login.issuer} did not say who you are (no ID token); connect again.")
    keys = await read_json(http, login, login.jwks_url)
    try:
        found = jwt.decode(token, jwk.KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        _expected(login, found.claims, nonce, now).validate(found.claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise AuthFailed(
            f"The ID token of {login.issuer} is not valid for this sign-in ({error}); are both clocks right?"
        ) from None
    return dict(found.claims)


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
