"""The palette's search: every plugin searches its own, and nobody finds what is not theirs to see."""

from __future__ import annotations

import pytest

from maxbooster.testing import make_person, open_api, open_browser


@pytest.fixture
async def nova(app):
    return await make_person(app, "nova@example.org")


async def search(browser, query):
    answer = await browser.get("/api/core/search", params={"words": query})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_is_found_is_the_accounts_own(app, nova):
    other = await make_person(app, "ben@example.org")
    async with open_browser(app) as browser:
        await browser.log_in(nova)
        draft = {
            "kind": "single",
            "title": "100% Harbour Lights",
            "credits": [],
            "tracks": [{"title": "Low_Tide", "credits": []}],
        }
        made = await browser.post("/api/distribution/releases", json=draft)
        assert made.status_code == 201, made.text
        path = f"/releases/{made.json()['id']}"
        for query, kind in (("harbour 100%", "Release"), ("LOW_t", "Track")):
            assert [(each["kind"], each["path"]) for each in await search(browser, query)] == [(kind, path)]
        assert await search(browser, "harbour night") == []
        assert await search(browser, "%%") == []
        payee = {"name": "Ines Moreau", "provider": None, "destination": ""}
        assert (await browser.post("/api/billing/payees", json=payee)).status_code == 201
        [found] = await search(browser, "moreau")
        assert (found["kind"], found["path"].partition("=")[0]) == ("Payee", "/money?payee")
    async with open_browser(app) as browser:
        await browser.log_in(other)
        assert await search(browser, "harbour") == []
        assert await search(browser, "moreau") == []


async def test_a_search_needs_words_and_a_person(app, nova):
    async with open_api(app) as browser:
        assert (await browser.get("/api/core/search", params={"words": "x"})).status_code == 401
    async with open_browser(app) as browser:
        await browser.log_in(nova)
        assert await search(browser, "   ") == []
        assert (await browser.get("/api/core/search", params={"words": ""})).status_code == 422
        assert (await browser.get("/api/core/search", params={"words": "x" * 201})).status_code == 422
