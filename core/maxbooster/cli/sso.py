"""`maxbooster sso`: where people sign in. Nothing secret is printed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import click
from msgspec import Struct
from sqlalchemy import Connection, select

from ..auth.models import Account
from ..auth.sso import account as accounts
from ..auth.sso import providers
from ..auth.sso.models import AccountDomain, AccountProvider
from ..auth.sso.schemas import AccountProviderSwitch
from ..context import Context
from ..errors import NotReady, Problem
from .failures import printable
from .printing import ACCOUNT, AS_JSON, print_rows
from .running import in_account, in_platform


@click.group()
def sso() -> None:
    """See and check sign-in providers; confirm the domains of accounts."""


class _Provider(Struct, frozen=True):
    name: str
    title: str
    issuer: str
    account: UUID | None
    state: str
    redirect_uri: str

    @property
    def line(self) -> str:
        whose = f"account {self.account}" if self.account else self.name
        return f"{whose}  {self.state}  {printable(self.title)}  {self.issuer}  {self.redirect_uri}"


@sso.command("list")
@AS_JSON
def list_providers(as_json: bool) -> None:
    """List the providers of the settings and those of accounts, with what is registered there."""
    rows = in_platform(_listed)
    told = "Nobody signs in at a provider. Set MAXBOOSTER_SSO_GOOGLE__CLIENT_ID and __CLIENT_SECRET, for example."
    print_rows(rows, [row.line for row in rows], as_json=as_json, empty=told)


async def _listed(ctx: Context) -> list[_Provider]:
    origin = f"{ctx.app.settings.origin}{providers.RETURN_PATH}"
    theirs = await ctx.read(_of_accounts)
    return [
        *(
            _Provider(each.name, each.title, each.issuer, None, "on", origin + each.name)
            for each in ctx.app.identity_providers.values()
        ),
        *(
            _Provider(
                str(row.account_id), row.title, row.issuer, row.account_id, _state(row), f"{origin}{row.account_id}"
            )
            for row in theirs
        ),
    ]


def _of_accounts(connection: Connection) -> Sequence[AccountProvider]:
    rows = connection.execute(select(AccountProvider.__table__).order_by(AccountProvider.account_id))
    return rows.all()  # type: ignore[return-value]


def _state(row: AccountProvider) -> str:
    if not row.enabled:
        return "off"
    return "required" if row.required else "on"


@sso.command()
@click.argument("name", required=False)
@AS_JSON
def check(name: str | None, as_json: bool) -> None:
    """Ask the provider NAME, or all of the settings, how one signs in there."""
    rows = in_platform(_checked, name)
    lines = [f"{'ok' if row.ok else 'FAILED':<6}  {row.name}  {row.told}" for row in rows]
    print_rows(rows, lines, as_json=as_json, empty="There are no providers in the settings.")
    if not all(row.ok for row in rows):
        raise click.exceptions.Exit(1)


class _Checked(Struct, frozen=True):
    name: str
    ok: bool
    told: str


async def _checked(ctx: Context, name: str | None) -> list[_Checked]:
    names = [name] if name is not None else list(ctx.app.identity_providers)
    return [await _check(ctx, each) for each in names]


async def _check(ctx: Context, name: str) -> _Checked:
    provider = await providers.named(ctx, name, even_disabled=True)
    try:
        login = await providers.login_at(ctx, provider)
        keys = await ctx.app.key_sets.of(login)
        if not keys:
            raise NotReady(f"{login.jwks_url} holds no key that can be used.")
    except Problem as problem:
        return _Checked(name, False, problem.detail)
    return _Checked(name, True, f"{login.authorize_url}, {len(keys.keys)} keys")


class _Domain(Struct, frozen=True):
    account: UUID
    account_name: str
    domain: str
    confirmed_at: datetime | None


@sso.command()
@AS_JSON
def domains(as_json: bool) -> None:
    """List the domains that accounts say are their own, unconfirmed ones first."""

    def read(connection: Connection) -> list[_Domain]:
        columns = AccountDomain.account_id, Account.name, AccountDomain.domain, AccountDomain.confirmed_at
        query = select(*columns).join(Account, Account.id == AccountDomain.account_id)
        found = [_Domain(*row) for row in connection.execute(query)]
        return sorted(found, key=lambda each: (each.confirmed_at is not None, each.domain))

    async def listed(ctx: Context) -> list[_Domain]:
        return await ctx.read(read)

    rows = in_platform(listed)
    lines = [
        f"{row.account}  {'confirmed' if row.confirmed_at else 'waits':<9}  {row.domain}  {printable(row.account_name)}"
        for row in rows
    ]
    print_rows(rows, lines, as_json=as_json, empty="No account says that a domain is its own.")


@sso.command("confirm-domain")
@click.argument("domain")
@ACCOUNT
@AS_JSON
def confirm_domain(domain: str, account: UUID, as_json: bool) -> None:
    """Confirm that DOMAIN is the account's own, after you had proof of it, such as an email from its postmaster.

    From then on the account's provider speaks for every address of the domain.
    """

    async def confirmed(ctx: Context) -> str:
        return (await accounts.confirm_domain(ctx, domain)).domain

    name = in_account(account, confirmed)
    print_rows({"domain": name}, [f"{name} is confirmed."], as_json=as_json)


@sso.command()
@ACCOUNT
@AS_JSON
def disable(account: UUID, as_json: bool) -> None:
    """Turn an account's own sign-in off; its members log in by what else they have."""

    async def turned_off(ctx: Context) -> bool:
        return (await accounts.switch(ctx, AccountProviderSwitch(enabled=False))).enabled

    enabled = in_account(account, turned_off)
    print_rows({"enabled": enabled}, ["The account's own sign-in is off."], as_json=as_json)
