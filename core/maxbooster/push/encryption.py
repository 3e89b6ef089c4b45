"""What only the browser can read: message encryption for Web Push (RFC 8291) in one record of aes128gcm (RFC 8188).

Our own, over `cryptography`: the one library with a license that fits is not looked after any more. A test holds it
against the example of RFC 8291.
"""

from __future__ import annotations

import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ..errors import Invalid

RECORD_BYTES: Final = 4096
LARGEST_BYTES: Final = 3993
"""Of a message: more would not fit into the one record that push services must take (RFC 8291 §4)."""
AUTH_BYTES: Final = 16
_LAST: Final = b"\x02"


def encrypted(
    message: bytes,
    browser: EllipticCurvePublicKey,
    auth: bytes,
    *,
    key: EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of a push. `key` and `salt` are fresh ones for each; only a test gives them.

    Raises:
        ValueError: the message is too long.
    """
    if len(message) > LARGEST_BYTES:
        raise ValueError(f"a push of {len(message)} bytes is longer than {LARGEST_BYTES}")
    key, salt = key or generate_private_key(SECP256R1()), salt or os.urandom(16)
    ours, theirs = point_of(key.public_key()), point_of(browser)
    shared = key.exchange(ECDH(), browser)
    secret = _derived(auth, b"WebPush: info\0" + theirs + ours, 32, shared)
    content_key = _derived(salt, b"Content-Encoding: aes128gcm\0", 16, secret)
    nonce = _derived(salt, b"Content-Encoding: nonce\0", 12, secret)
    header = salt + struct.pack("!IB", RECORD_BYTES, len(ours)) + ours
    return header + AESGCM(content_key).encrypt(nonce, message + _LAST, None)


def _derived(salt: bytes, info: bytes, length: int, secret: bytes) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def point_of(key: EllipticCurvePublicKey) -> bytes:
    """Uncompressed, as browsers write it (RFC 8291 §3.1)."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def browser_key(text: str) -> EllipticCurvePublicKey:
    """
    Raises:
        Invalid: it is no point of P-256.
    """
    try:
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decoded(text))
    except ValueError:
        raise Invalid("This is not the key of a browser's push subscription.", field="p256dh") from None


def auth_secret(text: str) -> bytes:
    """
    Raises:
        Invalid: it is not 16 bytes.
    """
    try:
        secret = decoded(text)
    except ValueError:
        secret = b""
    if len(secret) != AUTH_BYTES:
        raise Invalid(f"The secret of a push subscription has {AUTH_BYTES} bytes.", field="auth")
    return secret


def decoded(text: str) -> bytes:
    """Base64url without padding, as browsers write it."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def written(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
