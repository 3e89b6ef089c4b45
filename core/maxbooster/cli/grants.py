"""`maxbooster grants`: what an account shares. No link is printed: only its hash is kept."""

from __future__ import annotations

from uuid import UUID

import click

from ..context import Context
from ..grants import service
from ..grants.schemas import GrantOut
from .failures import printable
from .printing import ACCOUNT, AS_JSON, print_rows
from .running import in_account


@click.group()
def grants() -> None:
    """See what accounts share, and stop it."""


@grants.command("list")
@ACCOUNT
@AS_JSON
def list_grants(account: UUID, as_json: bool) -> None:
    """List what an account shares, the newest first."""

    async def listed(ctx: Context) -> list[GrantOut]:
        return await service.listed(ctx, None)

    rows = in_account(account, listed)
    print_rows(rows, [_line(row) for row in rows], as_json=as_json, empty="This account shares nothing.")


def _line(row: GrantOut) -> str:
    whom = row.receiver_name or ("a closed account" if row.receiver else row.email or "whoever has the link")
    named = f"{whom} ({row.label})" if row.label else whom
    what = f"{row.kind} {row.title or row.object_id}"
    return printable(f"{row.id}  {row.state:<7}  until {row.expires_at:%Y-%m-%d %H:%M}  {what}  to {named}")


@grants.command()
@click.argument("grant", type=click.UUID)
@ACCOUNT
@AS_JSON
def revoke(grant: UUID, account: UUID, as_json: bool) -> None:
    """Stop sharing: it ends at once."""
    in_account(account, service.revoke, grant)
    print_rows({"id": grant, "state": "revoked"}, ["It is shared no more."], as_json=as_json)
