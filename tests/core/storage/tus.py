"""A tus client of a few lines, for what a well-behaved one would never send."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response

from maxbooster.testing import drain

UPLOADS = "/api/core/uploads"
FILES = "/api/core/files"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}


def metadata(name: str) -> str:
    return f"filename {b64encode(name.encode()).decode()}"


async def announce(api: AsyncClient, size: Any, name: str = "song.wav", **headers: str) -> Response:
    given = TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata(name)} | headers
    return await api.post(UPLOADS, headers=given)


async def send(api: AsyncClient, url: str, offset: Any, data: bytes | AsyncIterator[bytes], **headers: str) -> Response:
    return await api.patch(url, headers=TUS | BYTES | {"Upload-Offset": str(offset)} | headers, content=data)


async def offset(api: AsyncClient, url: str) -> int:
    return int((await api.head(url, headers=TUS)).headers["Upload-Offset"])


async def upload(app: Any, api: AsyncClient, data: bytes, name: str = "song.wav") -> UUID:
    """A file, uploaded and checked."""
    url = (await announce(api, len(data), name)).headers["Location"]
    if data:
        assert (await send(api, url, 0, data)).status_code == 204
    await drain(app)
    return UUID(url.rsplit("/", 1)[1])
