"""The object store by URL: a folder, memory, and a real S3-compatible server process."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from maxbooster.db import guard
from maxbooster.errors import NotFound, NotReady, SettingsError, UsageError
from maxbooster.storage.store import WINDOW, Store
from maxbooster.testing import drain, make_app, open_api
from maxbooster.testing.services import free_port

from .tus import FILES, announce, offset, send


@pytest.fixture(params=["file", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    match request.param:
        case "file":
            return Store(f"file://{tmp_path}/a%20new/folder")
        case "memory":
            return Store("memory://")
        case _:
            return Store(request.getfixturevalue("s3_url"))


async def read(store: Store, key: str, *between: int) -> bytes:
    return b"".join([piece async for piece in store.get(key, *between)])


async def keys(store: Store, prefix: str) -> list[str]:
    return sorted([blob.key async for found in store.list(prefix) for blob in found])


async def test_a_blob_reads_back_whole_and_in_part(store):
    await store.ping()
    data = os.urandom(WINDOW * 2 + 17)
    assert await store.put("a/b", data) == len(data)
    assert await store.size("a/b") == len(data)
    assert await read(store, "a/b") == data
    assert await read(store, "a/b", WINDOW - 1, WINDOW + 1) == data[WINDOW - 1 : WINDOW + 1]
    assert await read(store, "a/b", 5, 5) == b""


@pytest.mark.parametrize("sizes", [[], [0], [1], [3_000_000] * 7])
async def test_pieces_are_put_together(store, sizes):
    async def pieces():
        for size in sizes:
            yield bytes(size)

    assert await store.put("streamed", pieces()) == sum(sizes)
    assert await store.size("streamed") == sum(sizes)


async def test_a_source_that_fails_leaves_what_was_there(store):
    async def failing():
        yield bytes(9_000_000)
        raise RuntimeError("the line is down")

    await store.put("a", b"before")
    with pytest.raises(RuntimeError, match="line"):
        await store.put("a", failing())
    assert await read(store, "a") == b"before"
    assert await keys(store, "") == ["a"]


async def test_blobs_are_listed_and_cleared_by_prefix(store):
    for key in ("x/1/a", "x/1/b", "x/12/c", "y/d"):
        await store.put(key, b"")
    assert await keys(store, "x/1") == ["x/1/a", "x/1/b"]
    await store.clear("x/1")
    await store.clear("x/1")
    await store.delete("y/d", "y/d", "never/was")
    assert await keys(store, "") == ["x/12/c"]


async def test_what_is_not_there_is_said_so(store):
    assert await store.size("nothing") is None
    with pytest.raises(NotFound):
        await read(store, "nothing")
    with pytest.raises(NotFound):
        await read(store, "nothing", 0, 5)


async def test_transfers_are_refused_in_a_write_transaction(store):
    with guard.writing(), pytest.raises(UsageError):
        await store.put("a", b"")


async def test_a_large_blob_passes_through_little_memory(tmp_path):
    store, piece = Store(f"file://{tmp_path}"), bytes(1_000_000)

    async def pieces():
        for _ in range(200):
            yield piece

    tracemalloc.start()
    try:
        await store.put("big", pieces())
        async for _ in store.get("big"):
            pass
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://host/x", "must begin with one of file://"),
        ("/srv/files", "must begin with one of file://"),
        ("s3a://bucket", "Did you mean 's3'?"),
        ("file://relative/path", "from the root on"),
        ("file:///proc/nothing/here", "cannot be written"),
        ("s3://", "cannot be used"),
    ],
)
def test_a_url_that_cannot_be_used_is_named(url, words):
    with pytest.raises(SettingsError, match=words.replace("?", r"\?")) as refused:
        Store(url)
    assert refused.value.field == "core.storage"


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(SettingsError, match="choose another with MAXBOOSTER_STORAGE"):
        Store(f"file://{tmp_path}/taken")


async def test_a_folder_that_is_gone_is_not_ready(tmp_path):
    store = Store(f"file://{tmp_path}/here")
    (tmp_path / "here").rmdir()
    with pytest.raises(NotReady, match="cannot be written"):
        await store.ping()


async def test_a_bucket_that_is_not_there_is_not_ready(s3_url):
    with pytest.raises(NotReady, match="does not answer"):
        await Store("s3://no-such-bucket").ping()


async def test_a_server_that_is_away_is_not_ready(s3_url, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(NotReady):
        await Store(s3_url).put("a", b"")


async def test_the_whole_way_over_s3(s3_url, database_url, tmp_path, account):
    """Upload in pieces, check, download in ranges, delete: nothing is left in the bucket."""

    data: Any = os.urandom(9_000_000)
    async with make_app(tmp_path, database_url, migrated=True, storage=s3_url) as app:
        async with open_api(app, account.account) as api:
            url = (await announce(api, len(data), "take.bin")).headers["Location"]
            assert (await send(api, url, 0, data[:5_000_000])).status_code == 204
            assert await offset(api, url) == 5_000_000
            assert (await send(api, url, 5_000_000, data[5_000_000:])).status_code == 204
            await drain(app)
            file = url.replace("uploads", "files")
            assert (await api.get(f"{file}/content")).content == data
            assert (await api.get(f"{file}/content", headers={"Range": "bytes=-7"})).content == data[-7:]
            async with app.unit(account) as ctx:
                row = await ctx.files.get(ctx.account.__class__(file.rsplit("/", 1)[1]))
                async with ctx.files.local(row) as path:
                    assert path.read_bytes() == data
            assert (await api.delete(file)).status_code == 204
            await drain(app)
            assert (await api.get(FILES)).json()["items"] == []
        assert await keys(app.store, "") == []
