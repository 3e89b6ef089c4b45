"""The operator turns off a page: whose it is, is told why, and can't undo it."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID

import pytest

from maxbooster.db.models import PLATFORM
from maxbooster.db.types import new_id
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.plugin import Conflict, Struct, publish, withdraw
from maxbooster.testing import make_app
from maxbooster.testing.people import make_person, open_browser
from tests.core.command_line import run

from .test_pages import Poster, app_settings, shown

__all__ = ["app_settings"]
PAGES = "/api/core/public-pages"
WHY = "Notice of the rights holder"


async def staff(app, browser, operator="moderator"):
    person = await make_person(app, f"{operator}@example.org", operator=operator)
    await browser.log_in(person)
    browser.note(await browser.post("/api/core/session/account", json={"account": str(PLATFORM)}))
    await browser.prove(person)


async def test_a_page_that_does_harm_goes_off_and_its_owner_is_told(app):
    artist = await make_person(app, "nova@example.org")
    owner = Identity(artist.account, artist.user, frozenset({EVERYTHING}))
    subject = new_id()
    at = await shown(app, owner, Poster("Harbour Night"), subject)
    async with open_browser(app) as moderator, open_browser(app) as theirs:
        await theirs.log_in(artist)
        assert (await theirs.get(PAGES)).status_code == 403
        assert (await theirs.post(f"{PAGES}/take-down", json={"address": at, "reason": WHY})).status_code == 403
        await staff(app, moderator)
        address = f"{app.settings.origin}{at}"
        listed = (await moderator.get(PAGES)).json()["items"]
        assert [(each["address"], each["title"], each["published"]) for each in listed] == [
            (address, "Harbour Night", True)
        ]
        assert (await moderator.post(f"{PAGES}/take-down", json={"address": at, "reason": " "})).status_code == 422
        off = await moderator.post(f"{PAGES}/take-down", json={"address": address, "reason": WHY})
        assert (off.status_code, off.json()["taken_down_why"]) == (200, WHY)
        again = await moderator.post(f"{PAGES}/take-down", json={"address": address, "reason": WHY})
        assert again.status_code == 409

        for path in (at, f"{at}/cover.jpg", at.replace("/p/", "/embed/")):
            gone = await moderator.get(path)
            assert (gone.status_code, "This page is unavailable" in gone.text) == (410, True)
            assert "Harbour" not in gone.text
        async with app.unit(owner) as ctx:
            with pytest.raises(Conflict, match=WHY):
                await publish(ctx, "posters", subject, Poster("Again"), title="Again")
        async with app.unit(owner) as ctx:
            assert await withdraw(ctx, "posters", subject)
        assert "unavailable" in (await moderator.get(at)).text, "withdrawing doesn't lift it"

        [notice] = (await theirs.get("/api/core/notices")).json()["notices"]
        assert (notice["kind"], notice["text"], notice["facts"]) == (
            "page.taken_down", WHY, {"title": "Harbour Night"},
        )  # fmt: skip
        trail = (await theirs.get("/api/core/audit")).json()["items"]
        assert {"page.taken_down", "account.entered"} <= {each["action"] for each in trail}

        listed = (await moderator.get(PAGES, params={"taken_down": True})).json()["items"]
        assert [each["address"] for each in listed] == [address]
        back = await moderator.post(f"{PAGES}/restore", json={"address": at.removeprefix("/p/")})
        assert (back.status_code, back.json()["taken_down_at"]) == (200, None)
        assert (await moderator.post(f"{PAGES}/restore", json={"address": at})).status_code == 409
        assert "no longer public" in (await moderator.get(at)).text, "it was withdrawn meanwhile"
        async with app.unit(owner) as ctx:
            await publish(ctx, "posters", subject, Poster("Again"), title="Again")
        assert (await moderator.get(at)).status_code == 200
        assert (await moderator.post(f"{PAGES}/restore", json={"address": "posters/none"})).status_code == 404


async def test_staff_who_only_support_cannot(app, account):
    at = await shown(app, account, Poster("Harbour Night"))
    async with open_browser(app) as browser:
        await staff(app, browser, "support")
        assert (await browser.get(PAGES)).status_code == 403
        assert (await browser.post(f"{PAGES}/take-down", json={"address": at, "reason": WHY})).status_code == 403


class Sheet(Struct):
    title: str


def test_it_works_on_the_command_line(tmp_path):
    data = tmp_path / "data"
    account = run("account", "create", "Nova", data=data).stdout.strip()
    assert run("pages", "list", data=data).stdout == "There are no such pages.\n"

    async def make() -> None:
        owner = Identity(UUID(account), None, frozenset({EVERYTHING}))
        async with (
            make_app(data, f"sqlite:///{data / 'maxbooster.db'}", migrated=True) as app,
            app.unit(owner) as ctx,
        ):
            await publish(ctx, "sheets", new_id(), Sheet("Casino \x1b[31m"), title="Casino")

    asyncio.run(make())
    [page] = json.loads(run("pages", "list", "--json", data=data).stdout)
    assert run("pages", "take-down", page["address"], "--reason", WHY, data=data).stdout == (
        f"{page['address']} is turned off; its owner is told why.\n"
    )
    listed = run("pages", "list", "--taken-down", data=data).stdout
    assert listed.startswith("turned off")
    assert WHY in listed
    assert "\x1b" not in listed
    assert "is off already" in run("pages", "take-down", page["address"], "--reason", WHY, data=data).stderr
    assert "is allowed again" in run("pages", "restore", page["address"], data=data).stdout
    assert "Nothing was ever published" in run("pages", "restore", "sheets/nothing", data=data).stderr
