"""The catalog over HTTP: words in, words out."""

from __future__ import annotations

from uuid import UUID

from litestar import Response

from maxbooster.plugin import Conflict, Context, Cursor, Limit, Page, Routes, delete, get, post, put

from ..description import ReleaseDescription
from . import files, queries, registering, service
from .schemas import Issued, RegistrantIn, RegistrantOut, ReleaseChange, ReleaseMade, ReleaseOut, ReleaseRow, TrackFacts


@get("/", operation_id="listReleases", permission="release.read")
async def list_releases(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[ReleaseRow]:
    """The newest first."""
    return await service.listed(ctx, cursor, limit)


@post("/", operation_id="createRelease", permission="release.write", raises=[Conflict])
async def create_release(ctx: Context, data: ReleaseDescription) -> ReleaseMade:
    """Describe a new release; what is still missing may come later."""
    return ReleaseMade(await service.make(ctx, data))


@get("/{release_id:uuid}", operation_id="getRelease", permission="release.read")
async def get_release(ctx: Context, release_id: UUID) -> ReleaseOut:
    found = await service.described(ctx, release_id)
    tracks = [TrackFacts(id, audio) for id, audio in zip(found.track_ids, found.audio, strict=True)]
    return ReleaseOut(found.id, found.version, found.description, tracks, found.cover, found.changed_at)


@put("/{release_id:uuid}", operation_id="updateRelease", permission="release.write", raises=[Conflict], status_code=204)
async def update_release(ctx: Context, release_id: UUID, data: ReleaseChange) -> None:
    """Put a description in place of the present one, unless somebody else changed it since it was read."""
    await service.change(ctx, release_id, data.version, data.description)


@delete(
    "/{release_id:uuid}", operation_id="deleteRelease", permission="release.write", raises=[Conflict], status_code=204
)
async def delete_release(ctx: Context, release_id: UUID) -> None:
    """Remove a release that no store knows."""
    await service.remove(ctx, release_id)


@post("/{release_id:uuid}/identifiers", operation_id="assignIdentifiers", permission="release.write", raises=[Conflict])
async def assign_identifiers(ctx: Context, release_id: UUID) -> Issued:
    """Give the release a UPC and its tracks ISRCs, where they have none, from the account's own prefixes."""
    return await registering.issue(ctx, release_id)


@get("/{file_id:uuid}", operation_id="getCover", permission="release.read", media_type="image/jpeg")
async def get_cover(ctx: Context, file_id: UUID) -> Response[bytes]:
    """A release's cover as a small JPEG, for lists. A file never changes, so it can be kept."""
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return Response(await files.thumbnail_of(ctx, file_id), media_type="image/jpeg", headers=headers)


@get("/", operation_id="getRegistrant", permission="release.read")
async def get_registrant(ctx: Context) -> RegistrantOut:
    """Who the account is towards stores and registries, and how many codes it has issued."""
    return RegistrantOut.of(await queries.registrant(ctx))


@put("/", operation_id="updateRegistrant", permission="release.register", raises=[Conflict], status_code=204)
async def update_registrant(ctx: Context, data: RegistrantIn) -> None:
    """Enter the sender's name, its DDEX party id, and the prefixes that codes are issued from."""
    await registering.register(ctx, data)


routes = [
    Routes(
        "/releases",
        [list_releases, create_release, get_release, update_release, delete_release, assign_identifiers],
    ),
    Routes("/covers", [get_cover]),
    Routes("/registrant", [get_registrant, update_registrant]),
]
