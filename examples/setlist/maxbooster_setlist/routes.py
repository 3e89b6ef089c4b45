"""Set lists over HTTP: words in, words out."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Conflict, Context, Cursor, Limit, Page, Routes, delete, get, post, put

from . import jobs, queries, service
from .schemas import FillingBegun, NewSetlist, SetlistChange, SetlistMade, SetlistOut, SetlistRow


@get("/", operation_id="listSetlists", permission="setlist.read")
async def list_setlists(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[SetlistRow]:
    """The next concert first."""
    rows, next = await queries.overview(ctx, cursor, limit)
    return Page([SetlistRow(**row._mapping) for row in rows], next)


@post("/", operation_id="createSetlist", permission="setlist.write", raises=[Conflict])
async def create_setlist(ctx: Context, data: NewSetlist) -> SetlistMade:
    """Make a set list with its songs in order. There is one per date and title."""
    return SetlistMade(service.make(ctx, data))


@get("/{setlist_id:uuid}", operation_id="getSetlist", permission="setlist.read")
async def get_setlist(ctx: Context, setlist_id: UUID) -> SetlistOut:
    return SetlistOut.of(await queries.with_songs(ctx, setlist_id))


@put("/{setlist_id:uuid}", operation_id="updateSetlist", permission="setlist.write", raises=[Conflict], status_code=204)
async def update_setlist(ctx: Context, setlist_id: UUID, data: SetlistChange) -> None:
    """Change what is said about a set list, unless somebody else changed it since it was read."""
    await service.change(ctx, setlist_id, data)


@delete("/{setlist_id:uuid}", operation_id="deleteSetlist", permission="setlist.write", status_code=204)
async def delete_setlist(ctx: Context, setlist_id: UUID) -> None:
    await service.remove(ctx, setlist_id)


@post(
    "/{setlist_id:uuid}/publish",
    operation_id="publishSetlist",
    permission="setlist.write",
    raises=[Conflict],
    status_code=204,
)
async def publish_setlist(ctx: Context, setlist_id: UUID) -> None:
    """Settle what will be played; a stage sheet is printed to the files."""
    await service.publish(ctx, setlist_id)


@post(
    "/{setlist_id:uuid}/fill",
    operation_id="fillSetlist",
    permission="setlist.write",
    feature="setlist.fill",
    status_code=202,
)
async def fill_setlist(ctx: Context, setlist_id: UUID) -> FillingBegun:
    """Append what the song sources offer, in the background."""
    return FillingBegun(await jobs.begin_filling(ctx, setlist_id))


routes = [
    Routes(
        "/setlists",
        [list_setlists, create_setlist, get_setlist, update_setlist, delete_setlist, publish_setlist, fill_setlist],
    )
]
