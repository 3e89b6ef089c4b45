"""What people hear at the bell: a release is live, it was refused, an outlet is late; and what to do first."""

from __future__ import annotations

import pytest

from maxbooster.identity import Identity
from maxbooster.testing import drain, make_person, open_api, open_browser
from maxbooster_distribution.plugin import manifest

from .conftest import make_release, until
from .test_answers import answer, looked_at

pytestmark = [pytest.mark.usefixtures("simulated")]


@pytest.fixture
async def owner(app):
    return await make_person(app)


@pytest.fixture
def account(owner):
    return Identity(owner.account, owner.user, frozenset({"*"}))


async def notices(app, person):
    async with open_browser(app) as browser:
        await browser.log_in(person)
        return (await browser.get("/api/core/notices")).json()["notices"]


def in_words(notice):
    return notice["title"].format(**notice["facts"])


async def submit(api, at, **behavior):
    await api.put("/api/sandbox/outlets/spotify", json=behavior)
    assert (await api.post(f"{at}/submit", json={"outlets": ["spotify"]})).status_code == 201


async def test_people_hear_that_a_release_is_live(app, api, account, owner):
    at = await make_release(app, api, account)
    await submit(api, at, answer="accept")
    await until(app, api, at, "live")
    stranger = await make_person(app, "stranger@example.org")
    [notice] = await notices(app, owner)
    assert (in_words(notice), notice["tone"]) == ("“Harbour B” is ready on Spotify", "good")
    assert notice["text"] == "It goes live on Jun 4, 2027."
    assert notice["path"] == at.replace("/api/distribution", "")
    assert await notices(app, stranger) == []


async def test_people_hear_that_a_release_was_refused_and_why(app, api, account, owner):
    at = await make_release(app, api, account)
    await submit(api, at, answer="reject", status="ResourceCorrupt", text="All noise.")
    await until(app, api, at, "rejected")
    [notice] = await notices(app, owner)
    assert (in_words(notice), notice["tone"]) == ("Spotify refused “Harbour B”", "danger")
    assert notice["text"] == "Spotify refused it: a file arrived damaged. They write: “All noise.”"


async def test_people_hear_once_that_an_outlet_is_late(app, api, account, clock, owner):
    at = await make_release(app, api, account, release_date="2026-11-20")
    await submit(api, at, answer="lose")
    await until(app, api, at, "sent")
    assert await notices(app, owner) == []
    for _ in range(2):
        clock.advance(days=12)
        await drain(app)
        told = await notices(app, owner)
        assert [in_words(each) for each in told] == ["Spotify is overdue with “Harbour B”"]
    names = [each["name"] for each in (await api.get("/api/core/jobs", params={"limit": 200})).json()["items"]]
    assert names.count("on:distribution.tell_overdue") == 1, "the event was told once"


async def test_nobody_hears_of_a_clock_that_was_kept(app, api, account, clock, owner):
    at = await make_release(app, api, account)
    await submit(api, at, answer="accept")
    await until(app, api, at, "live")
    clock.advance(days=400)
    await drain(app)
    assert [each["kind"] for each in await notices(app, owner)] == ["release.live"]


async def test_the_first_step_is_done_when_something_was_sent(app, api, account):
    async def step():
        steps = (await api.get("/api/core/first-steps")).json()
        return next(each for each in steps if each["id"] == "distribution.release")

    assert ((await step())["done"], (await step())["path"]) == (False, "/releases")
    at = await make_release(app, api, account)
    await submit(api, at, answer="accept")
    assert (await step())["done"] is True
    async with open_api(app, account.account, "plugin.read release.read") as viewer:
        assert "distribution.release" not in (await viewer.get("/api/core/first-steps")).text


async def test_every_job_of_distribution_has_words(app, api):
    texts = (await api.get("/api/core/translations/en")).json()
    mine = [name for name in app.jobs if name.removeprefix("on:").partition(".")[0] in (manifest.name, "royalties")]
    assert len(mine) > 5
    assert [name for name in mine if not texts.get(f"job.{name}")] == []


async def test_people_hear_once_that_a_store_reports_a_problem(app, api, account, owner, simulated):
    at = await make_release(app, api, account)
    await submit(api, at, answer="lose")
    await until(app, api, at, "sent")
    [shown] = (await api.get(f"{at}/deliveries")).json()["deliveries"]
    [batch] = simulated.glob("spotify/*/N_*")
    for number in (1, 2):
        said = answer(app, shown["id"], "ReleaseReceivedByReleaseDistributor", file_statuses=("ResourceCorrupt",))
        put(batch / "acknowledgements" / f"ACK_{number}.xml", said)
        await until(app, api, at, "acknowledged")
        await looked_at(app, api, at, shown["id"], number)
    [notice] = await notices(app, owner)
    assert in_words(notice) == "Spotify reports a problem with “Harbour B”"
    assert "a file arrived damaged" in notice["text"]


def put(path, content):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
