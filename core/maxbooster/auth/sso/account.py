"""The provider that an account sets up for its members, and the domains that are its own."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update

from ...context import Context
from ...db import directory
from ...db.models import PLATFORM
from ...errors import Conflict, Invalid, NotFound
from ..sessions import queries as sessions
from . import providers, queries
from .issuers import refuse_unsafe
from .models import AccountDomain, AccountProvider, secret_place
from .schemas import AccountProviderChange, AccountProviderOut, AccountProviderSwitch, DomainOut, TestedSignIn
from .signing_in import Arrived

MOST_DOMAINS = 20
_DOMAIN = re.compile(r"(?=.{3,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_EVERYBODYS = {
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com",
    "aol.com", "proton.me", "protonmail.com", "gmx.net", "gmx.de", "web.de", "mail.com", "zoho.com", "yandex.com",
    "fastmail.com",
}  # fmt: skip
"""Where anybody gets an address: nobody's own."""


async def found(ctx: Context) -> AccountProviderOut:
    row, domains = await _row(ctx), await _domains(ctx)
    redirect = f"{ctx.app.settings.origin}{providers.RETURN_PATH}{ctx.account}"
    listed = [DomainOut(each.id, each.domain, each.confirmed_at) for each in domains]
    if row is None:
        return AccountProviderOut(redirect_uri=redirect, domains=listed)
    return AccountProviderOut(
        redirect_uri=redirect,
        title=row.title,
        issuer=row.issuer,
        client_id=row.client_id,
        has_secret=row.sealed is not None,
        role=row.role,
        trusted=row.trusted,
        required=row.required,
        enabled=row.enabled,
        tested_at=row.tested_at,
        version=row.version,
        domains=listed,
    )


async def _row(ctx: Context) -> AccountProvider | None:
    return await ctx.first(select(AccountProvider))


async def _domains(ctx: Context) -> Any:
    return await ctx.all(select(AccountDomain).order_by(AccountDomain.domain))


async def save(ctx: Context, given: AccountProviderChange) -> AccountProviderOut:
    """What is kept is off until somebody has signed in with it; sessions that the old one opened end.

    Raises:
        Invalid: the issuer is no address, or doesn't say how to sign in there.
        NotReady: it can't be reached.
        Conflict: somebody else changed it since it was read, or this is no account of an artist or label.
    """
    if ctx.account == PLATFORM:
        raise Conflict("Staff sign in at the providers that the operator set up.")
    issuer = given.issuer.strip()
    try:
        refuse_unsafe(issuer, ctx.app.settings)
    except ValueError as error:
        raise Invalid(f"{str(error)[0].upper()}{str(error)[1:]}.", field="issuer") from error
    await ctx.app.discovery.of(issuer, fresh=True)
    row = await _row(ctx)
    if (row.version if row is not None else None) != given.version:
        raise Conflict("Somebody else changed this in the meantime; load it again and repeat.", field="version")
    is_new = row is None
    row = row or AccountProvider(account_id=ctx.account, sealed=None, required=False, enabled=False)
    is_same = not is_new and (row.issuer, row.client_id) == (issuer, given.client_id) and not given.client_secret
    if not is_same:
        row.tested_at, row.enabled, row.required = None, False, False
    if given.client_secret is not None:
        secret = given.client_secret
        row.sealed = ctx.app.keyring.seal(secret, secret_place(ctx.account)) if secret else None
    row.title, row.issuer, row.client_id = given.title.strip(), issuer, given.client_id
    row.role, row.trusted, row.updated_at = given.role, given.trusted, ctx.now
    if is_new:
        ctx.add(row)
    facts = {"issuer": issuer, "title": row.title, "role": row.role, "trusted": row.trusted}
    ctx.audit("sso.updated", row, after=facts)
    account = ctx.account
    ended = await ctx.write(lambda connection: [] if is_same else sessions.revoke_within(connection, account))
    _forget(ctx, ended)
    return await found(ctx)


def _forget(ctx: Context, users: list[UUID]) -> None:
    for user in users:
        ctx.app.credentials.forget(user)


async def switch(ctx: Context, given: AccountProviderSwitch) -> AccountProviderOut:
    """Let members sign in there, or no more; `required`: make those whose domain is confirmed.

    Raises:
        NotFound: nothing is set up.
        Conflict: nobody has signed in with it as it stands, or no domain is confirmed.
    """
    row = await _set_up(ctx)
    if given.enabled and row.tested_at is None:
        raise Conflict("Try it first: sign in there once with “Test sign-in”.", field="enabled")
    if given.required and not any(each.confirmed_at for each in await _domains(ctx)):
        raise Conflict("No domain is confirmed yet, so nobody would have to sign in there.", field="required")
    row.enabled, row.required = given.enabled, given.enabled and given.required
    ctx.audit("sso.switched", row, after={"enabled": row.enabled, "required": row.required})
    account, enabled = ctx.account, row.enabled
    ended = await ctx.write(lambda connection: [] if enabled else sessions.revoke_within(connection, account))
    _forget(ctx, ended)
    return await found(ctx)


async def _set_up(ctx: Context) -> AccountProvider:
    row = await _row(ctx)
    if row is None:
        raise NotFound("This account has no sign-in of its own; set it up first.")
    return row


async def remove(ctx: Context) -> None:
    """Its members go on with what else they log in by.

    Raises:
        NotFound: nothing is set up.
    """
    row = await _set_up(ctx)
    ctx.audit("sso.deleted", row, before={"issuer": row.issuer})
    ctx.delete(row)
    account = ctx.account
    _forget(ctx, await ctx.write(lambda connection: sessions.revoke_within(connection, account)))


async def note_test(ctx: Context, arrived: Arrived) -> TestedSignIn:
    """
    Raises:
        NotAllowed: whoever tested it may not set it up.
        Conflict: it was changed meanwhile.
    """
    ctx.demand("sso.write")
    if arrived.provider.account != ctx.account or arrived.session != (ctx.identity and ctx.identity.credential):
        raise Conflict("You switched to another account in the meantime; go back and test it again.")
    row = await _set_up(ctx)
    if row.version != arrived.kept.version:
        raise Conflict("The settings were changed during the test; test them again.")
    person = arrived.person
    row.tested_at = ctx.now
    ctx.audit("sso.tested", row, after={"issuer": person.issuer})
    return TestedSignIn(person.subject, person.email, person.email_verified, person.name, person.second_factor)


async def first_role(ctx: Context, account: UUID) -> str:
    row = await ctx.read(lambda connection: queries.provider_of(connection, account))
    return str(row.role) if row is not None else "viewer"


# Domains


async def add_domain(ctx: Context, given: str) -> AccountDomain:
    """
    Raises:
        Invalid: it is no domain, or one where anybody gets an address.
        Conflict: it stands here already, or there are too many.
    """
    domain = given.strip().lower().removeprefix("@").rstrip(".")
    if not _DOMAIN.fullmatch(domain):
        raise Invalid(f"{given!r} is not a domain such as harbour.example.", field="domain")
    if domain in _EVERYBODYS:
        raise Invalid(f"Anybody can get an address at {domain}, so it is nobody's own.", field="domain")
    known = await _domains(ctx)
    if domain in [each.domain for each in known]:
        raise Conflict(f"{domain} stands here already.", field="domain")
    if len(known) >= MOST_DOMAINS:
        raise Conflict(f"You have {MOST_DOMAINS} domains; delete one that you don't use.", field="domain")
    row = AccountDomain(domain=domain, created_at=ctx.now, confirmed_at=None)
    ctx.add(row)
    ctx.audit("sso.domain_added", row, after=domain)
    return row


async def remove_domain(ctx: Context, id: UUID) -> None:
    """
    Raises:
        NotFound: the account has no such domain.
    """
    row = await ctx.get(AccountDomain, id)
    domain, account = row.domain, ctx.account
    ctx.audit("sso.domain_deleted", row, before=domain)
    ctx.delete(row)
    await ctx.write(lambda connection: directory.release_from_directory(connection, queries.DOMAIN, domain, account))


async def confirm_domain(ctx: Context, domain: str) -> AccountDomain:
    """The operator has proof that it is the account's.

    Raises:
        NotFound: the account doesn't say that it is its own.
        Conflict: another account has it confirmed.
    """
    row = await ctx.first(select(AccountDomain).where(AccountDomain.domain == domain.strip().lower()))
    if row is None:
        raise NotFound(f"This account doesn't say that {domain} is its own; its owner adds it first.")
    if row.confirmed_at is not None:
        return row
    ctx.audit("sso.domain_confirmed", row, after=row.domain)
    account, id, name, now = ctx.account, row.id, row.domain, ctx.now

    def confirm(connection: Connection) -> None:
        directory.claim_in_directory(connection, queries.DOMAIN, name, account, at=now)
        mine = AccountDomain.account_id == account, AccountDomain.id == id
        connection.execute(update(AccountDomain).where(*mine).values(confirmed_at=now))

    await ctx.write(confirm)
    return row
