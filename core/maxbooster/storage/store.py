"""Blobs by key, in a folder or a bucket: the one place that knows where bytes lie.

A blob is whole or absent: nothing half-written can be seen under its key. On a local folder it is also on the
disk itself (fsync of the file and of the folders above it) when `put` returns.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
from msgspec import Struct
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, from_url

from ..db import guard
from ..errors import NotFound, NotReady, SettingsError, suggestion

SCHEMES = ("file", "s3", "gs", "az", "memory")
WINDOW = 4 * 1024 * 1024
"""Bytes read at a time. Each window is a request of its own, so that a slow reader holds no connection open."""
_MULTIPART = 8 * 1024 * 1024
_RETRY: Any = {"max_retries": 4, "retry_timeout": timedelta(seconds=30)}
_STAGED = re.compile(r".+#\d+")
"""How the local store names what it is still writing; a killed process leaves it behind."""


class Blob(Struct, frozen=True):
    key: str
    size: int
    at: datetime


class Store:
    """Opened by URL: `file:///path`, `s3://bucket/prefix`, `gs://…`, `az://…`, `memory://`.

    Credentials, region and endpoint come from the environment variables that the cloud's own tools read
    (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, …).

    Raises:
        SettingsError: the URL is wrong, or the folder cannot be written.
    """

    def __init__(self, url: str, environment: Mapping[str, str] = os.environ) -> None:
        scheme = urlsplit(url).scheme
        if scheme not in SCHEMES:
            raise _unusable(
                f"The storage URL {url!r} must begin with one of {', '.join(f'{each}://' for each in SCHEMES)}."
                f"{suggestion(scheme, SCHEMES)}"
            )
        self._url = url
        self._folder = _writable_folder(url) if scheme == "file" else None
        self._store: Any = self._opened(scheme, environment)

    def _opened(self, scheme: str, environment: Mapping[str, str]) -> Any:
        if self._folder is not None:
            return LocalStore(self._folder, automatic_cleanup=True)
        if scheme == "memory":
            return MemoryStore()
        endpoint = environment.get("AWS_ENDPOINT_URL") or environment.get("AWS_ENDPOINT") or ""
        plain: Any = {"allow_http": True} if endpoint.startswith("http://") else {}
        try:
            return from_url(self._url, client_options=plain, retry_config=_RETRY)
        except (BaseError, ValueError) as error:
            raise _unusable(f"The storage {self._url!r} cannot be used: {_first_line(error)}.") from error

    async def ping(self) -> None:
        """
        Raises:
            NotReady: the store does not answer, refuses our credentials or cannot be written.
        """
        if self._folder is not None:
            try:
                await asyncio.to_thread(_try_writing, self._folder)
            except OSError as error:
                raise NotReady(f"The storage folder {self._folder} cannot be written: {error.strerror}.") from error
            return
        try:
            async for _ in self._store.list(prefix="ping", chunk_size=1):
                break
        except (BaseError, OSError) as error:
            raise NotReady(f"The object store {self._url} does not answer: {_first_line(error)}.") from error

    async def put(self, key: str, source: bytes | AsyncIterable[bytes]) -> int:
        """Store a blob, in place of an earlier one; returns how many bytes it has. Memory stays bounded.

        Raises:
            NotReady: the store did not take it, or took another number of bytes; the blob is not there.
        """
        guard.refuse_in_write("file transfer")
        counted = _Counted(source)
        with self._plainly(key):
            await obstore.put_async(
                self._store, key, source if isinstance(source, bytes) else counted,
                chunk_size=_MULTIPART, max_concurrency=2,
            )  # fmt: skip
        if self._folder is not None:
            await asyncio.to_thread(_reach_the_disk, self._folder / key, self._folder)
        stored = await self.size(key)
        if stored != counted.size:
            await self.delete(key)
            raise NotReady(f"The object store kept {stored} of {counted.size} bytes of {key}; try again.")
        return counted.size

    async def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end` (the blob's end), a window at a time.

        Raises:
            NotFound: there is no such blob.
            NotReady: the store does not answer.
        """
        guard.refuse_in_write("file transfer")
        if end is None:
            end = await self.size(key)
            if end is None:
                raise NotFound(f"There is no blob {key}.")
        while start < end:
            until = min(start + WINDOW, end)
            with self._plainly(key):
                piece = bytes(await obstore.get_range_async(self._store, key, start=start, end=until))
            if len(piece) != until - start:
                raise NotReady(f"The object store gave {len(piece)} of {until - start} bytes of {key}.")
            yield piece
            start = until

    async def size(self, key: str) -> int | None:
        """In bytes; None if there is no such blob."""
        try:
            with self._plainly(key):
                return int((await obstore.head_async(self._store, key))["size"])
        except NotFound:
            return None

    async def delete(self, *keys: str) -> None:
        """Remove blobs; one that is not there is no error."""
        guard.refuse_in_write("file transfer")
        for key in keys:
            try:
                with self._plainly(key):
                    await obstore.delete_async(self._store, key)
            except NotFound:
                pass

    async def list(self, prefix: str) -> AsyncIterator[list[Blob]]:
        """Whole blobs under a prefix (complete path segments), some hundreds at a time."""
        with self._plainly(prefix):
            async for found in self._store.list(prefix=prefix, chunk_size=500):
                yield [Blob(each["path"], each["size"], each["last_modified"]) for each in found]

    async def clear(self, prefix: str) -> None:
        """Remove every blob under a prefix."""
        async for found in self.list(prefix):
            await self.delete(*(blob.key for blob in found))

    def path(self, key: str) -> Path | None:
        """Where the blob lies on this machine; None in a bucket."""
        return self._folder / key if self._folder is not None else None

    async def tidy(self, before: datetime) -> None:
        """Remove what a killed process had only begun to write before a time. A bucket does this by a life-cycle
        rule for incomplete multipart uploads."""
        if self._folder is not None:
            await asyncio.to_thread(_remove_staged, self._folder, before)

    @contextmanager
    def _plainly(self, key: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise NotFound(f"There is no blob {key}.") from error
        except (BaseError, OSError) as error:
            raise NotReady(f"The object store failed on {key}: {_first_line(error)}.", retry_after_s=5) from error


class _Counted:
    """Counts the bytes as they pass."""

    def __init__(self, source: bytes | AsyncIterable[bytes]) -> None:
        self._source = source
        self.size = len(source) if isinstance(source, bytes) else 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert not isinstance(self._source, bytes)
        async for piece in self._source:
            self.size += len(piece)
            yield piece


def _unusable(sentence: str) -> SettingsError:
    return SettingsError(sentence, field="core.storage")


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")[:300]


def _writable_folder(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path:
        raise _unusable(f"The storage URL {url!r} must name a folder from the root on, as in file:///srv/files.")
    folder = Path(unquote(url.removeprefix("file://").removeprefix("localhost")))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _try_writing(folder)
    except OSError as error:
        raise _unusable(
            f"The storage folder {folder} cannot be written ({error.strerror});"
            " make it writable, or choose another with MAXBOOSTER_STORAGE."
        ) from error
    return folder.resolve()


def _try_writing(folder: Path) -> None:
    with tempfile.TemporaryFile(dir=folder):
        pass


def _reach_the_disk(file: Path, root: Path) -> None:
    for path in (file, *file.parents):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path == root:
            break


def _remove_staged(folder: Path, before: datetime) -> None:
    for parent, _, names in os.walk(folder):
        for name in filter(_STAGED.fullmatch, names):
            path = Path(parent, name)
            try:
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                    path.unlink()
            except FileNotFoundError:
                continue
