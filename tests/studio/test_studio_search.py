"""Recordings and masters, as people find them."""

from __future__ import annotations

import pytest

from .conftest import AT

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def found(studio, words):
    return [
        (each["kind"], each["title"], each["text"], each["path"])
        for each in (await studio.api.get("/api/core/search", params={"words": words})).json()
    ]


async def test_recordings_and_named_masters_are_found_until_their_file_goes(studio, song):
    recording = await studio.bring(song)
    master = await studio.master(recording["id"])
    path = f"/master/{recording['id']}"
    assert await found(studio, "song") == [("Recording", recording["title"], "", path)]
    for kind, id, title in (("masters", master["id"], "Vinyl cut"), ("recordings", recording["id"], "Nightfall")):
        assert (await studio.api.patch(f"{AT}/{kind}/{id}", json={"title": title})).status_code == 200
    assert await found(studio, "vinyl") == [("Master", "Vinyl cut", "Nightfall", path)]
    assert [each[0] for each in await found(studio, "night")] == ["Recording", "Master"]
    assert await found(studio, "song") == []
    assert (await studio.api.delete(f"/api/core/files/{recording['file_id']}")).status_code == 204
    assert await found(studio, "nightfall") == []
    assert await found(studio, "vinyl") == []
