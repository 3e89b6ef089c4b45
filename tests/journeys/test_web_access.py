"""How people come in, and what they see of it."""

from __future__ import annotations

import pyotp
import pytest

from maxbooster.testing import PASSWORD


async def test_register_second_factor_invite_and_revoke_a_device(platform, seats):
    nova = await seats()
    await nova.register(platform, "nova@example.org", "Nova")

    await nova.page.get_by_role("link", name="Turn on two-factor").click()
    await nova.page.get_by_role("button", name="Set up").click()
    secret = await nova.page.locator("[data-secret]").inner_text()
    await nova.page.get_by_label("Two-factor code").fill(pyotp.TOTP(secret).now())
    await nova.page.get_by_role("button", name="Turn on").click()
    await nova.page.get_by_text("Save these recovery codes").wait_for()
    recovery = await nova.page.locator(".codes li").all_inner_texts()
    assert len(recovery) == 10

    phone = await seats(viewport={"width": 390, "height": 844})
    await phone.log_in("nova@example.org")
    await phone.page.get_by_label("Two-factor code").fill(recovery[0])
    await phone.page.get_by_role("button", name="Log in").click()
    await phone.page.get_by_text("Good to see you").wait_for()

    await nova.go("/devices")
    await nova.page.get_by_role("button", name="Log out", exact=True).click()
    await nova.page.get_by_text("Device logged out").wait_for()
    await phone.page.wait_for_timeout(1100)
    await phone.go("/team")
    await phone.page.get_by_role("button", name="Log in").wait_for()

    await nova.go("/team")
    await nova.page.get_by_label("Invite by email").fill("mix@example.org")
    await nova.page.get_by_role("button", name="Send invitation").click()
    await nova.page.get_by_text("Invitation sent to").wait_for()
    mixer = await seats()
    await mixer.page.goto(await platform.link("mix@example.org", "invited"))
    await mixer.page.get_by_label("Your name").fill("Mixer")
    await mixer.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await mixer.page.get_by_label("Date of birth").fill("1990-05-05")
    await mixer.page.get_by_role("button", name="Create account and join").click()
    await mixer.page.get_by_role("button", name="Log in").wait_for()
    await mixer.log_in("mix@example.org")
    await mixer.page.get_by_text("You’re working in Nova").wait_for()
    assert await mixer.page.get_by_role("link", name="API keys").count() == 0

    assert mixer.complaints == []
    assert [each for each in nova.complaints if "401" not in each] == []


@pytest.mark.slow
async def test_by_keyboard_alone(platform, seats):
    ada = await seats()
    await ada.register(platform, "ada@example.org", "Ada")
    await ada.context.clear_cookies()
    await ada.go("/login")
    await ada.page.get_by_label("Email").focus()
    await ada.page.keyboard.type("ada@example.org")
    await ada.page.keyboard.press("Tab")
    await ada.page.keyboard.type(PASSWORD)
    await ada.page.keyboard.press("Enter")
    await ada.page.get_by_text("Good to see you").wait_for()
    await ada.page.keyboard.press("Shift+Tab")
    await ada.page.keyboard.press("Tab")
    for _ in range(30):
        await ada.page.keyboard.press("Tab")
        if await ada.page.evaluate(
            "document.activeElement.shadowRoot?.activeElement?.shadowRoot?.activeElement?.href"
        ) == (f"{platform.base}/team"):
            break
    await ada.page.keyboard.press("Enter")
    await ada.page.get_by_role("heading", name="Team").wait_for()


@pytest.mark.slow
async def test_a_wrong_password_and_a_weak_one_are_told_at_the_form(seats):
    eve = await seats()
    await eve.log_in("nobody@example.org", "not the password")
    await eve.page.get_by_role("alert").get_by_text("email address or password is wrong").wait_for()
    await eve.go("/register")
    await eve.page.get_by_label("Your name").fill("Eve")
    await eve.page.get_by_label("Email").fill("eve@example.org")
    await eve.page.get_by_label("Password", exact=True).fill("password1")
    await eve.page.get_by_label("Date of birth").fill("2000-01-01")
    await eve.page.get_by_role("button", name="Create account").click()
    await eve.page.get_by_text("leaked passwords").wait_for()
    assert await eve.page.get_by_label("Email").input_value() == "eve@example.org"
