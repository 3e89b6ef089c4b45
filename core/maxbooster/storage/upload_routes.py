"""tus 1.0 over HTTP: core, creation, creation-with-upload, termination, expiration, checksum."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response

from ..context import Context
from ..errors import Conflict, Invalid, TooLarge
from ..http.routes import Routes, delete, head, options, patch, post
from ..settings import Settings
from . import tus, upload
from .purposes import uploadable
from .tus import TusRequest, WrongContentType, WrongVersion
from .upload import ALGORITHMS, ChecksumMismatch

PATH = "/api/core/uploads"

_spoken: dict[str, Any] = {
    "middleware": [tus.Spoken()], "before_request": tus.refuse_other_versions, "request_max_body_size": None
}  # fmt: skip
_refusals = [Conflict, TooLarge, WrongContentType, WrongVersion, ChecksumMismatch]


@options(
    "/",
    operation_id="describeUploads",
    public=True,
    middleware=[tus.Spoken()],
    status_code=204,
    include_in_schema=False,
)
async def describe_uploads(ctx: Context) -> Response[None]:
    """What this server speaks (tus 1.0, OPTIONS)."""
    headers = {
        "Tus-Version": tus.VERSION,
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Max-Size": str(ctx.settings(Settings).upload_limit_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return Response(None, status_code=204, headers=headers)


@post("/", operation_id="createUpload", permission="file.write", raises=_refusals, **_spoken)
async def create_upload(ctx: Context, request: TusRequest) -> Response[None]:
    """Announce a file: `Upload-Length` in bytes, and its name as `filename` in `Upload-Metadata`; as `purpose` what it
    is, where that takes a permission beyond `file.read` (`distribution.statement`).

    The answer's `Location` takes the bytes. A body of `application/offset+octet-stream` is taken as the first of them.
    """
    size, name, checksum = tus.number(request, "Upload-Length"), tus.file_name(request), tus.checksum(request)
    with_bytes = "Content-Type" in request.headers and request.headers.get("Content-Length") != "0"
    if with_bytes:
        tus.refuse_other_bodies(request)
    said = tus.file_purpose(request)
    purpose = uploadable(ctx, said) if said else None
    file = await upload.announce(ctx, name, size, request.headers.get("Upload-Metadata"), purpose)
    offset = await upload.receive(ctx, file, 0, tus.body(request), checksum) if with_bytes else 0
    headers = {"Location": f"{PATH}/{file.id}"} | tus.progress(offset, file, file.expires_at)
    return Response(None, status_code=201, headers=headers)


@head("/{file_id:uuid}", operation_id="getUploadOffset", permission="file.write", raises=[WrongVersion], **_spoken)
async def get_upload_offset(ctx: Context, file_id: UUID) -> Response[None]:
    """How many bytes have arrived for good: where to go on."""
    file = await ctx.files.for_caller(file_id)
    headers = {"Upload-Length": str(file.size)} | tus.progress(file.received, file, file.expires_at)
    if file.upload_metadata is not None:
        headers["Upload-Metadata"] = file.upload_metadata
    return Response(None, headers=headers)


@patch(
    "/{file_id:uuid}",
    operation_id="appendToUpload",
    permission="file.write",
    raises=_refusals,
    status_code=204,
    **_spoken,
)
async def append_to_upload(ctx: Context, request: TusRequest, file_id: UUID) -> Response[None]:
    """Send the bytes that follow `Upload-Offset`. If the request breaks off, what arrived is kept."""
    return await _continue(ctx, request, file_id)


async def _continue(ctx: Context, request: TusRequest, file_id: UUID) -> Response[None]:
    tus.refuse_other_bodies(request)
    offset, checksum = tus.number(request, "Upload-Offset"), tus.checksum(request)
    file = await ctx.files.for_caller(file_id)
    _refuse_too_many(request, file.size - offset)
    offset = await upload.receive(ctx, file, offset, tus.body(request), checksum)
    return Response(None, status_code=204, headers=tus.progress(offset, file, upload.expiry(ctx)))


@delete(
    "/{file_id:uuid}", operation_id="deleteUpload", permission="file.write", raises=[Conflict, WrongVersion], **_spoken
)
async def delete_upload(ctx: Context, file_id: UUID) -> Response[None]:
    """Give an unfinished upload up."""
    return await _end(ctx, file_id)


async def _end(ctx: Context, file_id: UUID) -> Response[None]:
    await upload.end(ctx, file_id)
    return Response(None, status_code=204)


@post(
    "/{file_id:uuid}",
    operation_id="overrideUpload",
    permission="file.write",
    raises=_refusals,
    status_code=204,
    **_spoken,
)
async def override_upload(ctx: Context, request: TusRequest, file_id: UUID) -> Response[None]:
    """For clients that cannot send PATCH or DELETE: they name it in `X-HTTP-Method-Override`."""
    match request.headers.get("X-HTTP-Method-Override", "").upper():
        case "PATCH":
            return await _continue(ctx, request, file_id)
        case "DELETE":
            return await _end(ctx, file_id)
        case _:
            raise Invalid("Send PATCH, or name it in X-HTTP-Method-Override.", field="X-HTTP-Method-Override")


def _refuse_too_many(request: TusRequest, room: int) -> None:
    """Before a byte is read, where the client says how many are to come."""
    length = request.headers.get("Content-Length", "0")
    if length.isdigit() and int(length) > max(room, 0):
        raise TooLarge(f"{length} bytes are more than the upload's announced length leaves.", field="Content-Length")


upload_routes = Routes(
    PATH, [describe_uploads, create_upload, get_upload_offset, append_to_upload, delete_upload, override_upload]
)
