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
from ..errors import Conflict, GrantEnded, NotFound, Problem
from ..grants.lookup import Watch
from ..http.page_parameters import Cursor, Limit
from ..http.problems import problem_response
from ..http.routes import Routes, delete, get, head, post
from ..paging import Page
from . import links, ranges
from .files import StoredFile
from .keys import file_key
from .models import READY, RECEIVING, FileRow
from .names import disposition
from .purposes import permission_of, visible

State = Annotated[
    Literal["receiving", "checking", "ready", "rejected"] | None, Parameter(description="Only files in this state")
]
System = Annotated[bool, Parameter(description="Also files that the platform made for itself, such as previews")]
Seconds = Annotated[int, Meta(ge=1, le=7 * 86_400)]

_INLINE = ("audio/", "video/", "image/", "text/plain", "application/pdf")
_ACTIVE = ("image/svg+xml",)

AnyRequest = Request[Any, Any, Any]


class RangeNotSatisfiable(Problem):
    status = 416
    type = "range-not-satisfiable"
    title = "The file has no such range"


_REFUSALS = (Conflict, RangeNotSatisfiable)


class FileLinkIn(Struct):
    lifetime_s: Seconds = 3600


class FileLinkOut(Struct):
    url: str
    """A path on this server; it works without a token."""


@get("/", operation_id="listFiles", permission="file.read")
async def list_files(
    ctx: Context, file_state: State = None, system: System = False, cursor: Cursor = None, limit: Limit = 100
) -> Page[StoredFile]:
    """This account's files, the newest first; those that became something which the caller may not see are left out."""
    query = select(FileRow).where(visible(ctx, system=system))
    if file_state is not None:
        query = query.where(FileRow.state == file_state)
    rows, next = await ctx.page(query, FileRow.id.desc(), cursor=cursor, limit=limit)
    return Page([StoredFile.of(row) for row in rows], next)


@get("/{file_id:uuid}", operation_id="getFile", permission="file.read")
async def get_file(ctx: Context, file_id: UUID) -> StoredFile:
    return StoredFile.of(await ctx.files.for_caller(file_id))


@delete("/{file_id:uuid}", operation_id="deleteFile", permission="file.write", raises=[Conflict], status_code=204)
async def delete_file(ctx: Context, file_id: UUID) -> None:
    """Delete a file for good, unless something uses it. One that is still being received is ended at its upload."""
    file = await ctx.files.for_caller(file_id)
    if file.state == RECEIVING:
        raise Conflict("This file is still being received: end its upload instead.", field="state")
    await ctx.files.refuse_used([file_id], file.name)
    await ctx.files.remove(file_id)


@post("/{file_id:uuid}/link", operation_id="createFileLink", permission="file.read", raises=[Conflict])
async def create_file_link(ctx: Context, file_id: UUID, data: JSONBody[FileLinkIn]) -> FileLinkOut:
    """A link with which anybody can download the file for `lifetime_s` seconds (3600 unless said; a week at most)."""
    file = await _readable(ctx, file_id)
    return FileLinkOut(ctx.files.link(file, timedelta(seconds=data.lifetime_s)))


@get("/{file_id:uuid}/content", operation_id="getFileContent", permission="file.read", raises=_REFUSALS)
async def get_file_content(ctx: Context, request: AnyRequest, file_id: UUID) -> Response[Any]:
    """The bytes, whole or the one `Range` that is asked for (RFC 9110 §14); `ETag` is the SHA-256."""
    return _content(ctx, request, await _ready(ctx, file_id))


@head("/{file_id:uuid}/content", operation_id="getFileInfo", permission="file.read", raises=[Conflict])
async def get_file_info(ctx: Context, file_id: UUID) -> Response[None]:
    """The headers of the whole file."""
    return _headers(await _ready(ctx, file_id))


@get("/{token:str}", operation_id="downloadFile", public=True, raises=[links.LinkExpired, GrantEnded, *_REFUSALS])
async def download_file(ctx: Context, request: AnyRequest, token: str) -> Response[Any]:
    """The bytes behind a signed link."""
    return _content(ctx, request, await _linked(ctx, token, request))


@head("/{token:str}", operation_id="getDownloadInfo", public=True, raises=[links.LinkExpired, GrantEnded])
async def get_download_info(ctx: Context, request: AnyRequest, token: str) -> Response[None]:
    """The headers of the file behind a signed link."""
    return _headers(await _linked(ctx, token, request))


async def _ready(ctx: Context, id: UUID) -> StoredFile:
    return StoredFile.of(await _readable(ctx, id))


async def _readable(ctx: Context, id: UUID) -> FileRow:
    """
    Raises:
        NotAllowed: what it became takes another permission.
    """
    file = await ctx.files.for_caller(id)
    _refuse_unready(file)
    return file


async def _linked(ctx: Context, token: str, request: AnyRequest) -> StoredFile:
    """The link is the permission: the account is the one that it was sealed for."""
    grant = links.verify(ctx.app.keyring, token, ctx.now)
    if grant.user is not None and not await may(ctx.app, grant.user, grant.account, "file.read"):
        raise links.LinkExpired("Whoever made this link may not give the file away any more; ask for a new one.")
    if grant.grant is not None:
        request.scope["state"]["watch"] = watch = Watch(ctx.app.grants, grant.grant)
        await watch.refuse_ended()
    columns = [getattr(FileRow, name) for name in StoredFile.__struct_fields__]
    of = (FileRow.account_id == grant.account, FileRow.id == grant.file, FileRow.state == READY)
    row = await ctx.app.database.read(lambda connection: connection.execute(select(*columns).where(*of)).first())
    if row is None:
        raise NotFound("The file behind this link is no longer there.")
    await _refuse_unseen(ctx, grant, row.purpose)
    return StoredFile(**(row._asdict() | {"sha256": row.sha256.hex()}))


async def _refuse_unseen(ctx: Context, link: links.Grant, purpose: str | None) -> None:
    """A link is worth what its maker may see now; the file may have become something since."""
    if (permission := permission_of(ctx.app, purpose)) is None:
        return
    seen = True
    if link.user is not None:
        seen = await may(ctx.app, link.user, link.account, permission)
    elif link.grant is not None:
        seen = await ctx.app.grants.holds(link.grant, permission)
    if not seen:
        raise links.LinkExpired("Whoever made this link may not see what this file became; ask for a new one.")


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
    Routes("/api/core/files", [list_files, get_file, delete_file, create_file_link, get_file_content, get_file_info]),
    Routes(links.PATH, [download_file, get_download_info]),
]
