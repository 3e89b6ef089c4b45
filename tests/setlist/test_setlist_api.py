"""Set lists as the artist meets them: over HTTP, on both databases."""

from __future__ import annotations

import asyncio

import pytest

from maxbooster.db import new_id
from maxbooster.testing import drain, open_api

from .conftest import AT, CHANGED, SONGS, SUMMER, trail


async def test_a_set_list_is_made_and_read_back(api, setlist):
    assert (await api.get(setlist)).json() == {
        "id": setlist.rpartition("/")[2],
        "version": 1,
        "title": "Summer",
        "venue": "Quay 9",
        "played_on": "2027-06-01",
        "published_at": None,
        "songs": SONGS,
    }


async def test_set_lists_are_listed_in_the_order_of_their_concerts(api, setlist):
    await api.post(AT, json=SUMMER | {"title": "Spring", "played_on": "2027-03-20", "songs": []})
    listed = (await api.get(AT)).json()["items"]
    assert [(row["title"], row["songs"]) for row in listed] == [("Spring", 0), ("Summer", 2)]


async def test_a_removed_set_list_is_gone_with_its_songs(api, setlist):
    assert (await api.delete(setlist)).status_code == 204
    assert (await api.get(setlist)).status_code == 404
    assert (await api.post(AT, json=SUMMER)).status_code == 201


async def test_another_accounts_set_list_answers_as_one_that_does_not_exist(app, api, setlist):
    own, missing = setlist.rpartition("/")[2], str(new_id())
    changed = {"title": "Mine", "venue": "Here", "played_on": "2027-06-01", "version": 1}
    async with open_api(app, new_id()) as stranger:
        assert (await stranger.get(AT)).json()["items"] == []
        for method, path, body in (
            ("GET", "", None),
            ("PUT", "", changed),
            ("DELETE", "", None),
            ("POST", "/publish", None),
            ("POST", "/fill", None),
        ):
            theirs = await stranger.request(method, f"{AT}/{own}{path}", json=body)
            nobodys = await stranger.request(method, f"{AT}/{missing}{path}", json=body)
            assert theirs.status_code == nobodys.status_code == 404, method + path
            assert theirs.text.replace(own, "…") == nobodys.text.replace(missing, "…")
    assert (await api.get(setlist)).json()["title"] == "Summer"


async def test_a_second_set_list_of_the_same_date_and_title_is_a_conflict(app, api, setlist):
    again = await api.post(AT, json=SUMMER)
    assert again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["type"] == "urn:maxbooster:problem:conflict"
    assert len((await api.get(AT)).json()["items"]) == 1
    async with open_api(app, new_id()) as other:
        assert (await other.post(AT, json=SUMMER)).status_code == 201


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"played_on": "soon"}, "played_on"),
        ({"songs": [{"title": "Blue", "duration_s": 0}]}, "songs[0].duration_s"),
        ({"songs": [SONGS[0]] * 61}, "songs"),
    ],
)
async def test_wrong_input_names_its_field(api, wrong, field):
    refused = await api.post(AT, json=SUMMER | wrong)
    assert refused.status_code == 422
    assert refused.json()["field"] == field
    assert (await api.get(AT)).json()["items"] == []


async def test_a_change_made_from_a_stale_version_is_refused(api, setlist):
    first = CHANGED | {"venue": "Loft", "version": 1}
    assert (await api.put(setlist, json=first)).status_code == 204
    late = await api.put(setlist, json=first | {"venue": "Barn"})
    assert late.status_code == 409
    assert late.json()["field"] == "version"
    now = (await api.get(setlist)).json()
    assert (now["venue"], now["version"]) == ("Loft", 2)


async def test_of_two_changes_at_the_same_moment_one_is_refused(api, setlist):
    change = CHANGED | {"version": 1}
    answers = await asyncio.gather(*(api.put(setlist, json=change | {"venue": f"Hall {n}"}) for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]


async def test_a_reader_may_not_write(app, account, api, setlist):
    async with open_api(app, account.account, "setlist.read") as reader:
        assert (await reader.get(setlist)).status_code == 200
        refused = await reader.post(f"{setlist}/publish")
    assert refused.status_code == 403
    assert refused.json()["permission"] == "setlist.write"


async def test_nobody_reads_without_a_token(app):
    async with open_api(app) as anybody:
        assert (await anybody.get(AT)).status_code == 401


async def test_publishing_is_told_once_and_in_order(app, api, setlist):
    for number in range(1, 6):
        await api.put(setlist, json=CHANGED | {"title": f"Night {number}", "version": 2 * number - 1})
        assert (await api.post(f"{setlist}/publish")).status_code == 204
    sheets = await trail(app, api, "setlist.sheet_printed")
    assert [sheet["lines"][0] for sheet in sheets] == [f"Night {number} · Quay 9" for number in range(1, 6)]
    await drain(app)
    assert len(await trail(app, api, "setlist.sheet_printed")) == 5


async def test_the_stage_sheet_is_among_the_files(app, api, setlist):
    await api.post(f"{setlist}/publish")
    [sheet] = await trail(app, api, "setlist.sheet_printed")
    content = await api.get(f"/api/core/files/{sheet['file']}/content")
    assert content.text.splitlines() == ["Summer · Quay 9", "Blue in Green", "So What"]


async def test_an_empty_set_list_cannot_be_published(app, api):
    made = (await api.post(AT, json=SUMMER | {"songs": []})).json()
    refused = await api.post(f"{AT}/{made['id']}/publish")
    assert refused.status_code == 409
    assert "without songs" in refused.json()["detail"]
    assert await trail(app, api, "setlist.sheet_printed") == []


async def test_filling_shows_its_progress_and_its_result(app, api, setlist):
    begun = await api.post(f"{setlist}/fill")
    assert begun.status_code == 202
    job = f"/api/core/jobs/{begun.json()['job']}"
    assert (await api.get(job)).json()["state"] == "ready"
    await drain(app)
    done = (await api.get(job)).json()
    assert (done["state"], done["progress"]) == ("done", 1.0)
    assert [song["title"] for song in (await api.get(setlist)).json()["songs"]] == [
        "Blue in Green",
        "So What",
        "Greensleeves",
        "Scarborough Fair",
        "House of the Rising Sun",
    ]


async def test_every_change_leaves_its_entry_in_the_audit_trail(app, api, setlist):
    await api.put(setlist, json=CHANGED | {"venue": "Loft", "version": 1})
    await api.post(f"{setlist}/publish")
    await api.delete(setlist)
    await drain(app)
    actions = [entry["action"] for entry in reversed((await api.get("/api/core/audit")).json()["items"])]
    assert [action for action in actions if action.startswith("setlist.")][:4] == [
        "setlist.made",
        "setlist.changed",
        "setlist.published",
        "setlist.removed",
    ]
