"""What becomes of work that was stopped before it began, or died; and what people are told of it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest

from maxbooster.identity import EVERYTHING, Identity
from maxbooster.testing import drain, make_person, open_api, open_browser
from maxbooster_studio import plugin

from . import sounds
from .conftest import AT, Studio

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """Two seconds: enough for a loudness."""
    return sounds.write(tmp_path_factory.mktemp("short") / "Halo.wav", sounds.song(2))


async def _cancel(studio, job):
    answer = await studio.api.post(f"/api/core/jobs/{job}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "canceled")


async def test_measuring_that_is_canceled_while_it_waits_says_so_and_can_be_asked_for_again(studio, short):
    order = {"file_id": await studio.upload(short)}
    made = (await studio.api.post(f"{AT}/recordings", json=order)).json()
    assert (await studio.get(f"recordings/{made['id']}"))["state"] == "queued"
    await _cancel(studio, made["job"])
    assert (await studio.get(f"recordings/{made['id']}"))["state"] == "canceled"
    assert [row["state"] for row in (await studio.get("recordings"))["items"]] == ["canceled"]
    refused = await studio.api.post(f"{AT}/recordings/{made['id']}/masters", json={})
    assert (refused.status_code, "was stopped" in refused.json()["detail"]) == (409, True)
    again = (await studio.api.post(f"{AT}/recordings", json=order)).json()
    assert (again["id"], again["job"] == made["job"]) == (made["id"], False)
    await drain(studio.app, timeout_s=60)
    assert (await studio.get(f"recordings/{made['id']}"))["state"] == "done"
    await studio.api.post(f"/api/core/jobs/{made['job']}/retry")
    await drain(studio.app, timeout_s=60)
    assert (await studio.api.get(f"/api/core/jobs/{made['job']}")).json()["state"] == "done", "it found it measured"


async def test_a_master_that_is_canceled_while_it_waits_says_so_and_runs_when_its_job_is_retried(studio, short):
    recording = await studio.bring(short)
    begun = (await studio.api.post(f"{AT}/recordings/{recording['id']}/masters", json={})).json()
    await _cancel(studio, begun["job"])
    assert (await studio.get(f"masters/{begun['id']}"))["state"] == "canceled"
    assert [each["state"] for each in await studio.get(f"recordings/{recording['id']}/masters")] == ["canceled"]
    assert (await studio.api.post(f"/api/core/jobs/{begun['job']}/retry")).status_code == 200
    assert (await studio.get(f"masters/{begun['id']}"))["state"] == "queued"
    await drain(studio.app, timeout_s=60)
    assert (await studio.get(f"masters/{begun['id']}"))["state"] == "done"


async def test_a_rendering_that_is_canceled_while_it_waits_can_be_asked_for_again(studio, short):
    recording = await studio.bring(short)
    master = await studio.master(recording["id"])
    asked, path = {"format": "flac16"}, f"{AT}/masters/{master['id']}/renderings"
    first = (await studio.api.post(path, json=asked)).json()
    await _cancel(studio, first["job"])
    states = {each["format"]: each["state"] for each in (await studio.get(f"masters/{master['id']}"))["renderings"]}
    assert states == {"wav24": "done", "flac16": "canceled"}
    again = (await studio.api.post(path, json=asked)).json()
    assert (again["id"], again["state"]) == (first["id"], "queued")
    await drain(studio.app, timeout_s=60)
    assert (await studio.api.post(path, json=asked)).json()["state"] == "done"


async def test_measuring_that_used_up_its_tries_says_why_and_can_be_asked_for_again(studio, short, monkeypatch):
    async def breaks(ctx, recording_id):
        raise OSError("the disk is away")

    order, whole = {"file_id": await studio.upload(short)}, studio.app.jobs["studio.analyze"]
    with monkeypatch.context() as broken:
        broken.setitem(studio.app.jobs, whole.name, replace(whole, handler=breaks, attempts=1))
        made = (await studio.api.post(f"{AT}/recordings", json=order)).json()
        await drain(studio.app)
    failed = await studio.get(f"recordings/{made['id']}")
    assert (failed["state"], failed["reason"]) == ("failed", "OSError: the disk is away")
    await studio.api.post(f"{AT}/recordings", json=order)
    await drain(studio.app, timeout_s=60)
    assert (await studio.get(f"recordings/{made['id']}"))["state"] == "done"


@asynccontextmanager
async def _nova(app, email):
    """An artist at the page, and the studio of her account."""
    person = await make_person(app, email)
    owner = Identity(person.account, person.user, frozenset({EVERYTHING}))
    async with open_browser(app) as browser, open_api(app, person.account) as api:
        await browser.log_in(person)
        yield browser, Studio(app, api, owner)


async def test_who_may_listen_is_told_when_a_master_is_done(app, short):
    async with _nova(app, "ready@example.org") as (browser, studio):
        recording = await studio.bring(short)
        assert (await browser.get("/api/core/notices")).json()["notices"] == []
        await studio.master(recording["id"], target="apple")
        [notice] = (await browser.get("/api/core/notices")).json()["notices"]
    assert (notice["kind"], notice["tone"], notice["path"]) == ("master.ready", "good", f"/master/{recording['id']}")
    assert notice["facts"] == {"title": "Halo", "target": "Apple Music"}
    assert notice["text"].startswith("−16.0 LUFS, true peak −")


async def test_and_when_it_could_not_be_made(app, tmp_path):
    async with _nova(app, "silent@example.org") as (browser, studio):
        recording = await studio.bring(sounds.write(tmp_path / "Hush.wav", np.zeros((44_100, 2))))
        await studio.master(recording["id"])
        [notice] = (await browser.get("/api/core/notices")).json()["notices"]
    assert (notice["kind"], notice["tone"], notice["facts"]["title"]) == ("master.failed", "danger", "Hush")
    assert notice["text"].startswith("Hush.wav is silent")


async def test_the_first_master_is_the_first_step(app, short):
    async with _nova(app, "first@example.org") as (browser, studio):
        steps = (await browser.get("/api/core/first-steps")).json()
        assert (steps[0]["id"], steps[0]["path"], steps[0]["done"]) == ("studio.master", "/master", False)
        await studio.master((await studio.bring(short))["id"])
        assert (await browser.get("/api/core/first-steps")).json()[0]["done"] is True


async def test_every_job_of_the_studio_has_words():
    words = plugin.register_translations()["en"]
    assert {f"job.{job.name}" for job in plugin.register_jobs()} <= words.keys()
