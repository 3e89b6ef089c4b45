"""Reading endpoints and deliveries, and their upkeep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update

from ...context import Context
from ...keyring import Keyring
from ...paging import PageOfRows
from .models import PENDING, WebhookAttempt, WebhookDelivery, WebhookEndpoint


async def endpoints(ctx: Context) -> Sequence[WebhookEndpoint]:
    return await ctx.all(select(WebhookEndpoint).order_by(WebhookEndpoint.id))


def number(connection: Connection, account: UUID) -> int:
    query = select(func.count()).select_from(WebhookEndpoint).where(WebhookEndpoint.account_id == account)
    return connection.execute(query).scalar_one()


async def listening(ctx: Context) -> Sequence[WebhookEndpoint]:
    return await ctx.all(select(WebhookEndpoint).where(WebhookEndpoint.disabled_at.is_(None)))


async def deliveries(
    ctx: Context, cursor: str | None, limit: int, *, endpoint: UUID | None = None, state: str | None = None
) -> PageOfRows[WebhookDelivery]:
    """The newest first."""
    query = select(WebhookDelivery)
    if endpoint is not None:
        query = query.where(WebhookDelivery.endpoint_id == endpoint)
    if state is not None:
        query = query.where(WebhookDelivery.state == state)
    return await ctx.page(query, WebhookDelivery.id.desc(), cursor=cursor, limit=limit)


async def attempts(ctx: Context, delivery: UUID) -> Sequence[WebhookAttempt]:
    query = select(WebhookAttempt).where(WebhookAttempt.delivery_id == delivery)
    return await ctx.all(query.order_by(WebhookAttempt.number))


def prune(connection: Connection, before: datetime) -> None:
    """Forget deliveries that ended, and their attempts."""
    old = (WebhookDelivery.created_at < before, WebhookDelivery.state != PENDING)
    connection.execute(delete(WebhookDelivery).where(*old))


def rotate(connection: Connection, keys: Keyring) -> int:
    """Seal every secret with the newest key."""
    rows = connection.execute(
        select(
            WebhookEndpoint.account_id, WebhookEndpoint.id, WebhookEndpoint.secret, WebhookEndpoint.old_secret
        ).with_for_update()
    ).all()
    for row in rows:
        connection.execute(
            update(WebhookEndpoint)
            .where(WebhookEndpoint.account_id == row.account_id, WebhookEndpoint.id == row.id)
            .values(
                secret=keys.rotate(row.secret),
                old_secret=keys.rotate(row.old_secret) if row.old_secret is not None else None,
            )
        )
    return len(rows)
