"""Answers that come compressed: unpacked piece by piece, so that a small one cannot fill the memory (CWE-409)."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

import httpx

ACCEPTED = "gzip"
"""All that is asked for, and understood."""
PIECE = 65_536


def unpacked(response: httpx.Response) -> httpx.Response:
    """The answer with its body as it was before compression, in pieces of at most `PIECE` bytes. Where the request
    accepted `identity` alone, the body stays as it came.

    Raises:
        httpx.DecodingError: it was compressed twice, or in another way than was asked for.
    """
    named = response.headers.get_list("Content-Encoding", split_commas=True)
    encodings = [each for name in named if (each := name.strip().lower()) not in ("", "identity")]
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    if not encodings or response.request.headers.get("Accept-Encoding") == "identity":
        response.headers = headers
        return response
    if encodings not in (["gzip"], ["x-gzip"]):
        raise httpx.DecodingError(f"it is encoded as {', '.join(encodings)[:80]}, which was not asked for")
    headers.pop("Content-Length", None)
    return httpx.Response(response.status_code, headers=headers, stream=_Unpacked(response), request=response.request)


class _Unpacked(httpx.AsyncByteStream):
    def __init__(self, packed: httpx.Response) -> None:
        self._packed = packed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The members of RFC 1952 §2.2, one after the other."""
        member, ended = _member(), True
        try:
            async for chunk in self._packed.aiter_raw():
                raw = chunk
                while raw:
                    if piece := member.decompress(raw, PIECE):
                        yield piece
                    ended, raw = member.eof, member.unused_data or member.unconsumed_tail
                    if ended:
                        member = _member()
            if not ended:
                if piece := member.flush():
                    yield piece
                ended = member.eof
        except zlib.error as error:
            raise httpx.DecodingError(str(error)) from error
        if not ended:
            raise httpx.DecodingError("the compressed body is cut off")

    async def aclose(self) -> None:
        await self._packed.aclose()


def _member() -> zlib._Decompress:
    return zlib.decompressobj(zlib.MAX_WBITS | 16)
