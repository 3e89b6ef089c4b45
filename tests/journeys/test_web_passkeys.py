"""A passkey in a real browser: added, used, lost, got over by a recovery code, and replaced by another."""

from __future__ import annotations

import re
from typing import Any

import pytest

from maxbooster.testing import PASSWORD


async def _authenticator(page: Any) -> tuple[Any, str]:
    """A phone's screen lock that always says yes."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    added = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    return devtools, added["authenticatorId"]


@pytest.mark.slow
async def test_a_passkey_is_added_used_lost_removed_and_replaced(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "nova@example.org", "Nova")
    await seat.go("/profile")
    await page.get_by_text("Passkeys don’t work in this browser or at this address").wait_for()
    base = platform.base.replace("127.0.0.1", "localhost")
    devtools, authenticator = await _authenticator(page)

    await page.goto(f"{base}/login")
    await _type_password(page)
    await page.get_by_text("Good to see you").wait_for()
    await page.goto(f"{base}/profile")
    await page.get_by_label("Name of the new passkey").fill("My phone")
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_text("Your passkey is added").wait_for()
    recovery = await page.locator("mb-passkeys .codes li").all_inner_texts()
    assert len(recovery) == 10

    await _log_out(page, base)
    await page.get_by_role("button", name="Log in with a passkey").click()
    await page.get_by_text("Good to see you").wait_for()

    await _log_out(page, base)
    await _type_password(page)
    await page.get_by_label("Two-factor code").wait_for()
    await page.get_by_role("button", name="Log in", exact=True).click()
    await page.get_by_text("Good to see you").wait_for()

    await devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    await _log_out(page, base)
    await _type_password(page)
    await page.get_by_label("Two-factor code").fill(recovery[0])
    await page.get_by_role("button", name="Log in", exact=True).click()
    await page.get_by_text("Good to see you").wait_for()
    await page.goto(f"{base}/profile")
    await page.get_by_text("ago").or_(page.get_by_text("used now")).first.wait_for()
    taken_away = page.get_by_role("button", name=re.compile("Remove.*My phone"))
    await taken_away.click()
    await page.get_by_role("button", name="Remove passkey").click()
    await taken_away.wait_for(state="detached")

    await _authenticator(page)
    await page.get_by_label("Name of the new passkey").fill("My new phone")
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_text("Your passkey is added").wait_for()
    await page.get_by_role("button", name=re.compile("Remove.*My new phone")).wait_for()
    await _log_out(page, base)
    await page.get_by_role("button", name="Log in with a passkey").click()
    await page.get_by_text("Good to see you").wait_for()
    await _reset_password(platform, page, base)
    assert [each for each in seat.complaints if "401" not in each] == []


async def _reset_password(platform: Any, page: Any, base: str) -> None:
    await page.context.clear_cookies()
    await page.goto(f"{base}/reset")
    await page.get_by_label("Email").fill("nova@example.org")
    await page.get_by_role("button", name="Send reset link").click()
    await page.goto(await platform.link("nova@example.org", "Reset your password"))
    await page.get_by_text("These passkeys still work: My new phone.").wait_for()
    await page.get_by_label("New password").fill("fifty lamps along the harbor")
    await page.get_by_role("button", name="Change password").click()
    await page.get_by_text("Your password is changed. Every device was logged out.").wait_for()
    assert "These passkeys still log you in: “My new phone”." in await platform.email("nova@example.org", "was changed")


async def _type_password(page: Any) -> None:
    await page.get_by_label("Email").fill("nova@example.org")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Log in", exact=True).click()


async def _log_out(page: Any, base: str) -> None:
    await page.context.clear_cookies()
    await page.goto(f"{base}/login")
