"""Who sends: Voluntary Application Server Identification (RFC 8292). One key pair for the platform, made when it is
first needed; browsers bind their subscriptions to it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from joserfc import jwt
from joserfc.jwk import ECKey

from ..context import Context
from ..errors import NotFound
from ..mail.message import mailbox
from ..settings import Settings
from .encryption import point_of, written

LIFETIME: Final = timedelta(hours=12)
"""Of a token: at most 24 h are allowed (RFC 8292 §2)."""
_SECRET: Final = "core.vapid"


async def signing_key(ctx: Context) -> EllipticCurvePrivateKey:
    """The platform's. Restored with a backup, so subscriptions outlive a restore."""
    async with ctx.app.unit(writable=False) as platform:
        pem = ""
        with suppress(NotFound):
            pem = await platform.secrets.get(_SECRET)
        if not pem:
            fresh = generate_private_key(SECP256R1())
            made = fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            pem = await platform.secrets.create(_SECRET, made)
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


def public_text(key: EllipticCurvePrivateKey) -> str:
    """What a browser wants as `applicationServerKey`."""
    return written(point_of(key.public_key()))


def authorization(key: EllipticCurvePrivateKey, endpoint: str, settings: Settings, now: datetime) -> str:
    """The header of a push to an endpoint; its token is good there alone."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + LIFETIME).timestamp()),
        "sub": subject(settings),
    }
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(pem))
    return f"vapid t={token}, k={public_text(key)}"


def subject(settings: Settings) -> str:
    """Whom a push service can write to about us."""
    if settings.origin.startswith("https://"):
        return settings.origin
    return f"mailto:{mailbox(settings.mail_from, 'core.mail_from').addr_spec}"
