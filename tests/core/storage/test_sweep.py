"""What never finished is removed; what is in flight is not."""

from __future__ import annotations

import asyncio
from typing import Any

from maxbooster.context import Context
from maxbooster.db import new_id
from maxbooster.storage.sweep import clear_blobs, sweep_blobs, sweep_files
from maxbooster.testing import drain

from .tus import FILES, TUS, announce, offset, send, upload


async def sweep(app: Any) -> None:
    """Everything, twice at the same time."""
    both = [sweep_files.handler(Context(app)) for _ in range(2)] + [sweep_blobs.handler(Context(app)) for _ in range(2)]
    await asyncio.gather(*both)


async def blobs(app: Any) -> list[str]:
    return [blob.key for prefix in ("files", "incoming") async for found in app.store.list(prefix) for blob in found]


async def test_an_upload_expires_when_nothing_comes_any_more(app, api, clock):
    url = (await announce(api, 6)).headers["Location"]
    clock.advance(hours=20)
    assert (await send(api, url, 0, b"abc")).status_code == 204
    clock.advance(hours=20)
    await sweep(app)
    assert await offset(api, url) == 3
    clock.advance(hours=5)
    await sweep(app)
    assert (await api.head(url, headers=TUS)).status_code == 404
    assert await blobs(app) == []


async def test_many_expired_uploads_go_in_batches(app, api, clock, monkeypatch):
    monkeypatch.setattr("maxbooster.storage.sweep.BATCH", 3)
    for _ in range(7):
        await announce(api, 6)
    clock.advance(hours=25)
    await sweep(app)
    assert (await api.get(FILES)).json()["items"] == []


async def test_what_is_whole_or_under_way_survives_any_sweep(app, api, account, clock):
    id = await upload(app, api, b"a whole file")
    checking = (await announce(api, 3)).headers["Location"].rsplit("/", 1)[1]
    await send(api, f"/api/core/uploads/{checking}", 0, b"abc")
    clock.advance(days=30)
    receiving = (await announce(api, 6)).headers["Location"]
    await send(api, receiving, 0, b"abc")
    for file in (id, checking, receiving.rsplit("/", 1)[1]):
        async with app.unit(account) as ctx:
            await clear_blobs.handler(ctx, ctx.account.__class__(str(file)))
    await sweep(app)
    await send(api, receiving, 3, b"def")
    await drain(app)
    assert (await api.get(f"{FILES}/{id}/content")).content == b"a whole file"
    assert (await api.get(f"{FILES}/{checking}/content")).content == b"abc"
    assert (await api.get(receiving.replace("uploads", "files") + "/content")).content == b"abcdef"


async def test_blobs_without_rows_go_when_they_are_old(app, account, clock):
    orphan = f"files/{account.account}/{new_id()}"
    part = f"incoming/{account.account}/{new_id()}/{new_id()}"
    for key in (orphan, part, "files/not-ours.txt"):
        await app.store.put(key, b"left behind")
    staged = app.store.path(orphan + "#7")
    staged.write_bytes(b"half")
    await sweep(app)
    assert {orphan, part} < set(await blobs(app))
    clock.advance(hours=25)
    await sweep(app)
    assert await blobs(app) == ["files/not-ours.txt"]
    assert list(staged.parent.glob(staged.name)) == []
