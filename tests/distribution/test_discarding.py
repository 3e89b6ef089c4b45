"""Going back to what stores have, after a release was edited and not sent."""

from __future__ import annotations

import msgspec
import pytest

from maxbooster.db import new_id
from maxbooster_distribution.deliveries.changes import Version, changes
from maxbooster_distribution.description import ReleaseDescription, TrackDescription

from .conftest import described, make_release, picture, stored, track, until, wav
from .test_deliveries import change, submit
from .test_search import found


async def unsent(api, at) -> dict:
    answer = await api.get(f"{at}/unsent")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def discarded(api, at, version: int | None = None):
    if version is None:
        version = (await unsent(api, at))["version"]
    return await api.post(f"{at}/discard", json={"version": version})


async def refused(api, at) -> str:
    """Why a release can't go back; both say so alike."""
    said, answer = (await unsent(api, at))["refused"], await discarded(api, at)
    assert (answer.status_code, answer.json()["detail"]) == (409, said)
    return str(said)


async def test_a_release_goes_back_to_what_stores_have(app, api, account, simulated):
    at = await make_release(app, api, account, kind="ep", tracks=[track(1), track(2)])
    assert "No store has this release" in await refused(api, at)
    await submit(api, at, "spotify")
    assert "on its way to Spotify" in await refused(api, at)
    await until(app, api, at, "live")
    assert "Nothing was changed" in await refused(api, at)

    sent = (await api.get(at)).json()
    first, second = sent["description"]["tracks"]
    ana = (await api.post("/api/billing/payees", json={"name": "Ana Lind"})).json()["id"]
    for id in (first["id"], second["id"]):
        split = {"shares": [{"payee": ana, "parts": 1}], "whole": 1}
        assert (await api.put(f"/api/distribution/tracks/{id}/splits", json=split)).status_code == 204
    cover = await stored(app, account, "other.png", picture(3200))
    audio = await stored(app, account, "remaster.wav", wav(0.9))
    await change(
        api, at, title="Nightfall", label="Other Records", cover=cover,
        tracks=[track(3), first | {"title": "Harbour Reprise", "audio": audio}],
    )  # fmt: skip
    shown = await unsent(api, at)
    assert (shown["stores"], shown["older"], shown["refused"]) == (["Spotify"], [], None)
    assert [(each["label"], each["stores"], each["yours"]) for each in shown["changes"]] == [
        ("Title", "Harbour B", "Nightfall"),
        ("Label", "Quay Street", "Other Records"),
        ("Cover", "cover.png", "other.png"),
        ("Removed track", "Harbour C", None),
        ("Added track", None, "Harbour D"),
        ("Track 2, title", "Harbour B", "Harbour Reprise"),
        ("Track 2, audio", "0.wav", "remaster.wav"),
    ]
    assert [each[1] for each in await found(api, "nightfall")] == ["Nightfall"]
    assert shown["elsewhere"] == []
    shared = described(kind="album", title="Best of", tracks=[track(1, id=first["id"])])
    assert (await api.post("/api/distribution/releases", json=shared)).status_code == 201
    assert (await unsent(api, at))["elsewhere"] == ["Best of"]
    shown = await unsent(api, at)

    assert (await discarded(api, at, version=shown["version"] - 1)).status_code == 409
    assert (await discarded(api, at)).status_code == 204
    now = (await api.get(at)).json()
    assert now["description"] == sent["description"]
    assert (now["tracks"], now["cover"]) == (sent["tracks"], sent["cover"])
    assert await found(api, "nightfall") == []
    assert {each[1] for each in await found(api, "harbour")} == {"Harbour B", "Harbour C"}
    for id in (first["id"], second["id"]):
        assert (await api.get(f"/api/distribution/tracks/{id}/splits")).json()["shares"] == split["shares"]
    entries = (await api.get("/api/core/audit", params={"limit": 10})).json()["items"]
    [entry] = [each for each in entries if each["action"] == "release.changes_discarded"]
    assert (entry["before"]["Title"], entry["after"]["Title"]) == ("Nightfall", "Harbour B")
    [planned] = (await api.post(f"{at}/plan", json={"outlets": ["spotify"]})).json()["deliveries"]
    assert (planned["what"], planned["held_back"]) == (None, "Spotify has this version, or is about to get it.")
    assert "Nothing was changed" in await refused(api, at)


async def test_the_newest_that_a_store_has_counts_and_others_are_named(app, api, account, simulated):
    at = await make_release(app, api, account)
    await submit(api, at, "spotify", "deezer")
    await until(app, api, at, "live")
    await change(api, at, genre="House")
    await submit(api, at, "spotify")
    await until(app, api, at, "live")
    await change(api, at, genre="Techno")
    shown = await unsent(api, at)
    assert (shown["stores"], shown["older"]) == (["Spotify"], ["Deezer"])
    assert [(each["field"], each["stores"], each["yours"]) for each in shown["changes"]] == [
        ("genre", "House", "Techno")
    ]
    taken = await api.post(f"{at}/takedown", json={"outlets": ["spotify"]})
    assert taken.status_code == 201, taken.text
    assert "on its way to Spotify" in await refused(api, at)
    await until(app, api, at, "down")
    shown = await unsent(api, at)
    assert (shown["stores"], shown["changes"][0]["stores"]) == (["Deezer"], "Electronic")
    await api.post(f"{at}/takedown", json={"outlets": ["deezer"]})
    await until(app, api, at, "down")
    assert "it was taken down" in await refused(api, at)


async def test_what_is_gone_here_cannot_come_back(app, api, account, simulated):
    at = await make_release(app, api, account)
    await submit(api, at, "spotify")
    await until(app, api, at, "live")
    before = (await api.get(at)).json()["description"]["cover"]
    await change(api, at, cover=await stored(app, account, "other.png", picture(3200)))
    assert (await api.delete(f"/api/core/files/{before}")).status_code == 204
    assert await refused(api, at) == (
        "The cover that stores have was deleted from your files, so the release can't go back to it."
    )


def version(**more) -> Version:
    said = msgspec.convert(described(**more), ReleaseDescription)
    return Version(said, [None] * len(said.tracks), None)


FIRST, SECOND = str(new_id()), str(new_id())


def test_the_order_of_tracks_is_a_change():
    tracks = [track(1, id=FIRST), track(2, id=SECOND)]
    [moved] = changes(version(tracks=tracks), version(tracks=tracks[::-1]))
    assert (moved.label, moved.stores, moved.yours) == (
        "Track order",
        "Harbour B, Harbour C",
        "Harbour C, Harbour B",
    )


_OTHER = {
    "kind": "album", "title": "X", "subtitle": "Live", "upc": "036000291452", "catalog_number": "QS-2",
    "credits": [{"name": "Bo Kern", "role": "FeaturedArtist"}], "label": "X", "genre": "X", "language": "de",
    "release_date": "2028-01-01", "original_release_date": "1999-01-01", "p_line": {"year": 1999, "text": "X"},
    "c_line": {"year": 1999, "text": "X"}, "deals": [{"territories": ["DE"], "ends": "2030-01-01"}],
    "cover": "x.png", "tracks": [],
}  # fmt: skip
_OTHER_OF_TRACK = {
    "title": "X", "subtitle": "Live", "isrc": "QZES92600009", "disc": 2, "language": "de", "instrumental": True,
    "credits": [{"name": "Bo Kern", "role": "Composer"}], "advisory": "Explicit",
    "p_line": {"year": 1999, "text": "X"}, "genre": "X", "audio": "x.wav",
}  # fmt: skip


@pytest.mark.parametrize("field", ReleaseDescription.__struct_fields__)
def test_no_field_of_a_release_is_left_out(field):
    [change] = changes(version(), version(**{field: _OTHER[field]})) if field != "tracks" else _moved()
    assert change.field == field
    assert change.stores != change.yours or field == "cover", "a cover is called by its file"


def _moved():
    tracks = [track(1, id=FIRST)]
    return changes(version(tracks=tracks), version(tracks=[]))


@pytest.mark.parametrize("fields", [*([field] for field in _OTHER_OF_TRACK), list(_OTHER_OF_TRACK)])
def test_no_field_of_a_track_is_left_out(fields):
    changed = {field: _OTHER_OF_TRACK[field] for field in fields}
    found = changes(version(tracks=[track(1, id=FIRST)]), version(tracks=[track(1, id=FIRST) | changed]))
    assert {each.field for each in found} == {f"tracks[0].{field}" for field in fields}
    assert set(_OTHER_OF_TRACK) == set(TrackDescription.__struct_fields__) - {"id"}
