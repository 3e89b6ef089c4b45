"""Identities, trips and accounts' providers as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, exists, insert, literal, or_, select, update

from ...context import Context
from ...db import directory
from ...keyring import Keyring
from ..models import Account, Membership, User
from ..passkeys.models import Passkey
from .models import AccountDomain, AccountProvider, LinkedIdentity, SignInTrip

KIND = "identity"
DOMAIN = "sign-in domain"
"""Kinds in the directory."""


def directory_value(issuer: str, subject: str) -> str:
    return f"{issuer}\0{subject}"


# Identities


async def identity_of(ctx: Context, issuer: str, subject: str) -> LinkedIdentity | None:
    query = select(LinkedIdentity).where(LinkedIdentity.issuer == issuer, LinkedIdentity.subject == subject)
    held = await ctx.app.database.fetch(directory.LOOK_UP, hash=directory.key(KIND, directory_value(issuer, subject)))
    return await ctx.platform.first(query.where(LinkedIdentity.user_id == held[0][1])) if held else None


async def identities(ctx: Context, user: UUID) -> Sequence[LinkedIdentity]:
    query = select(LinkedIdentity).where(LinkedIdentity.user_id == user)
    return await ctx.platform.all(query.order_by(LinkedIdentity.created_at, LinkedIdentity.id))


def link(connection: Connection, row: dict[str, Any]) -> None:
    """
    Raises:
        Conflict: somebody has this identity.
    """
    value = directory_value(row["issuer"], row["subject"])
    directory.claim_in_directory(connection, KIND, value, row["user_id"], at=row["created_at"], user=row["user_id"])
    connection.execute(insert(LinkedIdentity).values(**row))


def unlink(connection: Connection, identity: Any) -> bool:
    """False: it was unlinked meanwhile."""
    value = directory_value(identity.issuer, identity.subject)
    directory.release_from_directory(connection, KIND, value, identity.user_id)
    return connection.execute(delete(LinkedIdentity).where(LinkedIdentity.id == identity.id)).rowcount == 1


def unlink_those(connection: Connection, user: UUID, ids: Sequence[UUID]) -> None:
    theirs = select(LinkedIdentity.__table__).where(LinkedIdentity.user_id == user, LinkedIdentity.id.in_(ids))
    for each in connection.execute(theirs).all():
        unlink(connection, each)


def unlink_all(connection: Connection, user: UUID) -> None:
    theirs = select(LinkedIdentity.__table__).where(LinkedIdentity.user_id == user)
    for each in connection.execute(theirs).all():
        unlink(connection, each)


def used(connection: Connection, identity: UUID, now: datetime) -> bool:
    """Note that it was used; False: it was unlinked meanwhile."""
    statement = update(LinkedIdentity).where(LinkedIdentity.id == identity)
    return connection.execute(statement.values(used_at=now)).rowcount == 1


def has_other_way(connection: Connection, user: UUID, but: UUID | None = None, providers: Sequence[str] = ()) -> bool:
    """Whether they can log in without one identity or passkey: by a password, a passkey, or at one of the providers."""
    connection.execute(select(User.id).where(User.id == user).with_for_update())
    password = select(User.id).where(User.id == user, User.password.is_not(None))
    passkey = select(Passkey.id).where(Passkey.user_id == user, Passkey.id != but)
    elsewhere = select(LinkedIdentity.id).where(
        LinkedIdentity.user_id == user, LinkedIdentity.id != but, LinkedIdentity.provider.in_(providers)
    )
    return bool(connection.execute(select(or_(exists(password), exists(passkey), exists(elsewhere)))).scalar_one())


# Trips


def take_trip(connection: Connection, hash: bytes, browser: bytes, purposes: Sequence[str]) -> Any:
    """The trip, which nobody can end again; None if this browser has none such."""
    mine = SignInTrip.hash == hash, SignInTrip.browser == browser, SignInTrip.purpose.in_(purposes)
    return connection.execute(delete(SignInTrip).where(*mine).returning(SignInTrip.__table__)).first()


async def trip_of(ctx: Context, hash: bytes, browser: bytes) -> SignInTrip | None:
    query = select(SignInTrip).where(SignInTrip.hash == hash, SignInTrip.browser == browser)
    return await ctx.platform.first(query.where(SignInTrip.expires_at > ctx.now))


def prune(connection: Connection, now: datetime) -> None:
    connection.execute(delete(SignInTrip).where(SignInTrip.expires_at <= now))


# Accounts' providers


def provider_of(connection: Connection, account: UUID) -> Any:
    """Before anybody is known: what an account set up, with its name."""
    columns = (*AccountProvider.__table__.columns, Account.name.label("account_name"))
    query = select(*columns).join(Account, Account.id == AccountProvider.account_id)
    return connection.execute(query.where(AccountProvider.account_id == account)).first()


def providers_for(connection: Connection, user: UUID) -> Sequence[Any]:
    """Of the accounts that somebody is in."""
    query = (
        select(AccountProvider.account_id, AccountProvider.title)
        .join(Membership, Membership.account_id == AccountProvider.account_id)
        .where(Membership.user_id == user, AccountProvider.enabled)
    )
    return connection.execute(query.order_by(AccountProvider.title)).all()


def account_of_domain(connection: Connection, domain: str) -> UUID | None:
    """Whose provider people with such an address use."""
    query = (
        select(AccountDomain.account_id)
        .join(AccountProvider, AccountProvider.account_id == AccountDomain.account_id)
        .where(AccountDomain.domain == domain, AccountDomain.confirmed_at.is_not(None), AccountProvider.enabled)
    )
    return connection.execute(query).scalar()


def owns_domain(connection: Connection, account: UUID, domain: str) -> bool:
    query = select(AccountDomain.id).where(
        AccountDomain.account_id == account, AccountDomain.domain == domain, AccountDomain.confirmed_at.is_not(None)
    )
    return connection.execute(query).first() is not None


def bound_by_email(connection: Connection, user: UUID) -> str | None:
    """The name of an account that asks its members to sign in at its own provider, by the domain of their present
    address. Owners are not asked."""
    query = (
        select(Account.name)
        .join(Membership, Membership.account_id == Account.id)
        .join(AccountProvider, AccountProvider.account_id == Account.id)
        .join(AccountDomain, AccountDomain.account_id == Account.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.user_id == user,
            Membership.role != "owner",
            AccountProvider.enabled,
            AccountProvider.required,
            AccountDomain.confirmed_at.is_not(None),
            User.email.like(literal("%@") + AccountDomain.domain),
        )
    )
    return connection.execute(query).scalar()


def is_member(connection: Connection, account: UUID, user: UUID) -> bool:
    """Of the account, or of one below it."""
    query = (
        select(Membership.user_id)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.user_id == user, or_(Account.id == account, Account.parent_id == account))
    )
    return connection.execute(query).first() is not None


def forget_domains(connection: Connection, account: UUID) -> None:
    """What an account that is erased had claimed in the directory."""
    claims = delete(directory.DirectoryEntry).where(
        directory.DirectoryEntry.account_id == account, directory.DirectoryEntry.kind == DOMAIN
    )
    connection.execute(claims)


def rotate(connection: Connection, keys: Keyring) -> int:
    """Seal the clients' secrets with the newest key. Trips are over before a key is dropped."""
    rows = connection.execute(
        select(AccountProvider.account_id, AccountProvider.sealed).where(AccountProvider.sealed.is_not(None))
    ).all()
    for row in rows:
        same = AccountProvider.account_id == row.account_id, AccountProvider.sealed == row.sealed
        connection.execute(update(AccountProvider).where(*same).values(sealed=keys.rotate(row.sealed)))
    return len(rows)
