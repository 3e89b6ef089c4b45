"""Files over HTTP: list, look at, delete, download in ranges, hand out links."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response
from litestar.params import JSONBody, Parameter
from litestar.response import Stream
from msgspec import Meta, Struct
from sqlalchemy import select

from ..auth.policy import may
from ..context import Context
from ..errors import Conflict, NotFound, Problem
from ..http.problems import problem_response
from ..http.routes import Routes, delete, get, head, post
from . import links, ranges
from .files import StoredFile, file_key
from .models import READY, RECEIVING, FileRow
from .names import disposition

State = Annotated[
    Literal["receiving", "checking", "ready", "rejected"] | None, Parameter(description="Only files in this state")
]
Limit = Annotated[int, Parameter(ge=1, le=200, description="At most this many, newest first")]
System = Annotated[bool, Parameter(description="Also files that the platform made for itself, such as previews")]
Cursor = Annotated[UUID | None, Parameter(description="`next` of the page before")]
Seconds = Annotated[int, Meta(ge=1, le=7 * 86_400)]

_INLINE = ("audio/", "video/", "image/", "text/plain", "application/pdf")
_ACTIVE = ("image/svg+xml",)

AnyRequest = Request[Any, Any, Any]


class RangeNotSatisfiable(Problem):
    status = 416
    type = "range-not-satisfiable"
    title = "The file has no such range"


_REFUSALS = (Conflict, RangeNotSatisfiable)


class FilePage(Struct):
    files: list[StoredFile]
    next: UUID | None = None
    """Give it as `cursor` for the following page; absent on the last."""


class LinkIn(Struct):
    lifetime_s: Seconds = 3600


class LinkOut(Struct):
    url: str
    """A path on this server; it works without a token."""


@get("/", operation_id="listFiles", permission="file.read")
async def list_files(
    ctx: Context, file_state: State = None, system: System = False, cursor: Cursor = None, limit: Limit = 50
) -> FilePage:
    """This account's files, the newest first."""
    query = select(FileRow).order_by(FileRow.id.desc()).limit(limit + 1)
    if not system:
        query = query.where(FileRow.purpose.is_(None))
    if file_state is not None:
        query = query.where(FileRow.state == file_state)
    if cursor is not None:
        query = query.where(FileRow.id < cursor)
    rows = await ctx.all(query)
    return FilePage([StoredFile.of(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None)


@get("/{file_id:uuid}", operation_id="getFile", permission="file.read")
async def get_file(ctx: Context, file_id: UUID) -> StoredFile:
    return StoredFile.of(await ctx.files.get(file_id))


@delete("/{file_id:uuid}", operation_id="deleteFile", permission="file.write", raises=[Conflict], status_code=204)
async def delete_file(ctx: Context, file_id: UUID) -> None:
    """Delete a file for good. One that is still being received is ended at its upload instead."""
    if (await ctx.files.get(file_id)).state == RECEIVING:
        raise Conflict("This file is still being received: end its upload instead.", field="state")
    await ctx.files.remove(file_id)


@post("/{file_id:uuid}/link", operation_id="linkFile", permission="file.read", raises=[Conflict])
async def link_file(ctx: Context, file_id: UUID, data: JSONBody[LinkIn]) -> LinkOut:
    """A link with which anybody can download the file for `lifetime_s` seconds (3600 unless said; a week at most)."""
    file = await ctx.files.get(file_id)
    _refuse_unready(file)
    return LinkOut(ctx.files.link(file, timedelta(seconds=data.lifetime_s)))


@get("/{file_id:uuid}/content", operation_id="readFile", permission="file.read", raises=_REFUSALS)
async def read_file(ctx: Context, request: AnyRequest, file_id: UUID) -> Response[Any]:
    """The bytes, whole or the one `Range` that is asked for (RFC 9110 §14); `ETag` is the SHA-256."""
    return _content(ctx, request, await _ready(ctx, file_id))


@head("/{file_id:uuid}/content", operation_id="measureFile", permission="file.read", raises=[Conflict])
async def measure_file(ctx: Context, file_id: UUID) -> Response[None]:
    """The headers of the whole file."""
    return _headers(await _ready(ctx, file_id))


@get("/{token:str}", operation_id="downloadFile", public=True, raises=[links.LinkExpired, *_REFUSALS])
async def download_file(ctx: Context, request: AnyRequest, token: str) -> Response[Any]:
    """The bytes behind a signed link."""
    return _content(ctx, request, await _linked(ctx, token))


@head("/{token:str}", operation_id="measureDownload", public=True, raises=[links.LinkExpired])
async def measure_download(ctx: Context, token: str) -> Response[None]:
    """The headers of the file behind a signed link."""
    return _headers(await _linked(ctx, token))


async def _ready(ctx: Context, id: UUID) -> StoredFile:
    file = await ctx.files.get(id)
    _refuse_unready(file)
    return StoredFile.of(file)


async def _linked(ctx: Context, token: str) -> StoredFile:
    """The link is the permission: the account is the one that it was sealed for."""
    grant = links.verify(ctx.app.keyring, token, ctx.now)
    if grant.user is not None and not await may(ctx.app, grant.user, grant.account, "file.read"):
        raise links.LinkExpired("Whoever made this link may not give the file away any more; ask for a new one.")
    columns = [getattr(FileRow, name) for name in StoredFile.__struct_fields__]
    of = (FileRow.account_id == grant.account, FileRow.id == grant.file, FileRow.state == READY)
    row = await ctx.app.database.read(lambda connection: connection.execute(select(*columns).where(*of)).first())
    if row is None:
        raise NotFound("The file behind this link is no longer there.")
    return StoredFile(**(row._asdict() | {"sha256": row.sha256.hex()}))


def _refuse_unready(file: FileRow) -> None:
    if file.state != READY:
        raise Conflict(f"This file is {file.state}; only one that is ready can be downloaded.", field="state")


def _headers(file: StoredFile) -> Response[None]:
    said = {"Content-Length": str(file.size), "Content-Type": file.media_type or ""}
    return Response(None, headers=_about(file) | said)


def _content(ctx: Context, request: AnyRequest, file: StoredFile) -> Response[Any]:
    headers = _about(file)
    known = [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
    if headers["ETag"] in known or known == ["*"]:
        return Response(None, status_code=304, headers=headers)
    unchanged = request.headers.get("If-Range", headers["ETag"]) == headers["ETag"]
    try:
        part = ranges.requested(request.headers.get("Range") if unchanged else None, file.size)
    except ranges.Unsatisfiable:
        refusal = problem_response(RangeNotSatisfiable(f"The file has {file.size} bytes; the range lies beyond them."))
        refusal.headers["Content-Range"] = f"bytes */{file.size}"
        return refusal
    start, end = part or (0, file.size)
    headers["Content-Length"] = str(end - start)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    pieces = ctx.app.store.get(file_key(file.account_id, file.id), start, end)
    return Stream(pieces, status_code=206 if part else 200, headers=headers, media_type=file.media_type)


def _about(file: StoredFile) -> dict[str, str]:
    """What could run in a page is never shown in one: it is saved, under its name."""
    kind = file.media_type or ""
    inline = kind.startswith(_INLINE) and kind not in _ACTIVE
    return {
        "ETag": f'"{file.sha256}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": disposition(file.name, inline=inline),
        "X-Content-Type-Options": "nosniff",
    }


file_routes = [
    Routes("/api/core/files", [list_files, get_file, delete_file, link_file, read_file, measure_file]),
    Routes(links.PATH, [download_file, measure_download]),
]
