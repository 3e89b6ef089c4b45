"""Findings that somebody decides otherwise about, and what is known before a release is sent."""

from __future__ import annotations

from uuid import UUID

import pytest

from maxbooster.db import new_id
from maxbooster.testing import open_api
from maxbooster_distribution.deliveries import overriding

from .conftest import DELIVERIES, described, make_release, track, until

REVIEW = "/api/distribution/review"


async def findings(api, at):
    return (await api.get(f"{at}/review")).json()


def wanted(rule, field="title", reason="The band spells it so."):
    return {"rule": rule, "field": field, "reason": reason}


@pytest.fixture
async def shouted(app, api, account, simulated):
    """A release that lacks nothing but small letters."""
    return await make_release(app, api, account, title="HARBOUR LIGHTS")


async def test_an_override_lets_a_release_go_and_is_on_record(app, api, account, shouted):
    refused = await api.post(f"{shouted}/submit", json={"outlets": ["spotify"]})
    assert [each["rule"] for each in refused.json()["findings"]] == ["T02"]
    made = await api.post(f"{shouted}/overrides", json=wanted("T02"))
    assert made.status_code == 201, made.text
    review = await findings(api, shouted)
    assert review["blocking"] == 0
    [found] = [each for each in review["findings"] if each["rule"] == "T02"]
    assert (found["override"]["reason"], found["overridable"]) == ("The band spells it so.", True)
    [id] = (await api.post(f"{shouted}/submit", json={"outlets": ["spotify"]})).json()["deliveries"]
    await until(app, api, shouted, "live")
    kept = (await api.get(f"{DELIVERIES}/{id}")).json()["overrides"]
    assert [(each["rule"], each["about"], each["reason"]) for each in kept] == [
        ("T02", "HARBOUR LIGHTS", "The band spells it so.")
    ]
    audited = (await api.get("/api/core/audit")).text
    assert "finding.overridden" in audited
    assert "The band spells it so." in audited


async def test_an_override_says_who_decided(app, account, shouted):
    async with app.unit(account) as ctx:
        id = UUID(shouted.rpartition("/")[2])
        decided = await overriding.override(ctx, id, "T02", "title", "The band spells it so.")
    assert (decided.by, decided.at) == (account.user, ctx.now)


async def test_an_override_holds_for_its_text_alone(api, shouted):
    await api.post(f"{shouted}/overrides", json=wanted("T02"))
    read = (await api.get(shouted)).json()
    changed = {"version": read["version"], "description": read["description"] | {"title": "HARBOUR NIGHTS"}}
    unsaved = {"description": changed["description"], "release": shouted.rpartition("/")[2]}
    assert (await api.post(REVIEW, json=unsaved)).json()["blocking"] > 0
    unsaved["description"] = read["description"]
    assert "T02" not in [
        each["rule"] for each in (await api.post(REVIEW, json=unsaved)).json()["findings"] if not each["override"]
    ]
    assert (await api.put(shouted, json=changed)).status_code == 204
    assert (await findings(api, shouted))["blocking"] == 1
    assert len((await api.get(f"{shouted}/overrides")).json()) == 1


async def test_an_override_may_be_withdrawn(api, shouted):
    id = (await api.post(f"{shouted}/overrides", json=wanted("T02"))).json()["id"]
    again = (await api.post(f"{shouted}/overrides", json=wanted("T02", reason="Another reason."))).json()
    assert (again["id"], again["reason"]) == (id, "Another reason.")
    assert (await api.delete(f"{shouted}/overrides/{id}")).status_code == 204
    assert (await findings(api, shouted))["blocking"] == 1
    assert (await api.get(f"{shouted}/overrides")).json() == []
    assert (await api.delete(f"{shouted}/overrides/{id}")).status_code == 404


async def test_what_stores_refuse_cannot_be_overridden(app, api, account, simulated):
    at = await make_release(app, api, account, genre=None, tracks=[track(1, language="xx")])
    for rule, field in (("G01", "genre"), ("L01", "tracks[0].language")):
        refused = await api.post(f"{at}/overrides", json=wanted(rule, field))
        assert (refused.status_code, "stores refuse it" in refused.json()["detail"]) == (409, True)
    for more, status in ((wanted("T02"), 409), (wanted("G01", "genre", "  "), 422), (wanted("G01", "genre", ""), 422)):
        assert (await api.post(f"{at}/overrides", json=more)).status_code == status


async def test_another_accounts_overrides_do_not_exist(app, api, shouted):
    id = (await api.post(f"{shouted}/overrides", json=wanted("T02"))).json()["id"]
    async with open_api(app, new_id()) as stranger:
        for method, path, body in (
            ("GET", "overrides", None), ("POST", "overrides", wanted("T02")), ("DELETE", f"overrides/{id}", None),
            ("POST", "plan", {"outlets": ["spotify"]}),
        ):  # fmt: skip
            assert (await stranger.request(method, f"{shouted}/{path}", json=body)).status_code == 404, path
        unsaved = {"description": described(title="HARBOUR LIGHTS"), "release": shouted.rpartition("/")[2]}
        found = (await stranger.post(REVIEW, json=unsaved)).json()["findings"]
        assert all(each["override"] is None for each in found)


# Before it is sent


async def planned(api, at, *outlets):
    answer = await api.post(f"{at}/plan", json={"outlets": list(outlets)})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_plan_says_what_goes_where_and_when(app, api, account, simulated):
    at = await make_release(app, api, account)
    plan = await planned(api, at, "spotify", "deezer")
    assert [(each["outlet_title"], each["what"], each["held_back"]) for each in plan["deliveries"]] == [
        ("Spotify", "insert", None), ("Deezer", "insert", None),
    ]  # fmt: skip
    assert all(each["sandbox"] and each["expected_from"] <= each["due_at"] for each in plan["deliveries"])
    assert (plan["tracks"], plan["territories"], plan["excluded"]) == (1, ["Worldwide"], [])
    assert plan["bytes"] > 100_000
    assert (await api.get(f"{at}/deliveries")).json()["deliveries"] == []
    await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
    await until(app, api, at, "live")
    [spotify, deezer] = (await planned(api, at, "spotify", "deezer"))["deliveries"]
    assert (spotify["what"], "has this version" in spotify["held_back"]) == (None, True)
    assert deezer["what"] == "insert"
    read = (await api.get(at)).json()
    await api.put(at, json={"version": read["version"], "description": read["description"] | {"genre": "Ambient"}})
    [spotify] = (await planned(api, at, "spotify"))["deliveries"]
    assert spotify["what"] == "update"


async def test_a_plan_says_what_is_held_back(app, api, account, simulated, shouted):
    [spotify] = (await planned(api, shouted, "spotify"))["deliveries"]
    assert (spotify["what"], spotify["blocking"]) == (None, 1)
    assert "capitals only" in spotify["held_back"]
    await api.post(f"{shouted}/overrides", json=wanted("T02"))
    [spotify] = (await planned(api, shouted, "spotify"))["deliveries"]
    assert (spotify["what"], spotify["blocking"], spotify["overridden"]) == ("insert", 0, 1)


async def test_a_sender_whose_name_cannot_be_written_is_refused(api):
    for name in ("Quay\x0bStreet", "  ", "Quay\x00"):
        refused = await api.put("/api/distribution/registrant", json={"name": name})
        assert (refused.status_code, refused.json()["field"]) == (422, "name")
