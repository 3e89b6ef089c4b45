"""Rows of deliveries; no rule, no HTTP. The Context adds the account."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from maxbooster.plugin import Context, NotFound

from .models import Acknowledgement, Delivery, FindingOverride, Stage


async def was_submitted(ctx: Context, release_id: UUID) -> bool:
    return await ctx.first(select(Delivery.id).where(Delivery.release_id == release_id)) is not None


async def anything_submitted(ctx: Context) -> bool:
    return await ctx.first(select(Delivery.id)) is not None


async def of_release(ctx: Context, release_id: UUID) -> Sequence[Delivery]:
    """With their stages, the newest of each store first."""
    mine = select(Delivery).where(Delivery.release_id == release_id).options(selectinload(Delivery.stages))
    return await ctx.all(mine.order_by(Delivery.outlet, Delivery.number.desc()))


async def newest(ctx: Context, release_ids: Sequence[UUID]) -> Sequence[Delivery]:
    """The newest delivery of each of these releases to each outlet."""
    last = (
        select(Delivery.release_id, Delivery.outlet, func.max(Delivery.number).label("number"))
        .where(Delivery.release_id.in_(release_ids))
        .group_by(Delivery.account_id, Delivery.release_id, Delivery.outlet)
        .subquery()
    )
    same = (
        (Delivery.release_id == last.c.release_id)
        & (Delivery.outlet == last.c.outlet)
        & (Delivery.number == last.c.number)
    )
    return await ctx.all(select(Delivery).join(last, same).order_by(Delivery.release_id, Delivery.outlet))


async def delivery(ctx: Context, id: UUID) -> Delivery:
    """With its stages.

    Raises:
        NotFound: it does not exist, or belongs to another account.
    """
    row = await ctx.first(select(Delivery).where(Delivery.id == id).options(selectinload(Delivery.stages)))
    if row is None:
        raise NotFound(f"There is no delivery {id}.")
    return row


async def stages(ctx: Context, id: UUID) -> Sequence[Stage]:
    return await ctx.all(select(Stage).where(Stage.delivery_id == id).order_by(Stage.id))


async def acknowledgements(ctx: Context, id: UUID) -> Sequence[Acknowledgement]:
    return await ctx.all(select(Acknowledgement).where(Acknowledgement.delivery_id == id).order_by(Acknowledgement.id))


async def before(ctx: Context, row: Delivery) -> Delivery | None:
    """The delivery before it of the same release to the same outlet."""
    same = select(Delivery).where(Delivery.release_id == row.release_id, Delivery.outlet == row.outlet)
    return await ctx.first(same.where(Delivery.number < row.number).order_by(Delivery.number.desc()))


async def overrides(ctx: Context, release_id: UUID) -> Sequence[FindingOverride]:
    """The newest first."""
    mine = select(FindingOverride).where(FindingOverride.release_id == release_id)
    return await ctx.all(mine.order_by(FindingOverride.at.desc(), FindingOverride.id))


async def override(ctx: Context, release_id: UUID, id: UUID) -> FindingOverride:
    """
    Raises:
        NotFound: it does not exist, or belongs to another release.
    """
    mine = select(FindingOverride).where(FindingOverride.release_id == release_id, FindingOverride.id == id)
    if (row := await ctx.first(mine)) is None:
        raise NotFound(f"There is no override {id} of this release.")
    return row


async def override_about(ctx: Context, release_id: UUID, rule: str, about: str) -> FindingOverride | None:
    mine = select(FindingOverride).where(FindingOverride.release_id == release_id, FindingOverride.rule == rule)
    return await ctx.first(mine.where(FindingOverride.about == about))
