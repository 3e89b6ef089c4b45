"""People sign in at a real provider in a real browser: new, known, connected, disconnected; a label has its own."""

from __future__ import annotations

import re
from typing import Any

import pytest

from maxbooster.testing import PASSWORD
from tests.core.connections.oidc import running

from .test_web_connections import _seen

SECRET = "100% a+secret: of the operator"
THEIRS = ("ERR_NAME_NOT_RESOLVED", "401", "404", "403", "409")
"""Fonts of the provider's pages, and refusals that are shown."""


@pytest.fixture(scope="module")
def oidc(port):
    with running(f"http://127.0.0.1:{port}") as server:
        yield server


@pytest.fixture(scope="module")
def platform_settings(oidc):
    return {
        "MAXBOOSTER_OUTBOUND_PRIVATE": "true",
        "MAXBOOSTER_SSO_QUAY__TITLE": "Quay",
        "MAXBOOSTER_SSO_QUAY__ISSUER": oidc.at,
        "MAXBOOSTER_SSO_QUAY__CLIENT_ID": "maxbooster",
        "MAXBOOSTER_SSO_QUAY__CLIENT_SECRET": SECRET,
    }


async def _continue(seat: Any, path: str = "/login") -> None:
    await seat.go(path)
    await seat.page.get_by_role("button", name="Continue with Quay").click()


async def _agree(page: Any, name: str) -> None:
    """At the provider: log in, and agree where it asks."""
    login = page.get_by_placeholder("Enter any login")
    await login.wait_for()
    await login.fill(name)
    await page.get_by_placeholder("and password").fill("any")
    await page.get_by_role("button", name="Sign-in").click()
    await page.wait_for_load_state()
    for _ in range(100):
        if "/interaction/" in page.url and await page.get_by_role("button", name="Continue").count():
            await page.get_by_role("button", name="Continue").click()
        elif "/interaction/" not in page.url:
            return
        await page.wait_for_timeout(100)


async def _log_out(page: Any) -> None:
    """Here and at the provider."""
    await page.context.clear_cookies()


async def _prove(page: Any) -> None:
    """If it is asked for."""
    dialog = page.locator("mb-prove")
    await page.wait_for_timeout(500)
    if await dialog.count():
        await dialog.get_by_label("Password", exact=True).fill(PASSWORD)
        await dialog.get_by_role("button", name="Continue").click()


@pytest.mark.slow
async def test_a_person_signs_up_in_and_out_of_a_provider(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.go("/login")
    await page.get_by_role("button", name="Continue with Quay").wait_for()
    await _seen(seat, "sign-in-login")
    await _continue(seat, "/register")
    await _agree(page, "ana")
    await page.get_by_text("Quay confirmed ana@example.org").wait_for()
    assert await page.get_by_label("Your name").input_value() == "Artist ana"
    await page.get_by_label("Date of birth").fill("2000-01-01")
    await _seen(seat, "sign-in-register")
    await page.get_by_role("button", name="Create account").click()
    await page.get_by_text("Good to see you").wait_for()

    await seat.go("/profile")
    await page.get_by_text("You have no password yet").wait_for()
    await page.get_by_role("listitem").filter(has_text="Quay").get_by_role("button", name="Disconnect").click()
    await page.get_by_role("button", name="Disconnect login").click()
    await page.get_by_text(re.compile("You couldn.t log in any more")).wait_for()
    await _seen(seat, "sign-in-profile")

    await _log_out(page)
    await _continue(seat)
    await _agree(page, "ana")
    await page.get_by_text("Good to see you").wait_for()

    await _log_out(page)
    await seat.register(platform, "nova@example.org", "Nova")
    await _log_out(page)
    await _continue(seat)
    await _agree(page, "nova@example.org")
    await page.get_by_text("already has a login here").wait_for()
    await _seen(seat, "sign-in-link")
    await page.get_by_label("Email").fill("nova@example.org")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Log in", exact=True).click()
    await page.get_by_text("You can log in with it from now on").wait_for()

    await _log_out(page)
    await _continue(seat)
    await _agree(page, "nova@example.org")
    await page.get_by_text("Good to see you").wait_for()
    await seat.go("/profile")
    await page.get_by_role("listitem").filter(has_text="Quay").get_by_role("button", name="Disconnect").click()
    await page.get_by_role("button", name="Disconnect login").click()
    await _prove(page)
    await page.get_by_text("Quay is disconnected").wait_for()

    await seat.go("/sign-in/return/quay?error=access_denied&state=unknown")
    await page.get_by_text("was not started in this browser").wait_for()
    await _seen(seat, "sign-in-refused")
    assert [each for each in seat.complaints if not any(words in each for words in (*THEIRS, "422"))] == []


@pytest.mark.slow
async def test_a_label_sets_up_its_own_sign_in_and_requires_a_second_factor(platform, seats, oidc):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "label@example.org", "Harbour Street")
    await seat.go("/team")
    await page.get_by_text("Members choose whether").wait_for()
    await page.get_by_role("button", name="Require it").click()
    await page.get_by_text("for yourself first").wait_for()
    await _seen(seat, "sign-in-team")
    await page.get_by_role("link", name="Your team’s sign-in").click()
    await page.get_by_role("heading", name="Your team’s sign-in").wait_for()
    await _seen(seat, "sign-in-settings-empty")
    await page.get_by_label("Name", exact=True).fill("Harbour login")
    await page.get_by_label("Issuer").fill("https://")
    await page.get_by_label("Client ID").fill("maxbooster")
    await page.get_by_label("Client secret").fill(SECRET)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("is not an address such as").wait_for()
    await page.get_by_label("Issuer").fill(oidc.at)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Off. Test it before you turn it on.").wait_for()
    await page.get_by_role("button", name="Test sign-in").click()
    await _agree(page, "boss@example.org")
    await page.get_by_text("says that you are Artist boss@example.org").wait_for()
    await _seen(seat, "sign-in-tested")
    await page.get_by_role("link", name="Back to the sign-in settings").click()
    await page.get_by_role("button", name="Turn on").click()
    await page.get_by_text("On. Members can use it").wait_for()
    await page.get_by_label("Domain").fill("example.org")
    await page.get_by_role("button", name="Add domain").click()
    await page.get_by_text("waiting for the operator").wait_for()
    await _seen(seat, "sign-in-settings")
    assert [each for each in seat.complaints if not any(words in each for words in (*THEIRS, "422"))] == []
