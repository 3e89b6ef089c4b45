"""Releases, tracks and stores, as people find them."""

from __future__ import annotations

from .conftest import REGISTRANT, RELEASES, described, track


async def found(api, words):
    answer = await api.get("/api/core/search", params={"words": words})
    assert answer.status_code == 200, answer.text
    return [(each["kind"], each["title"], each["text"], each["path"]) for each in answer.json()]


async def make(api, **more) -> str:
    made = await api.post(RELEASES, json=described(**more))
    assert made.status_code == 201, made.text
    return f"{RELEASES}/{made.json()['id']}"


async def test_releases_and_tracks_are_found_by_title_artist_and_code(api):
    at = await make(api, upc="012345678905", catalog_number="QS-1", tracks=[track(1, isrc="QZES92600001")])
    path = f"/releases/{at.rpartition('/')[2]}"
    release, song = ("Release", "Harbour B"), ("Track", "Harbour B")
    assert {each[:2] for each in await found(api, "harbour b")} == {release, song}
    assert await found(api, "nova harbour") == [(*song, "Nova Lane", path), (*release, "Nova Lane", path)]
    assert await found(api, "bo kern") == [(*song, "Bo Kern", path)]
    assert await found(api, "QZ-ES9-26-00001") == [(*song, "QZES92600001", path)]
    assert await found(api, "012345678905") == [(*release, "UPC 012345678905", path)]
    assert await found(api, "qs1") == [(*release, "QS-1", path)]


async def test_a_track_is_found_on_the_newest_release_that_it_stands_on(api):
    first = await make(api)
    [song] = (await api.get(first)).json()["tracks"]
    second = await make(api, kind="album", title="Compilation", tracks=[track(1, id=song["id"])])
    [(_, _, _, path)] = [each for each in await found(api, "harbour") if each[0] == "Track"]
    assert path == f"/releases/{second.rpartition('/')[2]}"
    assert (await api.delete(second)).status_code == 204
    [(_, _, _, path)] = [each for each in await found(api, "harbour") if each[0] == "Track"]
    assert path == f"/releases/{first.rpartition('/')[2]}"


async def test_what_is_described_anew_is_found_by_that_alone(api):
    at = await make(api)
    changed = described(title="Nightfall", credits=[{"name": "Ines Moreau", "role": "MainArtist"}], tracks=[track(2)])
    version = (await api.get(at)).json()["version"]
    answer = await api.put(at, json={"version": version, "description": changed})
    assert answer.status_code == 204, answer.text
    assert [each[:2] for each in await found(api, "harbour")] == [("Track", "Harbour C")]
    assert await found(api, "nova lane") == []
    assert {each[:3] for each in await found(api, "moreau")} == {
        ("Release", "Nightfall", "Ines Moreau"),
        ("Track", "Harbour C", "Ines Moreau"),
    }
    assert (await api.delete(at)).status_code == 204
    assert await found(api, "moreau") == []


async def test_codes_that_the_platform_issues_are_found_at_once(api):
    await api.put("/api/distribution/registrant", json=REGISTRANT)
    at = await make(api)
    issued = (await api.post(f"{at}/identifiers")).json()
    assert [each[0] for each in await found(api, issued["upc"])] == ["Release"]
    assert [each[0] for each in await found(api, issued["isrcs"][0])] == ["Track"]


async def test_stores_are_found_by_name(api):
    assert ("Store", "Spotify", "", "/connections") in await found(api, "spot")
