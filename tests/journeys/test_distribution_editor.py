"""A release is edited wholly in the page: codes, tracks, credits, deals; nothing typed is lost, and a draft can go."""

from __future__ import annotations

import json
import re

import pytest
from playwright.async_api import expect

from tests.distribution.conftest import wav

from .test_distribution_releases import _seen


async def _described(page):
    """The only release, as the API says it."""
    return json.loads(
        await page.evaluate("""async () => {
            const {items: [row]} = await (await fetch("/api/distribution/releases")).json();
            return JSON.stringify((await (await fetch("/api/distribution/releases/" + row.id)).json()).description);
        }""")
    )


async def _codes(seat):
    """The prefixes of the account are entered, and a wrong one is named at its field."""
    page = seat.page
    await page.get_by_role("link", name="Label details and codes").click()
    await page.get_by_label("Name that stores see").fill("Harbour Records")
    await page.get_by_label("ISRC prefix").fill("Q1")
    await page.get_by_label("GS1 company prefix").fill("012345")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("'Q1' is no ISRC prefix").wait_for()
    await _seen(seat, "codes")
    seat.complaints.clear()  # the refusal
    await page.get_by_label("ISRC prefix").fill("QZ-ES9")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved. New codes will").wait_for()


async def _credit(page, of, number, name, role):
    await page.get_by_role("button", name=f"Add a credit: {of}").click()
    await page.get_by_label(f"Name {number}: {of}").fill(name)
    await page.get_by_label(f"Role {number}: {of}").select_option(label=role)


async def _deal(page):
    """Sold too, not in France, for three years; a second deal is added and thought better of."""
    await page.get_by_label("Ad-supported").uncheck()
    await page.get_by_label("Permanent download").check()
    await page.get_by_label("Territories", exact=True).select_option(label="Worldwide except")
    for country in ("Germany", "fr", "Atlantis"):
        await page.get_by_label("Country for terms 1").fill(country)
        await page.keyboard.press("Enter")
    await page.get_by_text("“Atlantis” isn’t a country").wait_for()
    await page.get_by_label("Country for terms 1").fill("")
    await page.get_by_role("button", name="Remove Germany").click()
    await page.get_by_label("Start date").fill("2027-03-05")
    await page.get_by_label("End date").fill("2030-03-05")
    await page.get_by_role("button", name="Add terms").click()
    await page.get_by_role("button", name="Remove terms 2").click()


@pytest.mark.slow
async def test_a_release_is_edited_wholly_in_the_page(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "editor@example.org", "Nova Reyes")
    await seat.go("/releases")
    await _codes(seat)

    await seat.go("/releases/new")
    await page.get_by_label("Title", exact=True).fill("Harbour Lights")
    await page.get_by_role("button", name="Save and assign missing codes").click()
    await page.get_by_role("heading", name="Edit “Harbour Lights”").wait_for()
    assert (await page.get_by_label("UPC").input_value()).startswith("12345")
    await page.get_by_label("Artists").fill("Nova Reyes")
    await page.get_by_label("Catalog number").fill("HAR 001")
    await page.get_by_label("Title language").select_option("de")
    for number, title in enumerate(("First Ferry", "Last Light"), start=1):
        await page.get_by_role("button", name="Add track without audio").click()
        await page.get_by_label("Title", exact=True).nth(number).fill(title)
    await _credit(page, "First Ferry", 1, "Ana Lind", "Composer and lyricist")
    await _credit(page, "First Ferry", 2, "Bo Kern", "Mixing engineer")
    await _credit(page, "First Ferry", 3, "Ina Moll", "Featured artist")
    await page.get_by_role("button", name="Move Bo Kern up: First Ferry").click()
    await page.get_by_role("button", name="Remove Ina Moll: First Ferry").click()
    await _credit(page, "Last Light", 1, "Bo Kern", "Producer")
    await page.get_by_role("button", name="Move up: track 2").click()

    await _deal(page)
    await _seen(seat, "editor-full")

    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_role("heading", name="Harbour Lights", exact=True).wait_for()
    said = await _described(page)
    assert (said["catalog_number"], said["language"]) == ("HAR 001", "de")
    assert [each["title"] for each in said["tracks"]] == ["Last Light", "First Ferry"]
    assert [list(each.values()) for each in said["tracks"][0]["credits"]] == [["Bo Kern", "StudioProducer"]]
    assert [list(each.values()) for each in said["tracks"][1]["credits"]] == [
        ["Bo Kern", "MixingEngineer"], ["Ana Lind", "ComposerLyricist"],
    ]  # fmt: skip
    [deal] = said["deals"]
    assert (deal["models"], deal["territories"], deal["excluded"]) == (["SubscriptionModel"], ["Worldwide"], ["FR"])
    assert (deal["starts"], deal["ends"]) == ("2027-03-05", "2030-03-05")
    assert "PermanentDownload" in deal["uses"]

    await page.get_by_role("link", name="Edit").click()
    await page.get_by_role("button", name="Assign missing codes").click()
    await page.get_by_text("Missing codes assigned").wait_for()
    await expect(page.get_by_label("ISRC").nth(1)).to_have_value(re.compile("^QZES9"))  # drawn just after it is told
    await page.get_by_role("button", name="Remove track 1").click()
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_text("1 track · ", exact=False).first.wait_for()
    assert [each["title"] for each in (await _described(page))["tracks"]] == ["First Ferry"]
    assert seat.complaints == []


async def _draft(seat, title):
    """A draft that is stored, on its page."""
    await seat.go("/releases/new")
    await seat.page.get_by_label("Title", exact=True).fill(title)
    await seat.page.get_by_role("button", name="Save draft").click()
    await seat.page.get_by_role("heading", name=title).wait_for()


async def _fix(page):
    """Each finding leads to its field, and the focus is there."""
    await page.get_by_role("link", name="Fix", exact=True).click()
    await _focused(page, "Artists")
    await page.get_by_role("link", name="Cancel").click()
    await page.get_by_text("more issues to fix").click()
    await page.get_by_role("link", name="Fix: There is no cover.").click()
    await _focused(page, "Cover")
    await page.get_by_role("link", name="Cancel").click()


async def _focused(page, label):
    await page.wait_for_function(f"label => ({_FOCUSED})().includes(label)", arg=label)


async def test_nothing_that_was_typed_is_lost_unasked(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "leaving@example.org", "Nova Reyes")
    await _draft(seat, "Harbour Lights")
    await page.get_by_role("link", name="Edit").click()
    title = page.get_by_label("Title", exact=True)
    await title.fill("Harbour Nights")

    await page.get_by_role("link", name="Cancel").click()
    await page.get_by_text("Leave without saving?").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_text("Leave without saving?").wait_for(state="hidden")
    assert await title.input_value() == "Harbour Nights"

    await page.go_back()
    await page.get_by_role("button", name="Back to editing").click()
    await title.wait_for()
    assert await title.input_value() == "Harbour Nights"

    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.type) or dialog.dismiss())
    await page.close(run_before_unload=True)
    for _ in range(100):
        if asked:
            break
        await page.wait_for_timeout(20)
    assert asked == ["beforeunload"]

    await page.get_by_role("link", name="Cancel").click()
    await page.get_by_role("button", name="Leave without saving").click()
    await page.get_by_role("heading", name="Harbour Lights", exact=True).wait_for()
    assert seat.complaints == []


@pytest.mark.slow
async def test_a_draft_is_deleted_after_a_question_and_comes_back(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "deleting@example.org", "Nova Reyes")
    await _draft(seat, "Harbour Lights")
    await _fix(page)
    await page.get_by_role("button", name="Delete…").click()
    await page.get_by_text("The details of 0 tracks").wait_for()
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Delete…").click()
    await page.get_by_role("button", name="Delete draft").click()
    await page.get_by_text("Create your first release").wait_for()
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_role("heading", name="Harbour Lights", exact=True).wait_for()
    assert seat.complaints == []


@pytest.mark.slow
async def test_a_release_is_described_by_keyboard_alone(platform, seats):
    seat = await seats()
    page, keys = seat.page, seat.page.keyboard
    await seat.register(platform, "keyboard@example.org", "Nova Reyes")
    await seat.go("/releases/new")
    await page.get_by_label("Title", exact=True).wait_for()

    async def to(label):
        """Tab on until the focus is on a control of that name."""
        for _ in range(80):
            await keys.press("Tab")
            if label in await page.evaluate(_FOCUSED):
                return
        raise AssertionError(f"Tab never came to “{label}”")

    await to("Title")
    await keys.type("Harbour Lights")
    await to("Add track without audio")
    await keys.press("Enter")
    await page.get_by_role("button", name="Add a credit").wait_for()
    await keys.press("Shift+Tab")
    for _ in range(20):
        if "Add a credit" in await page.evaluate(_FOCUSED):
            break
        await keys.press("Shift+Tab")
    await keys.press("Enter")
    await page.wait_for_timeout(100)
    await keys.type("Ana Lind")
    await to("Role 1")
    await keys.type("Lyricist")
    await to("Territories")
    await keys.type("Only")
    await to("Country")
    await keys.type("Japan")
    await keys.press("Enter")
    await page.get_by_role("button", name="Remove Japan").wait_for()
    await page.evaluate("document.activeElement.blur()")
    await to("Save draft")
    await keys.press("Enter")
    await page.get_by_role("heading", name="Harbour Lights", exact=True).wait_for()
    said = await _described(page)
    assert [each["credits"] for each in said["tracks"]] == [[{"name": "Ana Lind", "role": "Lyricist"}]]
    assert said["deals"][0]["territories"] == ["JP"]


@pytest.mark.slow
async def test_a_link_starts_a_release_with_its_audio_and_title(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "handed@example.org", "Nova Reyes")
    await seat.go("/files")
    master = {"name": "mix-final-3.wav", "mimeType": "audio/wav", "buffer": wav(1.0)}
    await page.locator("mb-upload input[type=file]").set_input_files(master)
    await page.get_by_role("link", name="mix-final-3.wav").wait_for()
    stored = await (await seat.context.request.get(f"{seat.base}/api/core/files")).json()
    await seat.go(f"/releases/new?audio={stored['items'][0]['id']}&title=Harbour%20Lights")
    for number in range(2):
        assert await page.get_by_label("Title", exact=True).nth(number).input_value() == "Harbour Lights"
    assert await page.get_by_label("Audio file", exact=True).input_value() == stored["items"][0]["id"]
    await page.get_by_role("button", name="Save draft").click()
    await page.get_by_role("button", name="Play Harbour Lights").click()
    await page.get_by_role("button", name="Pause Harbour Lights").wait_for()
    await page.get_by_role("slider", name="Position in Harbour Lights").wait_for()
    assert seat.complaints == []


_FOCUSED = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const host = at?.getRootNode().host;
    const words = [at?.ariaLabel, at?.labels?.[0]?.textContent, at?.textContent, host?.textContent];
    return words.find((each) => each?.trim())?.trim() ?? "";
}"""
