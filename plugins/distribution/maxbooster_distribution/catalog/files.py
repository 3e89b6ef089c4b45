"""The files that a description names: masters and covers, and what they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import msgspec

from maxbooster.plugin import Context, Invalid, NotFound, StoredFile

from ..media import THUMBNAIL_PX, AudioFacts, CoverFacts, audio_facts, cover_facts, thumbnail
from . import queries

F = TypeVar("F", AudioFacts, CoverFacts)


def file_id(written: str | None, field: str) -> UUID | None:
    if not written:
        return None
    try:
        return UUID(written)
    except ValueError:
        raise Invalid(f"{written!r} is not the id of a stored file; upload it first.", field=field) from None


async def audio_of(ctx: Context, written: str | None, field: str) -> AudioFacts | None:
    """What a master is: as the catalog knows it, else read now.

    Raises:
        Invalid: there is no such file, it has not arrived whole, or it is no sound.
    """
    id = file_id(written, field)
    known = await queries.known_audio(ctx, id) if id else None
    return msgspec.convert(known, AudioFacts) if known else await _facts(ctx, id, audio_facts, field)


async def cover_of(ctx: Context, written: str | None, field: str) -> CoverFacts | None:
    """
    Raises:
        Invalid: as in `audio_of`, for a picture.
    """
    id = file_id(written, field)
    known = await queries.known_cover(ctx, id) if id else None
    return msgspec.convert(known, CoverFacts) if known else await _facts(ctx, id, cover_facts, field)


async def thumbnail_of(ctx: Context, id: UUID, side_px: int = THUMBNAIL_PX) -> bytes:
    """A picture, small, as JPEG.

    Raises:
        NotFound: it is not the cover of a release of this account.
        Invalid: there is no such picture any more.
    """
    if await queries.known_cover(ctx, id) is None:
        raise NotFound(f"No release has the cover {id}.")
    file = await _ready_file(ctx, id, "cover")
    async with ctx.files.local(file) as path:
        return await asyncio.to_thread(thumbnail, path, side_px)


async def _facts(ctx: Context, id: UUID | None, read: Callable[[Path, str], F], field: str) -> F | None:
    if id is None:
        return None
    file = await _ready_file(ctx, id, field)
    async with ctx.files.local(file) as path:
        try:
            return await asyncio.to_thread(read, path, file.name)
        except Invalid as error:
            raise Invalid(error.detail, field=field) from error


async def _ready_file(ctx: Context, id: UUID, field: str) -> StoredFile:
    try:
        file = await ctx.files.for_caller(id)
    except NotFound:
        raise Invalid(f"There is no file {id}; upload it first.", field=field) from None
    if file.state != "ready":
        raise Invalid(f"{file.name} is {file.state}; wait until it has arrived, or upload another.", field=field)
    return StoredFile.of(file)
