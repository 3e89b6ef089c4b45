"""`maxbooster account`: accounts and their API keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import click
from msgspec import Struct
from sqlalchemy import Connection, insert, select

from ..app import App
from ..audit import trail
from ..auth.keys.service import create as create_key
from ..auth.models import Account
from ..db.types import new_id
from ..errors import Invalid, NotFound, suggestion
from ..identity import EVERYTHING
from .failures import printable
from .printing import AS_JSON, print_rows
from .running import with_app


@click.group()
def account() -> None:
    """Create accounts and their tokens."""


@account.command()
@click.argument("name")
@AS_JSON
def create(name: str, as_json: bool) -> None:
    """Create an account and print its id."""
    if not name.strip() or len(name) > 200:
        raise Invalid(f"An account's name has 1 to 200 characters, not {len(name.strip())}.", field="name")

    async def created(app: App) -> UUID:
        id = new_id()

        def store(connection: Connection) -> None:
            connection.execute(insert(Account).values(id=id, name=name.strip(), created_at=app.clock()))
            trail.record(connection, [trail.Entry(id, new_id(), app.clock(), "account.created", f"core_account:{id}")])

        await app.database.write(store)
        return id

    id = with_app(created, upgrade=True)
    print_rows({"id": id}, [str(id)], as_json=as_json)


class _Listed(Struct, frozen=True):
    id: UUID
    name: str
    created_at: datetime


@account.command("list")
@AS_JSON
def list_accounts(as_json: bool) -> None:
    """List every account: id and name."""

    async def listed(app: App) -> list[_Listed]:
        query = select(Account.id, Account.name, Account.created_at).order_by(Account.created_at)
        return await app.database.read(lambda connection: [_Listed(*row) for row in connection.execute(query)])

    rows = with_app(listed)
    lines = [f"{row.id}  {printable(row.name)}" for row in rows]
    empty = "There are no accounts yet; create one with `maxbooster user create EMAIL`."
    print_rows(rows, lines, as_json=as_json, empty=empty)


@account.command()
@click.argument("account", type=click.UUID)
@click.option("--permission", "permissions", multiple=True, help="A permission; may be repeated.  [default: all]")
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires.  [default: never]")
def token(account: UUID, permissions: tuple[str, ...], days: int | None) -> None:
    """Create an API key that belongs to ACCOUNT rather than to a user, and print it. It is shown only once."""

    async def created(app: App) -> str:
        for permission in permissions:
            if permission not in app.offers.permissions:
                hint = suggestion(permission, list(app.offers.permissions))
                raise Invalid(f"There is no permission {permission!r}.{hint}", field="permission")

        def store(connection: Connection) -> str:
            if connection.execute(select(Account.id).where(Account.id == account)).first() is None:
                raise NotFound(f"There is no account {account}; `maxbooster account list` lists them.")
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
