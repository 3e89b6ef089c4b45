"""tus 1.0 (https://tus.io/protocols/resumable-upload), request by request."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maxbooster.testing import drain, open_api

from .tus import BYTES, FILES, TUS, UPLOADS, announce, metadata, offset, send, upload


async def test_options_says_what_is_spoken_without_a_login(app):
    async with open_api(app) as nobody:
        said = await nobody.options(UPLOADS)
    assert said.status_code == 204
    assert said.headers["Tus-Version"] == said.headers["Tus-Resumable"] == "1.0.0"
    assert "termination" in said.headers["Tus-Extension"].split(",")
    assert said.headers["Tus-Max-Size"] == "20000000000"
    assert "sha1" in said.headers["Tus-Checksum-Algorithm"].split(",")


async def test_an_upload_goes_on_where_it_stopped(app, api):
    created = await announce(api, 10, "träume.txt")
    url = created.headers["Location"]
    assert created.status_code == 201
    assert "GMT" in created.headers["Upload-Expires"]
    assert (await send(api, url, 0, b"01234")).headers["Upload-Offset"] == "5"
    asked = await api.head(url, headers=TUS)
    assert (asked.headers["Upload-Offset"], asked.headers["Upload-Length"]) == ("5", "10")
    assert asked.headers["Upload-Metadata"] == metadata("träume.txt")
    assert asked.headers["Cache-Control"] == "no-store"
    last = await send(api, url, 5, b"56789")
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, "10")
    await drain(app)
    file = (await api.get(url.replace("uploads", "files"))).json()
    assert (file["state"], file["name"], file["sha256"]) == (
        "ready", "träume.txt", hashlib.sha256(b"0123456789").hexdigest()
    )  # fmt: skip


@pytest.mark.parametrize(
    ("length", "status"),
    [("-1", 422), ("1e3", 422), ("", 422), ("１２", 422), ("9" * 30, 422), ("20000000001", 413), ("9" * 18, 413)],
)
async def test_a_wrong_length_is_refused_by_name(api, length, status):
    refused = await api.post(
        UPLOADS, headers=[(k.encode(), v.encode()) for k, v in {**TUS, "Upload-Length": length}.items()]
    )
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["field"] in ("Upload-Length", "size")
    assert refused.headers["Tus-Resumable"] == "1.0.0"


async def test_a_missing_length_is_refused(api):
    refused = await api.post(UPLOADS, headers=TUS)
    assert (refused.status_code, refused.json()["field"]) == (422, "Upload-Length")


@pytest.mark.parametrize("headers", [{}, {"Tus-Resumable": "0.2.2"}])
async def test_another_version_is_answered_with_ours(api, headers):
    url = (await announce(api, 3)).headers["Location"]
    for request in (
        api.post(UPLOADS, headers=headers),
        api.patch(url, headers=headers),
        api.head(url, headers=headers),
    ):
        refused = await request
        assert (refused.status_code, refused.headers["Tus-Version"]) == (412, "1.0.0")


async def test_another_content_type_is_refused(api):
    url = (await announce(api, 3)).headers["Location"]
    refused = await send(api, url, 0, b"abc", **{"Content-Type": "application/json"})
    assert refused.status_code == 415
    assert await offset(api, url) == 0


@pytest.mark.parametrize(("at", "status"), [("1", 409), ("4", 409), ("-1", 422), ("x", 422)])
async def test_a_wrong_offset_changes_nothing(api, at, status):
    url = (await announce(api, 6)).headers["Location"]
    await send(api, url, 0, b"abc")
    assert (await send(api, url, at, b"x")).status_code == status
    assert await offset(api, url) == 3


async def test_more_bytes_than_announced_are_refused(api):
    url = (await announce(api, 3)).headers["Location"]
    assert (await send(api, url, 0, b"abcd")).status_code == 413

    async def unannounced():
        yield b"ab"
        yield b"cd"

    assert (await send(api, url, 0, unannounced())).status_code == 413
    assert await offset(api, url) == 0


async def test_creation_can_bring_the_first_bytes(app, api):
    headers = TUS | BYTES | {"Upload-Length": "6"}
    created = await api.post(UPLOADS, headers=headers, content=b"abcd")
    assert (created.status_code, created.headers["Upload-Offset"]) == (201, "4")
    assert (await send(api, created.headers["Location"], 4, b"ef")).headers["Upload-Offset"] == "6"


async def test_an_empty_file_is_complete_at_once(app, api):
    id = await upload(app, api, b"")
    file = (await api.get(f"{FILES}/{id}")).json()
    assert (file["state"], file["size"], file["sha256"]) == ("ready", 0, hashlib.sha256(b"").hexdigest())
    assert (await api.get(f"{FILES}/{id}/content")).content == b""


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
async def test_a_wrong_checksum_keeps_nothing_of_the_request(api, app, algorithm):
    url = (await announce(api, 6)).headers["Location"]
    right = b64encode(hashlib.new(algorithm, b"abc").digest()).decode()
    assert (await send(api, url, 0, b"abx", **{"Upload-Checksum": f"{algorithm} {right}"})).status_code == 460
    assert await offset(api, url) == 0
    assert [blob async for found in app.store.list("incoming") for blob in found] == []
    assert (await send(api, url, 0, b"abc", **{"Upload-Checksum": f"{algorithm} {right}"})).status_code == 204
    assert await offset(api, url) == 3


@pytest.mark.parametrize("given", ["crc32 AAAA", "sha1 !", "sha1", "sha1 AAAA"])
async def test_an_unreadable_checksum_is_refused(api, given):
    url = (await announce(api, 3)).headers["Location"]
    refused = await send(api, url, 0, b"abc", **{"Upload-Checksum": given})
    assert (refused.status_code, refused.json()["field"]) == (422, "Upload-Checksum")


async def test_ending_an_upload_leaves_nothing(app, api):
    url = (await announce(api, 6)).headers["Location"]
    await send(api, url, 0, b"abc")
    assert (await api.delete(url, headers=TUS)).status_code == 204
    await drain(app)
    assert (await api.head(url, headers=TUS)).status_code == 404
    assert (await send(api, url, 3, b"def")).status_code == 404
    assert [blob async for found in app.store.list("incoming") for blob in found] == []


async def test_a_complete_upload_is_not_ended_but_deleted(app, api):
    id = await upload(app, api, b"abc")
    assert (await api.delete(f"{UPLOADS}/{id}", headers=TUS)).status_code == 409
    assert (await api.delete(f"{FILES}/{id}")).status_code == 204
    await drain(app)
    assert (await api.get(f"{FILES}/{id}")).status_code == 404
    assert [blob async for found in app.store.list("files") for blob in found] == []


async def test_a_method_can_be_overridden(api):
    url = (await announce(api, 3)).headers["Location"]
    headers = TUS | BYTES | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert (await api.post(url, headers=headers, content=b"abc")).headers["Upload-Offset"] == "3"
    assert (await api.post(url, headers=TUS | BYTES, content=b"abc")).status_code == 422


async def test_another_accounts_upload_does_not_exist(app, api):
    from maxbooster.db import new_id

    url = (await announce(api, 3)).headers["Location"]
    async with open_api(app, new_id()) as other:
        for answer in (await other.head(url, headers=TUS), await send(other, url, 0, b"abc")):
            assert answer.status_code == 404
        assert (await other.delete(url, headers=TUS)).status_code == 404
        assert (await other.get(url.replace("uploads", "files"))).status_code == 404
    assert await offset(api, url) == 0


async def test_uploading_needs_the_permission(app, account):
    async with open_api(app, account.account, "file.read") as reader:
        assert (await announce(reader, 3)).status_code == 403
    async with open_api(app) as nobody:
        refused = await announce(nobody, 3)
        assert (refused.status_code, refused.headers["Tus-Resumable"]) == (401, "1.0.0")


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        (metadata("a/b/../../etc/passwd"), "passwd"),
        (metadata(r"C:\fakepath\song.wav"), "song.wav"),
        (metadata("Ünïcødé 🎵.flac"), "Ünïcødé 🎵.flac"),
        (metadata("x" * 255), "x" * 255),
        ("", "unnamed"),
        ("is_private", "unnamed"),
        (f"name {b64encode(b'b.wav').decode()},filetype YQ==", "b.wav"),
    ],
)
async def test_the_base_name_is_kept(api, header, kept):
    url = (await announce(api, 3, **{"Upload-Metadata": header})).headers["Location"]
    assert (await api.get(url.replace("uploads", "files"))).json()["name"] == kept


@pytest.mark.parametrize(
    "header",
    [
        "filename !!!",
        f"filename {b64encode(bytes([0xC3, 0x28])).decode()}",
        metadata("a\0b"),
        metadata("a\nb"),
        metadata("song\u202egpj.exe"),
        metadata(".."),
        metadata("a/"),
        metadata("x" * 256),
        "k " + "A" * 5000,
    ],
)
async def test_a_name_that_cannot_be_kept_is_refused(api, header):
    refused = await announce(api, 3, **{"Upload-Metadata": header})
    assert (refused.status_code, refused.json()["field"]) == (422, "Upload-Metadata")


async def test_what_one_upload_gets_moves_no_other(api):
    """All stand at the same offset."""
    before, here, after = [(await announce(api, 10, name)).headers["Location"] for name in ("a", "b", "c")]
    assert (await send(api, here, 0, b"01234")).headers["Upload-Offset"] == "5"
    assert [(await api.head(url, headers=TUS)).headers["Upload-Offset"] for url in (before, after)] == ["0", "0"]


async def test_of_two_requests_at_the_same_offset_one_wins(app, api):
    """Whoever loses is told so, and the file is one of the two, never a mixture."""
    size = 5_000_000
    url = (await announce(api, size)).headers["Location"]
    answers = await asyncio.gather(*(send(api, url, 0, letter * size) for letter in (b"a", b"b", b"c")))
    assert sorted(answer.status_code for answer in answers).count(204) <= 1
    at = await offset(api, url)
    while at < size:
        at = int((await send(api, url, at, b"z" * (size - at))).headers["Upload-Offset"])
    await drain(app)
    content = (await api.get(url.replace("uploads", "files") + "/content")).content
    assert len(content) == size
    assert content[: 4 * 1024 * 1024] in {letter * 4 * 1024 * 1024 for letter in (b"a", b"b", b"c")}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=300), max_size=8), st.text(max_size=40))
async def test_any_cut_into_requests_gives_the_same_file(app, api, pieces, name):
    """And any name is either refused with 422, or comes back from the download as its base name."""
    whole = b"".join(pieces)
    created = await announce(api, len(whole), name)
    if created.status_code == 422:
        assert created.json()["field"] == "Upload-Metadata"
        created = await announce(api, len(whole), "plain")
    url, at = created.headers["Location"], 0
    for piece in pieces:
        at = int((await send(api, url, at, piece)).headers["Upload-Offset"])
    await drain(app)
    got = await api.get(url.replace("uploads", "files") + "/content")
    assert (got.status_code, got.content) == (200, whole)


@pytest.mark.parametrize("claimed", [0, 2, 4, 8])
async def test_an_offset_that_is_not_where_the_upload_stands_is_refused_before_a_byte(api, claimed):
    """Neither before nor behind it; what is refused at once is neither read nor stored."""
    url = (await announce(api, 8)).headers["Location"]
    assert (await send(api, url, 0, b"abc")).headers["Upload-Offset"] == "3"
    read: list[bytes] = []

    async def body():
        read.append(b"x")
        yield b"x"

    refused = await send(api, url, claimed, body())
    assert (refused.status_code, refused.json()["field"]) == (409, "offset")
    assert "stands at 3 of 8 bytes" in refused.json()["detail"]
    assert read == []
    assert await offset(api, url) == 3
