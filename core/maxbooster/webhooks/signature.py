"""Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): how a webhook says who sends it, and when."""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from .source import IncomingWebhook, WebhookRefused

TOLERANCE = timedelta(minutes=5)
"""How far a sender's clock may be from ours, either way."""
PREFIX = "whsec_"


def new_webhook_secret() -> str:
    return PREFIX + b64encode(secrets.token_bytes(32)).decode()


def signed_headers(id: str, body: bytes, of: Sequence[str], now: datetime) -> dict[str, str]:
    """What goes with a webhook: one signature for each of the secrets."""
    at = str(int(now.timestamp()))
    signatures = [_signature(secret, id, at, body) for secret in of]
    return {"webhook-id": id, "webhook-timestamp": at, "webhook-signature": " ".join(signatures)}


def verify_standard(webhook: IncomingWebhook, of: Sequence[str]) -> str:
    """The id of a webhook that was signed with one of the secrets.

    Raises:
        WebhookRefused: a header is missing or wrong, the signature is none of ours, or it is too old or too new.
    """
    id, at, signatures = (webhook.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (id and at and signatures):
        raise WebhookRefused("A webhook needs the headers webhook-id, webhook-timestamp and webhook-signature.")
    expected = [_signature(secret, id, at, webhook.body).encode() for secret in of]
    if not any(hmac.compare_digest(given.encode(), each) for given in signatures.split(" ") for each in expected):
        raise WebhookRefused("The signature is wrong: it was made with another secret, or the body was changed.")
    refuse_stale(at, webhook.at)
    return id


def refuse_stale(sent_at: str, now: datetime) -> None:
    """`sent_at`: seconds since 1970, as most providers sign them.

    Raises:
        WebhookRefused: it is no time, or more than `TOLERANCE` away from now.
    """
    if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 11):
        raise WebhookRefused("The timestamp is not in seconds since 1970.")
    away = datetime.fromtimestamp(int(sent_at), UTC) - now
    if abs(away) > TOLERANCE:
        word = "in the future" if away > timedelta() else "ago"
        raise WebhookRefused(
            f"It was signed {abs(away).total_seconds():.0f} s {word}; at most {TOLERANCE.seconds} s are allowed."
        )


def _signature(secret: str, id: str, at: str, body: bytes) -> str:
    signed = hmac.digest(_key(secret), f"{id}.{at}.".encode() + body, "sha256")
    return f"v1,{b64encode(signed).decode()}"


@lru_cache(maxsize=64)
def _key(secret: str) -> bytes:
    try:
        return b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook secret is base64 after 'whsec_'") from error
