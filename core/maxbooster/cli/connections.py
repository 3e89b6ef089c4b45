"""`maxbooster connections`: logins of an account at outside services. Nothing secret is printed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import click
import msgspec

from ..connections import providers, queries, service
from ..connections.models import ConnectionRow
from ..connections.schemas import ConnectionOut
from ..connections.service import Closing
from ..context import Context
from .failures import printable
from .printing import ACCOUNT, AS_JSON, print_rows
from .running import in_account


@click.group()
def connections() -> None:
    """See and close logins at outside services."""


@connections.command("list")
@ACCOUNT
@AS_JSON
def list_connections(account: UUID, as_json: bool) -> None:
    """List an account's connections, lost ones first."""

    async def listed(ctx: Context) -> Sequence[ConnectionOut]:
        known = await providers.offered(ctx)
        return [ConnectionOut.of(row, known) for row in await queries.connections(ctx)]

    rows = in_account(account, listed)
    lines = [f"{row.id}  {row.state:<6}  {row.provider}  {printable(row.title)}" for row in rows]
    print_rows(rows, lines, as_json=as_json, empty="This account has no connections.")


@connections.command()
@click.argument("connection", type=click.UUID)
@ACCOUNT
@AS_JSON
def show(connection: UUID, account: UUID, as_json: bool) -> None:
    """Show one connection."""

    async def found(ctx: Context) -> ConnectionOut:
        return ConnectionOut.of(await ctx.get(ConnectionRow, connection), await providers.offered(ctx))

    row = in_account(account, found)
    facts = {name: value for name, value in msgspec.to_builtins(row).items() if value not in (None, "", [])}
    print_rows(row, [f"{name:<15} {printable(str(value))}" for name, value in facts.items()], as_json=as_json)


@connections.command()
@click.argument("connection", type=click.UUID)
@ACCOUNT
@AS_JSON
def close(connection: UUID, account: UUID, as_json: bool) -> None:
    """Disconnect: forget the login, and withdraw the access at the service where it can be done."""

    async def closed(ctx: Context) -> Closing:
        return await service.close(ctx, connection)

    closing = in_account(account, closed)
    print_rows(closing, [f"Closed. {closing.note}".strip()], as_json=as_json)
