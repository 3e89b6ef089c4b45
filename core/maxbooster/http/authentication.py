"""Who is calling? The minimal seam: a bearer token, looked up by its hash on the fast path."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ..db.engine import Database
from ..db.fast import Prepared
from ..identity import AccessToken, Identity

REMEMBER_S = 1.0
"""How long a process trusts what it looked up; revoking a token takes effect everywhere within this time."""
TOUCH_EVERY = timedelta(minutes=1)
_REMEMBERED = 10_000

_LOOK_UP = Prepared(
    select(
        AccessToken.account_id,
        AccessToken.user_id,
        AccessToken.permissions,
        AccessToken.expires_at,
        AccessToken.used_at,
    ).where(AccessToken.hash == bindparam("hash"))
)


class Tokens:
    """Looks bearer tokens up, remembering the answer for a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[bytes, tuple[float, Identity | None, datetime | None]] = {}

    async def identify(self, token: str, now: datetime) -> Identity | None:
        """Who holds the token; None for one that is unknown or has expired."""
        hashed = sha256(token.encode()).digest()
        known = self._known.get(hashed)
        if known is None or known[0] < monotonic():
            known = await self._look_up(hashed, now)
        _, identity, expires = known
        return identity if expires is None or expires > now else None

    async def _look_up(self, hashed: bytes, now: datetime) -> tuple[float, Identity | None, datetime | None]:
        rows = await self._database.fetch(_LOOK_UP, hash=hashed)
        identity, expires = None, None
        if rows:
            account, user, permissions, expires, used = rows[0]
            identity = Identity(account, user, frozenset(permissions.split()))
            if used is None or now - used > TOUCH_EVERY:
                await self._database.write(lambda connection: _touch(connection, hashed, now))
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        known = self._known[hashed] = (monotonic() + REMEMBER_S, identity, expires)
        return known


def _touch(connection: Connection, hashed: bytes, now: datetime) -> None:
    connection.execute(update(AccessToken).where(AccessToken.hash == hashed).values(used_at=now))


def create(
    connection: Connection,
    account: UUID,
    permissions: frozenset[str],
    *,
    at: datetime,
    user: UUID | None = None,
    lifetime: timedelta | None = None,
) -> str:
    """A new token for an account. It is returned once; only its hash is kept."""
    token = f"mbt_{secrets.token_urlsafe(32)}"
    connection.execute(
        insert(AccessToken).values(
            hash=sha256(token.encode()).digest(),
            account_id=account,
            user_id=user,
            permissions=" ".join(sorted(permissions)),
            created_at=at,
            expires_at=at + lifetime if lifetime else None,
        )
    )
    return token


def revoke(connection: Connection, token: str) -> bool:
    hashed = sha256(token.encode()).digest()
    return connection.execute(delete(AccessToken).where(AccessToken.hash == hashed)).rowcount == 1
