"""Users, what they belong to, and by what they get in.

They are read before the account of a request is known, so they lie outside the accounts (`Local`). Secrets are kept
as SHA-256 where they are random, as argon2id where people chose them, sealed where they must be read again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Local, Reference, Table
from ..db.types import Json


class Account(Table):
    """The artist, producer or label that owns things; its id is the account id of all its rows."""

    __tablename__ = "core_account"
    __table_args__ = (Index("ix_core_account_parent_id", "parent_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[UUID | None]
    """The label that it is a sub-account of."""
    created_at: Mapped[datetime]
    factor_required: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether members need a second factor to work in it."""


class User(Table):
    """A person, with one login. The e-mail address is claimed in the directory as `email`."""

    __tablename__ = "core_user"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(300))
    """An argon2id hash (PHC string), or a bcrypt one that was imported; None: no password yet."""
    operator: Mapped[str | None] = mapped_column(String(20))
    """Their role on the platform's staff."""
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed. A second factor is asked for once `totp_since` is set."""
    totp_since: Mapped[datetime | None]
    totp_step: Mapped[int] = mapped_column(BigInteger, default=-1)
    """The last time step that was used: a code works once (RFC 6238 §5.2)."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    erase_at: Mapped[datetime | None]
    """When they will be erased, as they asked."""


class RecoveryCode(Local, Table):
    """What gets in when the second factor is lost; each works once."""

    __tablename__ = "core_recovery_code"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(index=True)


class Membership(Local, Table):
    """A user's role in an account."""

    __tablename__ = "core_membership"
    __table_args__ = (Index("ix_core_membership_account_id", "account_id"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]


class RoleGrant(Reference, Table):
    """Where an operator departed from what the manifests grant to a role."""

    __tablename__ = "core_role_grant"

    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    permission: Mapped[str] = mapped_column(String(120), primary_key=True)
    granted: Mapped[bool]


class Session(Local, Table):
    """Somebody logged in: in a browser by a cookie, in another client by a family of refresh tokens."""

    __tablename__ = "core_session"
    __table_args__ = (Index("ix_core_session_user_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """Of the cookie's token, or of the refresh token that is valid now."""
    kind: Mapped[str] = mapped_column(String(10))
    """`browser` or `client`."""
    user_id: Mapped[UUID]
    account_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    """When the person last proved with all their factors who they are."""
    address: Mapped[str | None] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(300))
    """What the client said it is."""
    within: Mapped[UUID | None]
    """The account whose own provider said who they are: it is good for nothing elsewhere."""
    vouched: Mapped[str | None] = mapped_column(String(10))
    """Who trusts the second factor that the provider vouched for: `operator` or `account`."""


class SpentToken(Local, Table):
    """A refresh token that was exchanged already: who sends it again has stolen it, or was stolen from."""

    __tablename__ = "core_spent_token"
    __table_args__ = (Index("ix_core_spent_token_session_id", "session_id"),)

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    session_id: Mapped[UUID]
    at: Mapped[datetime]


class ApiKey(Local, Table):
    """A key for programs, scoped to permissions; looked up before the account is known."""

    __tablename__ = "core_api_key"
    __table_args__ = (Index("ix_core_api_key_account_id", "account_id"),)

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[UUID]
    user_id: Mapped[UUID | None]
    """Whose it is; it can never do more than they can. None: the account's, made on the command line."""
    name: Mapped[str] = mapped_column(String(100))
    hint: Mapped[str] = mapped_column(String(16))
    """Its first characters, so that a person can tell which it is."""
    permissions: Mapped[str] = mapped_column(String(4000))
    """Permission names separated by spaces; `*` for all."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    requests: Mapped[int] = mapped_column(BigInteger, default=0)
    refused: Mapped[int] = mapped_column(BigInteger, default=0)
    """Requests beyond its rate limit."""


class Proof(Local, Table):
    """What somebody will prove by following a link that is mailed to them: once, and before it expires."""

    __tablename__ = "core_proof"
    __table_args__ = (Index("ix_core_proof_account_id", "account_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    """Of the link's token; None until it is mailed."""
    kind: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(254))
    user_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    facts: Mapped[Any] = mapped_column(Json, nullable=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    """How often its mail was sent."""


def totp_place(user: UUID) -> str:
    """Where a user's second factor is kept, for the keyring that seals it."""
    return f"totp/{user}"
