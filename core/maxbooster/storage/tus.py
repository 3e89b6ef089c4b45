"""The words of tus 1.0, the protocol of resumable uploads (https://tus.io/protocols/resumable-upload)."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import AsyncIterator
from datetime import datetime
from email.utils import format_datetime
from typing import Any, ClassVar

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import InternalServerException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import Invalid, Problem
from ..http.traffic import TooSlow
from .models import FileRow
from .names import base_name
from .upload import Checksum, checksum_of

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
BODY = "application/offset+octet-stream"
LONGEST_METADATA = 4000

TusRequest = Request[Any, Any, Any]


class WrongVersion(Problem):
    status = 412
    type = "tus-version"
    title = "This version of tus is not spoken here"
    headers: ClassVar[dict[str, str]] = {"Tus-Version": VERSION}


class WrongContentType(Problem):
    status = 415
    type = "content-type"
    title = "The content type is not the one of an upload"


class Spoken(ASGIMiddleware):
    """Every answer says the version, errors too, and none may be cached."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = [(b"tus-resumable", VERSION.encode()), (b"cache-control", b"no-store")]
                message["headers"] = [*message["headers"], *said]
            await send(message)

        await next_app(scope, receive, sending)


def refuse_other_versions(request: TusRequest) -> None:
    """
    Raises:
        WrongVersion: the client does not say that it speaks tus 1.0.0.
    """
    if request.headers.get("Tus-Resumable") != VERSION:
        raise WrongVersion(f"Send the header Tus-Resumable: {VERSION}.", field="Tus-Resumable")


def refuse_other_bodies(request: TusRequest) -> None:
    """
    Raises:
        WrongContentType: the body is not declared as bytes of an upload.
    """
    given = request.headers.get("Content-Type", "")
    if given.partition(";")[0].strip().lower() != BODY:
        raise WrongContentType(f"Send the bytes as {BODY}, not as {given[:80]!r}.", field="Content-Type")


def number(request: TusRequest, header: str) -> int:
    """A header that is a number of bytes.

    Raises:
        Invalid: it is missing, negative, no number or longer than 18 digits.
    """
    given = request.headers.get(header)
    if given is None:
        raise Invalid(f"The header {header} is missing: the number of bytes.", field=header)
    if not re.fullmatch(r"[0-9]{1,18}", given):
        raise Invalid(f"{header} is {given[:40]!r}; it must be a whole number of bytes, 0 or more.", field=header)
    return int(given)


def file_name(request: TusRequest) -> str:
    """The base name of Upload-Metadata's `filename`, else of its `name`; `unnamed` where there is neither.

    Raises:
        Invalid: the metadata cannot be read, or the name cannot be kept.
    """
    known = _metadata(request.headers.get("Upload-Metadata", ""))
    given = known.get("filename") or known.get("name") or b"unnamed"
    try:
        return base_name(given.decode(), field="Upload-Metadata")
    except UnicodeDecodeError:
        raise Invalid("The filename in Upload-Metadata is not UTF-8.", field="Upload-Metadata") from None


def file_purpose(request: TusRequest) -> str:
    """Upload-Metadata's `purpose`; empty where there is none."""
    return _metadata(request.headers.get("Upload-Metadata", "")).get("purpose", b"").decode("ascii", "replace")


def _metadata(header: str) -> dict[str, bytes]:
    if len(header) > LONGEST_METADATA:
        raise Invalid(f"Upload-Metadata is longer than {LONGEST_METADATA} characters.", field="Upload-Metadata")
    pairs: dict[str, bytes] = {}
    for pair in filter(None, map(str.strip, header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            pairs[key] = b64decode(value.strip(), validate=True)
        except (Base64Error, ValueError):
            raise Invalid(f"The {key[:40]!r} in Upload-Metadata is not Base64.", field="Upload-Metadata") from None
    return pairs


def checksum(request: TusRequest) -> Checksum | None:
    """
    Raises:
        Invalid: Upload-Checksum is not `<algorithm> <Base64>` of an algorithm that is offered.
    """
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, digest = header.partition(" ")
    try:
        return checksum_of(algorithm, b64decode(digest.strip(), validate=True))
    except (Base64Error, ValueError):
        raise Invalid("Upload-Checksum must be an algorithm and a digest in Base64.", field="Upload-Checksum") from None


async def body(request: TusRequest) -> AsyncIterator[bytes]:
    """The request's bytes; where the connection breaks off or stalls, they end."""
    try:
        async for chunk in request.stream():
            yield chunk
    except (InternalServerException, TooSlow):
        return


def progress(offset: int, file: FileRow, expires_at: datetime | None) -> dict[str, str]:
    """How far an upload is, and until when it waits for more."""
    headers = {"Upload-Offset": str(offset)}
    if expires_at is not None and offset < file.size:
        headers["Upload-Expires"] = format_datetime(expires_at, usegmt=True)
    return headers
