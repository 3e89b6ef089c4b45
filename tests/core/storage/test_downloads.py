"""Downloading: in ranges, with safe headers, by the account or by a signed link."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import unquote

import pytest

from maxbooster.db import new_id
from maxbooster.testing import open_api

from .tus import FILES, announce, send, upload

DATA = bytes(range(100)) * 3


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        (None, 200, 0, 300),
        ("bytes=0-0", 206, 0, 1),
        ("bytes=10-19", 206, 10, 20),
        ("bytes=290-", 206, 290, 300),
        ("bytes=290-9999", 206, 290, 300),
        ("bytes=-10", 206, 290, 300),
        ("bytes=-9999", 206, 0, 300),
        ("BYTES=0-9", 206, 0, 10),
        ("bytes=0-9,20-29", 200, 0, 300),
        ("bytes=9-1", 200, 0, 300),
        ("bytes=-", 200, 0, 300),
        ("bytes=x-1", 200, 0, 300),
        ("items=0-9", 200, 0, 300),
        ("bytes=300-", 416, 0, 0),
        ("bytes=300-400", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=999999999999999999-", 416, 0, 0),
    ],
)
async def test_ranges(app, api, asked, status, start, end):  # noqa: PLR0917
    id = await upload(app, api, DATA)
    got = await api.get(f"{FILES}/{id}/content", headers={"Range": asked} if asked else {})
    assert got.status_code == status
    if status == 416:
        assert got.headers["Content-Range"] == "bytes */300"
        assert got.json()["type"] == "urn:maxbooster:problem:range-not-satisfiable"
        return
    assert got.content == DATA[start:end]
    assert got.headers["Content-Length"] == str(end - start)
    assert got.headers.get("Content-Range") == (f"bytes {start}-{end - 1}/300" if status == 206 else None)
    assert got.headers["Accept-Ranges"] == "bytes"


async def test_any_range_of_an_empty_file_is_unsatisfiable(app, api):
    id = await upload(app, api, b"")
    assert (await api.get(f"{FILES}/{id}/content", headers={"Range": "bytes=0-"})).status_code == 416


async def test_the_etag_is_the_hash_and_guards_a_range(app, api):
    id = await upload(app, api, DATA)
    url, etag = f"{FILES}/{id}/content", f'"{sha256(DATA).hexdigest()}"'
    first = {"Range": "bytes=0-9"}
    assert (await api.get(url, headers=first | {"If-Range": etag})).status_code == 206
    assert (await api.get(url, headers=first | {"If-Range": '"older"'})).content == DATA
    assert (await api.get(url, headers={"If-None-Match": f'"x", W/{etag}'})).status_code == 304
    assert (await api.get(url, headers={"If-None-Match": "*"})).status_code == 304


async def test_head_gives_the_headers_of_the_whole(app, api):
    id = await upload(app, api, DATA)
    got = await api.head(f"{FILES}/{id}/content", headers={"Range": "bytes=0-9"})
    assert (got.status_code, got.headers["Content-Length"], got.content) == (200, "300", b"")
    assert got.headers["ETag"] == f'"{sha256(DATA).hexdigest()}"'


@pytest.mark.parametrize(
    ("content", "media_type", "inline"),
    [
        (b"some lyrics\n", "text/plain", True),
        (b"fLaC\0\0\0\x22" + bytes(50), "audio/flac", True),
        (b"<!DOCTYPE html><html><script>alert(1)</script></html>", "text/html", False),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "image/svg+xml", False),
        (b'<?xml version="1.0"?><a/>', "application/xml", False),
        (bytes(range(256)), "application/octet-stream", False),
    ],
)
async def test_what_could_run_in_a_page_is_saved_instead(app, api, content, media_type, inline):
    """Whatever the name promises."""
    id = await upload(app, api, content, "cover.png")
    got = await api.get(f"{FILES}/{id}/content")
    assert got.headers["Content-Type"].partition(";")[0] == media_type
    assert got.headers["Content-Disposition"].startswith("inline" if inline else "attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["träume 🎵.txt", 'a"b\\c;d%41.txt'.replace("\\", ""), "plain.txt", "x" * 255])
async def test_any_name_survives_the_header(app, api, name):
    id = await upload(app, api, b"words", name)
    said = (await api.get(f"{FILES}/{id}/content")).headers["Content-Disposition"]
    _, stand_in, full = said.split("; filename")
    assert unquote(full.removeprefix("*=UTF-8''")) == name
    assert stand_in.count('"') == 2
    assert said.isascii()


async def test_files_are_listed_the_newest_first_a_page_at_a_time(app, api):
    ids = [str(await upload(app, api, b"x" * n)) for n in range(1, 6)]
    page = (await api.get(FILES, params={"limit": 2})).json()
    assert [file["id"] for file in page["items"]] == ids[:2:-1]
    rest = (await api.get(FILES, params={"limit": 3, "cursor": page["next"]})).json()
    assert [file["id"] for file in rest["items"]] == ids[2::-1]
    assert rest["next"] is None
    url = (await announce(api, 3)).headers["Location"]
    receiving = (await api.get(FILES, params={"file_state": "receiving"})).json()["items"]
    assert [file["id"] for file in receiving] == [url.rsplit("/", 1)[1]]


async def test_a_file_is_not_served_or_deleted_before_it_is_whole(api):
    url = (await announce(api, 6)).headers["Location"].replace("uploads", "files")
    assert (await api.get(f"{url}/content")).status_code == 409
    assert (await api.post(f"{url}/link", json={})).status_code == 409
    assert (await api.delete(url)).status_code == 409
    await send(api, url.replace("files", "uploads"), 0, b"abcdef")
    assert (await api.get(f"{url}/content")).status_code == 409


async def test_another_accounts_file_does_not_exist(app, api):
    id = await upload(app, api, DATA)
    async with open_api(app, new_id()) as other:
        for path in ("", "/content"):
            assert (await other.get(f"{FILES}/{id}{path}")).status_code == 404
        assert (await other.post(f"{FILES}/{id}/link", json={})).status_code == 404
        assert (await other.delete(f"{FILES}/{id}")).status_code == 404
        assert (await other.get(FILES)).json()["items"] == []
    assert (await api.get(f"{FILES}/{id}/content")).content == DATA


async def test_a_link_works_without_a_login_until_it_expires(app, api, clock):
    id = await upload(app, api, DATA)
    link = (await api.post(f"{FILES}/{id}/link", json={"lifetime_s": 60})).json()["url"]
    async with open_api(app) as anybody:
        assert (await anybody.get(link)).content == DATA
        assert (await anybody.get(link, headers={"Range": "bytes=-10"})).content == DATA[-10:]
        assert (await anybody.head(link)).headers["Content-Length"] == "300"
        clock.advance(seconds=61)
        late = await anybody.get(link)
        assert (late.status_code, late.json()["type"]) == (410, "urn:maxbooster:problem:link-expired")


async def test_a_changed_link_leads_nowhere(app, api):
    id = await upload(app, api, DATA)
    link = (await api.post(f"{FILES}/{id}/link", json={})).json()["url"]
    middle = len(link) // 2
    changed = link[:middle] + ("A" if link[middle] != "A" else "B") + link[middle + 1 :]
    secret = app.keyring.seal("another secret", "storage/elsewhere").decode()
    async with open_api(app) as anybody:
        for wrong in (changed, link[:-5], link + "AAAA", "/api/core/download/ü", f"/api/core/download/{secret}"):
            assert (await anybody.get(wrong)).status_code == 404


async def test_a_link_to_a_deleted_file_leads_nowhere(app, api):
    id = await upload(app, api, DATA)
    link = (await api.post(f"{FILES}/{id}/link", json={})).json()["url"]
    await api.delete(f"{FILES}/{id}")
    async with open_api(app) as anybody:
        assert (await anybody.get(link)).status_code == 404


@pytest.mark.parametrize("lifetime", [0, -1, 10**9])
async def test_a_lifetime_has_bounds(app, api, lifetime):
    id = await upload(app, api, DATA)
    refused = await api.post(f"{FILES}/{id}/link", json={"lifetime_s": lifetime})
    assert (refused.status_code, refused.json()["field"]) == (422, "lifetime_s")
