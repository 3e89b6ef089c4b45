"""An account's settings of connectors: looked up, counted over all accounts, sealed anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from ..context import Context
from ..keyring import Keyring
from .models import ConnectorSettingsRow as Row


async def of_plugin(ctx: Context, plugin: str) -> Row | None:
    return await ctx.first(select(Row).where(Row.plugin == plugin))


async def of_account(ctx: Context) -> dict[str, Row]:
    return {row.plugin: row for row in await ctx.all(select(Row))}


def everybodys(connection: Connection) -> Sequence[Any]:
    """Of all accounts."""
    return connection.execute(select(Row.account_id, Row.plugin, Row.fields, Row.sealed)).all()


def rotate(connection: Connection, keys: Keyring) -> int:
    """Seal each with the newest key; returns how many. What is saved meanwhile is sealed with it by that."""
    rows = connection.execute(select(Row.account_id, Row.id, Row.sealed).where(Row.sealed.is_not(None))).all()
    for row in rows:
        same = (Row.account_id == row.account_id, Row.id == row.id, Row.sealed == row.sealed)
        connection.execute(update(Row).where(*same).values(sealed=keys.rotate(row.sealed)))
    return len(rows)
