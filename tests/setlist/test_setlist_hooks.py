"""What set lists add through each hook, seen from outside."""

from __future__ import annotations

from base64 import b64encode
from datetime import date

import pytest
from sqlalchemy import select

from maxbooster import privacy
from maxbooster.db import new_id
from maxbooster.identity import Identity
from maxbooster.plugins.check import faults
from maxbooster.testing import drain, make_app, open_api
from maxbooster_setlist.models import Setlist

from .conftest import AT


async def test_hook_register_routes(api):
    description = (await api.get("/schema/openapi.json")).json()
    operations = {
        operation["operationId"]
        for path, methods in description["paths"].items()
        if path.startswith("/api/setlist/")
        for operation in methods.values()
    }
    assert operations == {
        "listSetlists", "createSetlist", "getSetlist", "updateSetlist", "deleteSetlist", "publishSetlist",
        "fillSetlist",
    }  # fmt: skip
    refusals = description["paths"][AT]["post"]["responses"]
    assert {"401", "403", "409", "422"} <= set(refusals)


async def test_hook_register_jobs(app, api, setlist):
    await api.post(f"{setlist}/fill")
    await drain(app)
    done = (await api.get("/api/core/jobs", params={"job_state": "done"})).json()["items"]
    assert "setlist.fill" in [job["name"] for job in done]


async def test_hook_register_subscriptions(app, api, setlist):
    await api.post(f"{setlist}/publish")
    await drain(app)
    heard = [
        job for job in (await api.get("/api/core/jobs")).json()["items"] if job["name"] == "on:setlist.print_sheet"
    ]
    assert [job["state"] for job in heard] == ["done"]


async def test_hook_register_tables(app):
    assert {"setlist_setlist", "setlist_song"} <= {table.__tablename__ for table in app.offers.tables}
    assert faults(app, of={"setlist"}) == []


async def test_hook_register_personal_data(app):
    """Who published a set list is theirs: it is exported with them and goes with them."""
    publisher, account = new_id(), new_id()
    async with app.unit(Identity(account, publisher, frozenset({"*"}))) as ctx:
        ctx.add(Setlist(title="Tour", venue="Hall", played_on=date(2027, 1, 1), published_by=publisher))
    declared = [each for each in app.offers.personal_data if each.table is Setlist]
    held = await app.database.read(lambda connection: privacy.about_person(connection, declared, publisher))
    assert [row["title"] for row in held["setlist_setlist"]] == ["Tour"]
    await app.database.transact(lambda connection: privacy.erase_person(connection, declared, publisher))
    assert await app.database.read(lambda connection: privacy.about_person(connection, declared, publisher)) == {}
    async with app.unit(Identity(account, None, frozenset())) as ctx:
        assert (await ctx.first(select(Setlist.title))) == "Tour"


async def test_hook_account_plan(database_url, tmp_path, account):
    """Where set lists are sold, filling one by a job is for those who have paid."""
    paying = {"setlist__paying": str(account.account)}
    new = {"title": "T", "venue": "V", "played_on": "2027-06-01", "songs": [{"title": "So What", "duration_s": 545}]}
    async with make_app(tmp_path, database_url, migrated=True, **paying) as app:
        for who, status in ((account.account, 202), (new_id(), 403)):
            async with open_api(app, who) as api:
                made = (await api.post("/api/setlist/setlists", json=new)).json()
                answer = await api.post(f"/api/setlist/setlists/{made['id']}/fill")
                assert answer.status_code == status, answer.text
        assert answer.json()["type"] == "urn:maxbooster:problem:not-in-plan"
        assert answer.json()["feature"] == "setlist.fill"
        assert (await app.plans.of(who)).limits == {"api.requests_per_s": 100}


async def test_hook_register_panels(app, account, api):
    offered = (await api.get("/api/core/panels")).json()
    panel = next(each["panel"] for each in offered if each["plugin"] == "setlist")
    assert panel["tag"] == "mb-setlist-overview"
    module = await api.get(f"/static/setlist/{panel['module']}")
    assert module.status_code == 200
    assert panel["tag"] in module.text
    async with open_api(app, account.account, "plugin.read") as stranger:
        assert "setlist" not in [each["plugin"] for each in (await stranger.get("/api/core/panels")).json()]


async def test_hook_register_static(api):
    module = await api.get("/static/setlist/overview.js")
    assert module.status_code == 200
    assert "javascript" in module.headers["content-type"]
    assert (await api.get("/static/setlist/%2e%2e/plugin.py")).status_code == 404


async def test_hook_register_console_views(app, api, setlist):
    view = next(view for _, view in app.offers.console_views if view.id == "setlist.setlists")
    [row] = (await api.get(AT)).json()["items"]
    assert set(view.columns) <= set(row)
    assert "id" in row


async def test_hook_register_health_checks(database_url, tmp_path, app):
    async with open_api(app) as anybody:
        checks = (await anybody.get("/health/ready")).json()["checks"]
    sound = next(check for check in checks if check["name"] == "setlist")
    assert (sound["ok"], sound["vital"]) == (True, False)
    wrong = make_app(tmp_path / "data", database_url, migrated=True, setlist__sheet_encoding="klingon")
    async with wrong as misled, open_api(misled) as anybody:
        ready = await anybody.get("/health/ready")
    assert ready.status_code == 200
    assert (ready.json()["ready"], ready.json()["degraded"]) == (True, True)
    finding = next(check for check in ready.json()["checks"] if check["name"] == "setlist")
    assert finding["reason"].startswith("The setting setlist.sheet_encoding is 'klingon'")


async def test_hook_register_translations(api):
    german = (await api.get("/api/core/translations/de")).json()
    assert german["setlist.title"] == "Setlisten"
    assert german["core.title"] == "Max Booster"
    assert (await api.get("/api/core/translations/en")).json()["setlist.title"] == "Set lists"


async def test_hook_song_source(app, account):
    async with app.unit(account, writable=False) as ctx:
        [answer] = await ctx.ask("song_source")
    assert answer.plugin == "setlist.demo"
    assert answer.value[0].title == "Greensleeves"


class TestRefusedFiles:
    @pytest.fixture
    def app_settings(self):
        return {"setlist__refused_files": "*.exe,*.bat"}

    @pytest.mark.parametrize(("name", "state"), [("Virus.EXE", "rejected"), ("song.wav", "ready")])
    async def test_hook_inspect_file(self, app, api, name, state):
        headers = {"Tus-Resumable": "1.0.0"}
        announced = {
            "Upload-Length": "4",
            "Upload-Metadata": f"filename {b64encode(name.encode()).decode()}",
        }
        url = (await api.post("/api/core/uploads", headers=headers | announced)).headers["Location"]
        sent = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        assert (await api.patch(url, headers=headers | sent, content=b"RIFF")).status_code == 204
        await drain(app)
        file = (await api.get(f"/api/core/files/{url.rpartition('/')[2]}")).json()
        assert file["state"] == state
        assert file["reason"] == ("Files named like *.exe are not accepted here." if state == "rejected" else None)
