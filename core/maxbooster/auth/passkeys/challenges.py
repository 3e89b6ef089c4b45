"""Challenges that nobody stores until they are answered: strangers who ask for them leave nothing behind.

A challenge is its expiry, a nonce and a MAC over both and what it is for. Once answered it is remembered until it
expires, so it is answered once (WebAuthn §13.4.3).
"""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from ...errors import NotAuthenticated
from ...keyring import Keyring
from .models import SpentChallenge

LIFETIME = timedelta(minutes=5)
_TIME = 8


def new_challenge(keyring: Keyring, purpose: str, now: datetime) -> bytes:
    """`purpose` says for whom and for what: an answer counts for nothing else."""
    head = int((now + LIFETIME).timestamp()).to_bytes(_TIME, "big") + secrets.token_bytes(24)
    return head + _mac(keyring.raw[0], purpose, head)


def expiry(keyring: Keyring, purpose: str, challenge: bytes, now: datetime) -> datetime:
    """When a challenge of ours expires.

    Raises:
        NotAuthenticated: it isn't ours, is for something else, or has expired.
    """
    head, mac = challenge[:-32], challenge[-32:]
    if not any(hmac.compare_digest(mac, _mac(key, purpose, head)) for key in keyring.raw):
        raise NotAuthenticated("This passkey answered another request; try again.")
    expires_at = datetime.fromtimestamp(int.from_bytes(head[:_TIME], "big"), UTC)
    if expires_at <= now:
        raise NotAuthenticated("That took too long; try again.")
    return expires_at


def spend(connection: Connection, challenge: bytes, expires_at: datetime) -> None:
    """
    Raises:
        NotAuthenticated: it was answered before.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = insert(SpentChallenge).values(hash=sha256(challenge).digest(), expires_at=expires_at)
    if connection.execute(row.on_conflict_do_nothing().returning(SpentChallenge.hash)).first() is None:
        raise NotAuthenticated("This request was answered already; try again.")


def prune(connection: Connection, now: datetime) -> None:
    connection.execute(delete(SpentChallenge).where(SpentChallenge.expires_at <= now))


def _mac(key: bytes, purpose: str, head: bytes) -> bytes:
    return hmac.new(key, f"passkey challenge\0{purpose}\0".encode() + head, sha256).digest()
