"""Short-lived access tokens of API clients.

JSON Web Tokens after RFC 7519, typed `at+jwt` as in RFC 9068, signed with Ed25519 (RFC 8037) under its fully
specified name (RFC 9864, which deprecates `EdDSA`). There is one algorithm, and a token's header must be exactly
the one that we write: nothing in it is ever obeyed (RFC 8725).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from ..errors import UsageError

if TYPE_CHECKING:
    from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
TYPE = "at+jwt"
LIMIT_BYTES = 4096
CLOCK_SKEW = timedelta(seconds=60)
"""How far ahead the clock of another of our processes may be."""


class Access(Struct, frozen=True):
    """What a token says: who is calling, in which session, for which account. Times count in whole seconds."""

    user: UUID
    session: UUID
    account: UUID | None
    issued_at: datetime
    expires_at: datetime


class _Claims(Struct):
    """The payload by its registered names (RFC 7519 §4.1), and our `sid` and `acc`."""

    iss: str
    aud: str
    sub: UUID
    sid: UUID
    iat: datetime
    exp: datetime
    acc: UUID | None = None


class Signer:
    """Signs with the first key and verifies with any, so that keys rotate without anybody being logged out.

    The signing keys are derived from the platform's secret keys: processes with the same keyring sign alike.
    """

    def __init__(self, keys: Sequence[bytes], issuer: str, audience: str = "maxbooster-api") -> None:
        from joserfc.jws import JWSRegistry

        if not keys:
            raise UsageError("a Signer needs at least one key")
        self._issuer = issuer
        self._audience = audience
        self._keys = [(_header(key), key) for key in map(_derived, keys)]
        self._registry = JWSRegistry(algorithms=[ALGORITHM])

    def sign(self, claims: Access) -> str:
        from joserfc import jws

        header, key = self._keys[0]
        payload = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": claims.user,
            "sid": claims.session,
            "acc": claims.account,
            "iat": int(claims.issued_at.timestamp()),
            "exp": int(claims.expires_at.timestamp()),
        }
        return jws.serialize_compact(header, msgspec.json.encode(payload), key, registry=self._registry)

    def verify(self, token: str, now: datetime) -> Access | None:
        """What the token says, None for whatever is not a valid token of ours at this time."""
        payload = self._signed(token) if len(token) <= LIMIT_BYTES else None
        if payload is None:
            return None
        try:
            claims = msgspec.json.decode(payload, type=_Claims, strict=False)
        except msgspec.DecodeError:
            return None
        if (claims.iss, claims.aud) != (self._issuer, self._audience):
            return None
        if claims.iat > now + CLOCK_SKEW or claims.exp <= now:
            return None
        return Access(claims.sub, claims.sid, claims.acc, claims.iat, claims.exp)

    def _signed(self, token: str) -> bytes | None:
        """The payload, if one of our keys signed it under its own header."""
        from joserfc import jws
        from joserfc.errors import JoseError

        try:
            written = jws.extract_compact(token.encode(), registry=self._registry)
            key = next((key for header, key in self._keys if header == written.headers()), None)
            if key is None or not jws.validate_compact(written, key, registry=self._registry):
                return None
        except (JoseError, ValueError, TypeError):
            return None
        return written.payload

    def jwks(self) -> dict[str, Any]:
        """The public keys as a JWK Set (RFC 7517 §5), for `/.well-known/jwks.json`."""
        return {"keys": [dict(key.as_dict(private=False)) for _, key in self._keys]}


def _derived(secret: bytes) -> OKPKey:
    from joserfc.jwk import OKPKey

    seed = HKDF(SHA256(), length=32, salt=None, info=b"maxbooster access token v1").derive(secret)
    key = OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed), {"use": "sig", "alg": ALGORITHM})
    key.ensure_kid()
    return key


def _header(key: OKPKey) -> dict[str, Any]:
    """`kid` is the key's thumbprint (RFC 7638)."""
    return {"alg": ALGORITHM, "kid": key.thumbprint(), "typ": TYPE}
