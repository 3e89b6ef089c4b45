"""A person connects a service in the browser, loses the connection, and reconnects it."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from sqlalchemy import text

from maxbooster.errors import AuthFailed
from maxbooster.oauth import protocol as oauth
from maxbooster.testing import Clock, make_app
from tests.contract.test_account_settings import code as pier
from tests.core.connections.oidc import running

from .test_web_pages import SCREENS, SIZES, _axe


@pytest.fixture(scope="module")
def oidc(plugins, port):
    with running(f"http://127.0.0.1:{port}") as server:
        plugins.install("quay", server.plugin, manifest="hosts=('127.0.0.1',)")
        plugins.install("billing.pier", pier())
        yield server


@pytest.fixture(scope="module")
def platform_settings(oidc):
    return {"MAXBOOSTER_OUTBOUND_PRIVATE": "true"}


async def _in_row(page, title, action):
    await page.get_by_role("listitem").filter(has_text=title).get_by_role("button", name=action, exact=True).click()


async def _agree(page, name):
    """At the provider, which is a real one."""
    login, go_on = page.get_by_placeholder("Enter any login"), page.get_by_role("button", name="Continue")
    await login.or_(go_on).first.wait_for()
    if await login.count():
        await login.fill(name)
        await page.get_by_placeholder("and password").fill("any")
        await page.get_by_role("button", name="Sign-in").click()
    await go_on.click()


async def _withdraw(data):
    """The artist withdraws the access at the provider, which tells nobody; a job finds out two hours later."""
    clock = Clock()
    async with make_app(data, f"sqlite:///{data}/maxbooster.db", clock=clock, migrated=True) as app:
        ids = text("SELECT account_id, id FROM core_connection")
        found = await app.database.read(lambda connection: connection.execute(ids).one())
        account, id = UUID(bytes=found.account_id), UUID(bytes=found.id)
        login = await app.connections.login(account, id)
        await oauth.revoke(app.http, login.provider.login, login.tokens.refresh, "refresh_token")
        clock.advance(hours=2)
        with pytest.raises(AuthFailed):
            await app.connections.login(account, id)


@pytest.mark.slow
async def test_a_connection_is_made_lost_and_restored(platform, plugins, seats, monkeypatch):
    monkeypatch.syspath_prepend(str(plugins.folder))
    seat = await seats()
    page = seat.page
    await seat.register(platform, "nova@example.org", "Nova Reyes")
    await page.get_by_role("link", name="Connections").click()
    await page.get_by_text("Nothing connected yet").wait_for()
    await page.get_by_role("button", name="Connect a service").click()
    await _in_row(page, "Quay Cloud", "Connect")
    await _agree(page, "ana")
    await page.get_by_text("Connected since").wait_for()
    assert page.url == f"{platform.base}/connections"

    await _withdraw(platform.mail.parent)
    await seat.go("/connections")
    await page.get_by_text(re.compile("Disconnected: Quay Cloud ended it")).wait_for()
    await _in_row(page, "Artist ana", "Reconnect")
    await _agree(page, "ana")
    await page.get_by_text("Connected since").wait_for()
    assert await page.locator("li.lost").count() == 0

    await _in_row(page, "Artist ana", "Rename")
    await page.get_by_label("Name").fill("Main profile")
    await page.get_by_role("button", name="Save name").click()
    await _in_row(page, "Main profile", "Disconnect")
    await page.get_by_role("button", name="Disconnect service").click()
    await page.get_by_text("Disconnected by you").wait_for()
    theirs = ("ERR_NAME_NOT_RESOLVED", "404")  # fonts of the provider's pages
    assert [each for each in seat.complaints if not any(words in each for words in theirs)] == []


@pytest.mark.slow
async def test_an_account_sets_up_payment_providers_by_their_forms(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "label@example.org", "Harbour Street")
    await seat.go("/connections")
    await page.get_by_role("heading", name="Stores and payment providers").wait_for()
    await _in_row(page, "Bank transfer", "Set up")
    await page.get_by_label("IBAN").fill("DE89 3704 0044 0532 0130 01")
    await page.get_by_label("Account holder").fill("Harbour Street")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("is not an IBAN: the number's checksum or check digit is invalid").wait_for()
    await _seen(seat, "connectors-wrong")
    await page.get_by_label("IBAN").fill("DE89 3704 0044 0532 0130 00")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Bank transfer is set up.").wait_for()

    await _in_row(page, "Pier", "Set up")
    await page.get_by_label("Partner ID").fill("Quay 9")
    await page.get_by_label("Key").fill("s3cret")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Pier is set up.").wait_for()
    await seat.go("/connections#billing.pier")
    await page.get_by_text("Saved. It isn’t shown again.").wait_for()
    assert await page.get_by_label("Partner ID").input_value() == "Quay 9"
    await _seen(seat, "connectors-kept")
    await page.get_by_role("button", name="Replace").click()
    await page.get_by_text("Leave it empty to remove the saved one.").wait_for()
    await page.get_by_role("button", name="Keep the saved one").click()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Pier is set up.").wait_for()
    await _seen(seat, "connectors")
    await seat.go("/billing/transfers")
    await page.get_by_text("No bank transfers yet").wait_for()
    assert await page.get_by_role("link", name="Enter bank account").count() == 0
    await seat.go("/connections")
    await _in_row(page, "Bank transfer", "Remove")
    await page.locator("mb-confirm").get_by_role("button", name="Remove", exact=True).click()
    await page.get_by_text("The settings of Bank transfer are removed.").wait_for()
    assert all("422" in each for each in seat.complaints), seat.complaints


async def _seen(seat, name):
    SCREENS.mkdir(parents=True, exist_ok=True)
    for size in ("desktop", "phone"):
        await seat.page.set_viewport_size(SIZES[size])
        for theme in ("dark", "light"):
            await seat.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            await seat.page.wait_for_timeout(150)
            await seat.page.screenshot(path=SCREENS / f"{name}-{size}-{theme}.png", full_page=True)
            assert await _axe(seat.page) == [], f"{name}, {size}, {theme}"
        assert await seat.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    await seat.page.set_viewport_size(SIZES["desktop"])
