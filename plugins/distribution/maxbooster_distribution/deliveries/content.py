"""What a delivery keeps of the moment it was submitted, and the package that is made from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from functools import partial
from uuid import UUID

import msgspec
from msgspec import Struct

from maxbooster.plugin import Context, Settings

from .. import package
from ..ddex.message import Envelope, Party
from ..ddex.schemas import Schemas, installed
from ..outlets.outlet import Outlet
from ..package import TAKEDOWN, Batch, Material, Package
from ..quality.rule import Override
from ..settings import DistributionSettings
from .models import Delivery

_WRITTEN_WITHIN_S = 120.0
"""A message of 500 tracks takes seconds."""


class Content(Struct, frozen=True, kw_only=True):
    material: Material
    sender: Party
    recipient: Party
    folder_prefix: str = ""
    overrides: list[Override] = []
    """What somebody decided otherwise about, in the review before it."""


def content_of(row: Delivery) -> Content:
    return msgspec.convert(row.content, Content)


def on_sale_from(row: Delivery) -> date | None:
    """The first day on which anybody can hear or buy what was delivered; None: no date was given."""
    said = row.content["material"]["description"]
    starts = [deal.get("starts") or said.get("release_date") for deal in said.get("deals", ())]
    days = [start for start in starts or [said.get("release_date")] if start]
    return date.fromisoformat(min(days)) if days else None


def installed_schemas(ctx: Context) -> Schemas:
    """
    Raises:
        NotReady: the operator set a folder that does not hold DDEX's.
    """
    return installed(ctx.settings(DistributionSettings), ctx.settings(Settings).data)


async def write(ctx: Context, row: Delivery, outlet: Outlet) -> tuple[bytes, bytes]:
    """Message and manifest of a delivery, validated; the same bytes each time.

    Raises:
        Invalid: one does not keep to its schema.
        NotReady: the store is not simulated, and DDEX's schemas are not installed.
    """
    content = content_of(row)
    envelope = Envelope(
        message_id=row.id.hex,
        thread_id=row.release_id.hex,
        created_at=row.queued_at,
        sender=content.sender,
        recipient=content.recipient,
        test=row.sandbox,
    )
    known = installed_schemas(ctx)
    if not row.sandbox:
        known.demand_official(outlet.title)
    batch = _batch(row, outlet, content)
    writing = partial(
        package.write, material=content.material, envelope=envelope, schemas=known, what=row.what, batch=batch
    )
    return await outlet.call(lambda it: asyncio.to_thread(writing, it), timeout_s=_WRITTEN_WITHIN_S)


@asynccontextmanager
async def packed(ctx: Context, row: Delivery, outlet: Outlet) -> AsyncIterator[Package]:
    """The package of a delivery whose message and manifest are stored; its files are on this machine meanwhile.

    Raises:
        NotFound: a master, the cover or a message was removed since.
    """
    content = content_of(row)
    assert row.message_file_id is not None
    assert row.manifest_file_id is not None
    message, manifest = await read(ctx, row.message_file_id), await read(ctx, row.manifest_file_id)
    async with AsyncExitStack() as open_files:
        files = {}
        if row.what != TAKEDOWN:
            for id in _file_ids(content):
                file = await ctx.files.get(id)
                assert file.sha256 is not None
                files[file.sha256.hex()] = await open_files.enter_async_context(ctx.files.local(file))
        batch = _batch(row, outlet, content)
        yield package.assemble(content.material, files, message, manifest, what=row.what, batch=batch)


async def read(ctx: Context, id: UUID) -> bytes:
    return b"".join([piece async for piece in ctx.files.read(await ctx.files.get(id))])


def _batch(row: Delivery, outlet: Outlet, content: Content) -> Batch:
    return Batch(row.batch, outlet.call_sync(lambda it: it.batch_folder(row.batch, content.folder_prefix)))


def batch_folder(row: Delivery, outlet: Outlet) -> str:
    return _batch(row, outlet, content_of(row)).folder


def _file_ids(content: Content) -> list[UUID]:
    said = content.material.description
    return [UUID(name) for name in (*(track.audio for track in said.tracks), said.cover) if name]
