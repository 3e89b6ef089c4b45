"""`ctx.files`, the check, and the quota: what services and plugins rely on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from hashlib import sha256
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import func, select

from maxbooster.audit.models import AuditRow
from maxbooster.db import new_id
from maxbooster.errors import Invalid, NotFound, TooLarge
from maxbooster.events.models import EventRow
from maxbooster.identity import Identity
from maxbooster.jobs.models import JobRow
from maxbooster.plugin import Manifest, hookimpl
from maxbooster.plugins.registry import Plugin
from maxbooster.storage.models import FileRow, UploadPart
from maxbooster.storage.purposes import FACTS
from maxbooster.storage.upload import PIECE
from maxbooster.testing import drain, open_api

from .tus import FILES, announce, send, upload

WAV = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x10\0data\0\0\0\0"


async def rows(app: Any, statement: Any) -> Any:
    return await app.database.read(lambda connection: connection.execute(statement).all())


async def blobs(app: Any, prefix: str) -> list[str]:
    return [blob.key async for found in app.store.list(prefix) for blob in found]


def inspector(app: Any, answer: Any) -> None:
    """A plugin that inspects files."""
    module = ModuleType("inspector")
    module.manifest = Manifest(name="inspector", version="1", title="Inspector")
    module.inspect_file = hookimpl(answer)
    app.registry.hooks.register(module, name="inspector")
    app.registry.plugins["inspector"] = Plugin("inspector", "tests", "1", "enabled", module, module.manifest)


async def test_what_the_platform_made_for_itself_is_listed_only_where_asked_for(app, api, account):
    async with app.unit(account) as ctx:
        for number in range(3):
            await ctx.files.put(f"song {number}.wav", WAV)
            message = await ctx.files.put(f"ACK {number}.xml", b"<ack/>", purpose=FACTS)
    own = (await api.get(FILES)).json()["items"]
    assert [each["name"] for each in own] == ["song 2.wav", "song 1.wav", "song 0.wav"]
    assert {each.get("purpose") for each in own} == {None}
    every = (await api.get(FILES, params={"system": True})).json()["items"]
    assert [each["name"] for each in every][:2] == ["ACK 2.xml", "song 2.wav"]
    assert [each.get("purpose") for each in every] == ["core.facts", None] * 3
    assert (await api.get(f"{FILES}/{message.id}")).json()["purpose"] == "core.facts"


@pytest.mark.parametrize(("system", "count"), [(False, 3), (True, 6)])
async def test_pages_skip_what_is_not_listed(app, api, account, system, count):
    async with app.unit(account) as ctx:
        for number in range(count):
            await ctx.files.put(f"{number}.wav", WAV, purpose=FACTS if number % 2 else None)
    seen, cursor = [], None
    while True:
        asked = {"limit": 2, "system": system} | ({"cursor": cursor} if cursor else {})
        page = (await api.get(FILES, params=asked)).json()
        seen += [each["name"] for each in page["items"]]
        if (cursor := page.get("next")) is None:
            break
    wanted = range(count - 1, -1, -1) if system else range(2, -1, -2)
    assert seen == [f"{number}.wav" for number in wanted]


async def test_a_file_is_made_with_its_unit(app, account):
    async with app.unit(account) as ctx:
        row = await ctx.files.put("master.wav", WAV)
        file = row.id
    async with app.unit(account) as ctx:
        row = await ctx.files.get(file)
        assert (row.state, row.media_type, row.sha256) == ("ready", "audio/wav", sha256(WAV).digest())
        assert b"".join([piece async for piece in ctx.files.read(row)]) == WAV
        assert b"".join([piece async for piece in ctx.files.read(row, 8, 12)]) == b"WAVE"
        async with ctx.files.local(row) as path:
            assert path.read_bytes() == WAV
        link = ctx.files.link(row, timedelta(minutes=1))
    async with open_api(app) as anybody:
        assert (await anybody.get(link)).content == WAV
    assert [each.name for each in await rows(app, select(EventRow.name))] == ["file.ready"]


async def test_a_unit_that_fails_has_no_file(app, account):
    async def change_my_mind() -> None:
        async with app.unit(account) as ctx:
            await ctx.files.put("master.wav", WAV)
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await change_my_mind()
    assert await rows(app, select(FileRow.id)) == []


async def test_every_kind_of_source_is_stored(app, account, tmp_path):
    data = b"0123456789" * 1_000_000
    (tmp_path / "big").write_bytes(data)

    async def pieces():
        for start in range(0, len(data), 3_000_000):
            yield data[start : start + 3_000_000]

    async with app.unit(account) as ctx:
        made = [await ctx.files.put("big", source) for source in (data, tmp_path / "big", pieces())]
    assert {row.sha256 for row in made} == {sha256(data).digest()}


async def test_a_file_belongs_to_its_account(app, account):
    async with app.unit(account) as ctx:
        row = await ctx.files.put("master.wav", WAV)
    async with app.unit(Identity(new_id(), None, frozenset({"*"}))) as other:
        with pytest.raises(NotFound):
            await other.files.get(row.id)
        with pytest.raises(NotFound):
            await other.files.remove(row.id)
        with pytest.raises(NotFound):
            [piece async for piece in other.files.read(row)]


async def test_a_removed_file_leaves_no_blob(app, account):
    async with app.unit(account) as ctx:
        row = await ctx.files.put("master.wav", WAV)
    async with app.unit(account) as ctx:
        await ctx.files.remove(row.id)
    await drain(app)
    assert await blobs(app, "files") == []


async def test_a_bad_name_is_refused_before_anything_is_stored(app, account):
    async with app.unit(account) as ctx:
        with pytest.raises(Invalid):
            await ctx.files.put("a\0b", WAV)
    assert await blobs(app, "files") == []


# The check


async def test_a_checked_file_is_told_once_and_its_parts_are_gone(app, api):
    data = WAV + bytes(2 * PIECE)
    id = await upload(app, api, data)
    async with asyncio.timeout(10):
        file = (await api.get(f"{FILES}/{id}")).json()
    assert (file["state"], file["media_type"], file["size"]) == ("ready", "audio/wav", len(data))
    assert file["sha256"] == sha256(data).hexdigest()
    assert [each.name for each in await rows(app, select(EventRow.name))] == ["file.ready"]
    assert await blobs(app, "incoming") == []
    assert await rows(app, select(UploadPart.id)) == []
    assert {each.action for each in await rows(app, select(AuditRow.action))} == {"file.announced", "file.ready"}


async def test_a_plugin_can_refuse_a_file(app, api):
    seen: list[Any] = []

    async def inspect_file(ctx: Any, file: Any, head: bytes) -> str | None:
        seen.append((file.media_type, head, b"".join([piece async for piece in ctx.files.read(file)])))
        return "It holds a virus."

    inspector(app, inspect_file)
    id = await upload(app, api, WAV)
    file = (await api.get(f"{FILES}/{id}")).json()
    assert (file["state"], file["reason"]) == ("rejected", "It holds a virus.")
    assert seen == [("audio/wav", WAV, WAV)]
    assert (await api.get(f"{FILES}/{id}/content")).status_code == 409
    assert await rows(app, select(EventRow.name)) == []
    assert await blobs(app, "files") + await blobs(app, "incoming") == []


async def test_a_failing_inspection_is_repeated_and_never_means_yes(app, api, clock):
    answers = [RuntimeError("the scanner is down"), None]

    async def inspect_file(file: Any) -> str | None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer
        return None

    inspector(app, inspect_file)
    id = await upload(app, api, WAV)
    assert (await api.get(f"{FILES}/{id}")).json()["state"] == "checking"
    assert "'inspector' could not inspect" in (await rows(app, select(JobRow.note)))[0].note
    clock.advance(minutes=5)
    await drain(app)
    assert (await api.get(f"{FILES}/{id}")).json()["state"] == "ready"


async def test_a_file_deleted_during_its_check_stays_deleted(app, api):
    ids: list[str] = []

    async def inspect_file(file: Any) -> None:
        ids.append(str(file.id))
        assert (await api.delete(f"{FILES}/{file.id}")).status_code == 204

    inspector(app, inspect_file)
    await upload(app, api, WAV)
    assert (await api.get(f"{FILES}/{ids[0]}")).status_code == 404
    assert await rows(app, select(EventRow.name)) == []


# The quota


@pytest.fixture
def app_settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"quota_bytes": 1000} if "quota" in request.node.name else {}


async def test_the_quota_holds_against_many_at_once(app, api):
    answers = await asyncio.gather(*(announce(api, 300) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [413] * 9
    refused = next(answer.json() for answer in answers if answer.status_code == 413)
    assert (refused["field"], refused["quota_bytes"], refused["used_bytes"]) == ("size", 1000, 900)
    assert (await rows(app, select(func.sum(FileRow.size))))[0][0] == 900


async def test_the_quota_is_each_accounts_own_and_is_given_back(app, api):
    first = (await announce(api, 1000)).headers["Location"]
    assert (await announce(api, 1)).status_code == 413
    async with open_api(app, new_id()) as other:
        assert (await announce(other, 1000)).status_code == 201
    assert (await api.delete(first, headers={"Tus-Resumable": "1.0.0"})).status_code == 204
    assert (await announce(api, 1000)).status_code == 201


async def test_the_quota_holds_for_files_made_here(app, account):
    async with app.unit(account) as ctx:
        with pytest.raises(TooLarge, match="0 of 1000 bytes"):
            await ctx.files.put("big", bytes(1001))
    assert await blobs(app, "files") == []


async def test_a_refused_file_does_not_count_towards_the_quota(app, api):
    async def inspect_file(file: Any) -> str:
        return "no"

    inspector(app, inspect_file)
    await upload(app, api, bytes(1000))
    assert (await announce(api, 1000)).status_code == 201


async def test_a_part_row_is_only_there_when_its_blob_is(app, api):
    url = (await announce(api, PIECE * 2)).headers["Location"]
    await send(api, url, 0, bytes(PIECE + 5))
    parts = await rows(app, select(UploadPart.account_id, UploadPart.file_id, UploadPart.id, UploadPart.size))
    assert sorted(part.size for part in parts) == [5, PIECE]
    stored = {blob.key: blob.size async for found in app.store.list("incoming") for blob in found}
    assert stored == {f"incoming/{part.account_id}/{part.file_id}/{part.id}": part.size for part in parts}
