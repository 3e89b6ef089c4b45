"""`maxbooster account`: accounts and their access tokens."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import click
from sqlalchemy import Connection, insert, select

from ..app import App
from ..audit import trail
from ..auth.keys.service import create as create_key
from ..auth.models import Account
from ..db.types import new_id
from ..errors import Invalid, NotFound, suggestion
from ..identity import EVERYTHING
from .running import with_app


@click.group()
def account() -> None:
    """Create accounts and their tokens."""


@account.command()
@click.argument("name")
def create(name: str) -> None:
    """Create an account and print its id."""
    if not name.strip() or len(name) > 200:
        raise Invalid("An account's name has 1 to 200 characters.", field="name")

    async def created(app: App) -> UUID:
        id = new_id()

        def store(connection: Connection) -> None:
            connection.execute(insert(Account).values(id=id, name=name.strip(), created_at=app.clock()))
            trail.record(connection, [trail.Entry(id, new_id(), app.clock(), "account.created", f"core_account:{id}")])

        await app.database.write(store)
        return id

    click.echo(with_app(created, upgrade=True))


@account.command("list")
def list_accounts() -> None:
    """Id and name of every account."""

    async def listed(app: App) -> list[tuple[UUID, str]]:
        query = select(Account.id, Account.name).order_by(Account.created_at)
        return await app.database.read(lambda connection: [(row.id, row.name) for row in connection.execute(query)])

    for id, name in with_app(listed):
        click.echo(f"{id}  {name}")


@account.command()
@click.argument("account", type=click.UUID)
@click.option("--permission", "permissions", multiple=True, help="A permission; repeat it.  [default: all]")
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires.  [default: never]")
def token(account: UUID, permissions: tuple[str, ...], days: int | None) -> None:
    """Create an API key for ACCOUNT itself, of no user, and print it. It is shown this once."""

    async def created(app: App) -> str:
        for permission in permissions:
            if permission not in app.offers.permissions:
                hint = suggestion(permission, list(app.offers.permissions))
                raise Invalid(f"There is no permission {permission!r}.{hint}", field="permission")

        def store(connection: Connection) -> str:
            if connection.execute(select(Account.id).where(Account.id == account)).first() is None:
                raise NotFound(f"There is no account {account}.")
            trail.record(
                connection, [trail.Entry(account, new_id(), app.clock(), "key.created", f"core_account:{account}")]
            )
            return create_key(
                connection,
                account,
                frozenset(permissions or (EVERYTHING,)),
                at=app.clock(),
                lifetime=timedelta(days=days) if days else None,
                name="command line",
            )

        return await app.database.write(store)

    click.echo(with_app(created))
