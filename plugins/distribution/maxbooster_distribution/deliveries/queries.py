"""Rows of deliveries; no rule, no HTTP. The Context adds the account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, selectinload

from maxbooster.plugin import Context, NotFound, PageOfRows

from ..catalog.models import Release
from .models import Acknowledgement, Delivery, FindingOverride, Stage


async def was_submitted(ctx: Context, release_id: UUID) -> bool:
    return await ctx.first(select(Delivery.id).where(Delivery.release_id == release_id)) is not None


async def anything_submitted(ctx: Context) -> bool:
    return await ctx.first(select(Delivery.id)) is not None


async def of_release(ctx: Context, release_id: UUID) -> Sequence[Delivery]:
    """With their stages, the newest of each store first."""
    mine = select(Delivery).where(Delivery.release_id == release_id).options(selectinload(Delivery.stages))
    return await ctx.all(mine.order_by(Delivery.outlet, Delivery.number.desc()))


async def newest(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[Delivery]:
    """The newest delivery of every release to each outlet, the latest first."""
    return await ctx.page(_newest(), Delivery.id.desc(), cursor=cursor, limit=limit)


async def newest_of(ctx: Context, release_id: UUID) -> Sequence[Delivery]:
    """The newest delivery of a release to each outlet."""
    return await ctx.all(_newest().where(Delivery.release_id == release_id).order_by(Delivery.outlet))


async def newest_states(ctx: Context, release_ids: Sequence[UUID]) -> Sequence[Any]:
    """`(release_id, state)` of the newest delivery of each of these releases to each outlet."""
    newest = _newest().with_only_columns(Delivery.release_id, Delivery.state)
    return await ctx.rows(newest.where(Delivery.release_id.in_(release_ids)))


_LISTED = (Release.id, Release.title, Release.release_date, Release.upc)


async def releases_by_state(ctx: Context, states: Collection[str], limit: int) -> Sequence[Any]:
    """Releases whose newest delivery to some outlet is in one of these states, the newest first."""
    in_state = _newest().with_only_columns(Delivery.release_id).where(Delivery.state.in_(states))
    found = select(*_LISTED).where(Release.id.in_(in_state)).order_by(Release.id.desc())
    return await ctx.rows(found.limit(limit))


async def newest_releases(ctx: Context, *, but: Sequence[UUID], limit: int) -> Sequence[Any]:
    return await ctx.rows(select(*_LISTED).where(Release.id.not_in(but)).order_by(Release.id.desc()).limit(limit))


def _newest() -> Select[Delivery]:
    later = aliased(Delivery)
    same = (
        later.account_id == Delivery.account_id,
        later.release_id == Delivery.release_id,
        later.outlet == Delivery.outlet,
    )
    return select(Delivery).where(~select(later.id).where(*same, later.number > Delivery.number).exists())


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


async def titles_with_messages(ctx: Context, files: Sequence[UUID]) -> Sequence[str | None]:
    """Of the releases of which one of these files is a message to a store, or its answer."""
    answering = select(Acknowledgement.delivery_id).where(Acknowledgement.file_id.in_(files))
    using = Delivery.message_file_id.in_(files) | Delivery.manifest_file_id.in_(files) | Delivery.id.in_(answering)
    on = (Release.account_id == Delivery.account_id) & (Release.id == Delivery.release_id)
    return await ctx.all(select(Release.title).join(Delivery, on).where(using).order_by(Release.id.desc()))


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
