"""From a dropped file to a downloaded master: what the artist sees, hears and can do by keyboard."""

from __future__ import annotations

import asyncio
import io

import numpy as np
import pytest
import soundfile

from tests.studio import sounds
from tests.studio.bad import BAD
from tests.studio.containers import wav

from .test_web_pages import SCREENS, SIZES, _axe

SHEET = "mb-studio-recording"


async def _drop(seat, path):
    await seat.page.locator("mb-upload input[type=file]").set_input_files(path)


async def _seen(seat, name):
    """A picture in both themes, nothing that axe finds, nothing wider than the page."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for theme in ("dark", "light"):
        await seat.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        await seat.page.wait_for_timeout(200)
        await seat.page.screenshot(path=SCREENS / f"studio-{name}-{theme}.png", full_page=True)
        assert await _axe(seat.page) == [], f"{name}, {theme}"
    assert await seat.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.fixture
def song(tmp_path):
    return sounds.write(tmp_path / "Nightfall.wav", sounds.song(20))


async def test_the_first_master_from_drop_to_download(platform, seats, song):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "master@example.org", "Nova Reyes")
    await seat.go("/master")
    await page.get_by_text("Drop a recording here").wait_for()
    await page.get_by_text("You compare at matched loudness").wait_for()
    await _seen(seat, "first")
    await _drop(seat, song)
    await page.get_by_role("button", name="Create master").wait_for()
    await page.get_by_text("How stores would play it as it is").wait_for()
    await page.get_by_role("button", name="Create master").click()
    await page.get_by_text("What was done, and why").wait_for()
    await page.get_by_text("−14.0", exact=True).first.wait_for()
    await page.get_by_text("plays as it is").first.wait_for()
    await _seen(seat, "master")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download").click()
    first = await downloading.value
    assert first.suggested_filename == "Nightfall – Spotify.wav"
    await page.get_by_label("Format").select_option("flac16")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download").click()
    second = await downloading.value
    assert second.suggested_filename == "Nightfall – Spotify.flac"
    sound = io.BytesIO(await asyncio.to_thread((await second.path()).read_bytes))
    assert soundfile.info(sound).subtype == "PCM_16"
    await _review(seat, await seats())
    await _offer(platform, seat, await seats())
    assert seat.complaints == []


async def _offer(platform, seat, other):
    """By email, to somebody who signs up only then, and accepts it for their account."""
    page = seat.page
    await page.get_by_role("button", name="Share for review").click()
    await page.get_by_label("Email (optional").fill("vera@example.org")
    await page.get_by_label("Allow comments").check()
    await page.get_by_role("button", name="Share", exact=True).click()
    await page.get_by_text("vera@example.org got an email").wait_for()
    await page.get_by_text("not accepted yet").wait_for()
    assert "wants to share something" in await platform.email("vera@example.org", "wants to share something with you")
    await other.register(platform, "vera@example.org", "Vera Sol")
    await other.go("/shared")
    await other.page.get_by_text("Master from Nova Reyes").wait_for()
    await _seen(other, "offered")
    await other.page.get_by_role("button", name="Accept").click()
    await other.page.get_by_role("link", name="Master: Nightfall").click()
    await other.page.get_by_role("heading", name="Nightfall").wait_for()
    await _comment(other.page, "Vera Sol", "I love the chorus.")
    assert other.complaints == []


async def _review(seat, stranger):
    """A link for somebody who isn't logged in: they listen, see the report, comment and download, until it is
    stopped."""
    page = seat.page
    await page.get_by_role("button", name="Share for review").click()
    await page.get_by_label("Who is it for?").fill("Mastering engineer")
    await page.get_by_label("Allow download").check()
    await page.get_by_label("Allow comments").check()
    await _seen(seat, "share")
    await page.get_by_role("button", name="Share", exact=True).click()
    link = await page.get_by_label("Review link", exact=True).input_value()
    await page.get_by_text("not opened yet").wait_for()
    reviewing = stranger.page
    addresses = []
    reviewing.on("request", lambda request: addresses.append(request.url))
    await reviewing.goto(link)
    await reviewing.get_by_role("heading", name="Nightfall").wait_for()
    await reviewing.get_by_text("Shared by Nova Reyes").wait_for()
    await reviewing.get_by_text("plays as it is").first.wait_for()
    await _comment(reviewing, "Rina", "The vocal is too loud here.")
    await _seen(stranger, "review")
    await reviewing.get_by_role("button", name="Play", exact=True).click()
    await reviewing.get_by_role("button", name="Pause").wait_for()
    async with reviewing.expect_download() as downloading:
        await reviewing.get_by_role("button", name="Download").click()
    assert (await downloading.value).suggested_filename == "Nightfall – Spotify.wav"
    assert [address for address in addresses if link.partition("#")[2] in address.partition("#")[0]] == []
    await page.reload()
    await page.get_by_text("The vocal is too loud here.").wait_for()
    await page.get_by_role("button", name="Delete the comment by Rina").click()
    await page.get_by_text("The vocal is too loud here.").wait_for(state="detached")
    await page.get_by_role("button", name="Stop sharing").click()
    await reviewing.get_by_role("heading", name="This link has ended").wait_for(timeout=5_000)
    assert await reviewing.get_by_role("button", name="Pause").count() == 0
    await page.get_by_text("Mastering engineer").wait_for(state="detached")
    assert stranger.complaints == []


async def _comment(page, author, text):
    await page.get_by_label("Your name").fill(author)
    await page.get_by_label("Comment", exact=True).fill(text)
    await page.get_by_role("button", name="Comment", exact=True).click()
    await page.get_by_role("list", name="Comments").get_by_text(text).wait_for()


@pytest.mark.slow
async def test_a_master_is_renamed_matched_to_a_reference_and_sent_to_a_release(platform, seats, song, tmp_path):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "reference@example.org", "Nova Reyes")
    await seat.go("/master")
    await _drop(seat, sounds.write(tmp_path / "Theirs.flac", sounds.song(4, level_db=-3)))
    await page.get_by_role("heading", name="Theirs").wait_for()
    await page.get_by_role("button", name="Create master").wait_for()
    await seat.go("/master")
    await _drop(seat, song)
    await page.get_by_role("link", name="Nightfall").click()
    await page.get_by_role("button", name="Rename recording").click()
    await page.get_by_label("Title of recording").fill("Daybreak")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Daybreak").wait_for()
    await page.get_by_label("Master for").select_option("reference")
    await page.get_by_label("Reference track").select_option(index=0)
    await page.get_by_label("Intensity").fill("80")
    await page.get_by_role("button", name="Create master").click()
    await page.get_by_role("heading", name="Like Theirs").wait_for()
    await page.get_by_text("Intensity 80%").wait_for()
    await page.get_by_role("button", name="Rename master").click()
    await page.get_by_label("Title of master").fill("Final")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Final").wait_for()
    await _seen(seat, "reference")
    await page.set_viewport_size({"width": 390, "height": 844})
    await _seen(seat, "reference-phone")
    await page.set_viewport_size({"width": 1440, "height": 900})
    address = await page.get_by_role("link", name="Send to a release").get_attribute("href")
    assert address.startswith("/releases/new?audio=")
    assert address.endswith("&title=Daybreak")
    await page.get_by_role("button", name="Another version").click()
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await page.get_by_role("button", name="Another version").wait_for()
    await page.get_by_role("button", name="Delete this master").click()
    await page.get_by_role("button", name="Delete master", exact=True).click()
    await page.get_by_role("button", name="Create master").wait_for()
    assert seat.complaints == []


@pytest.mark.slow
async def test_what_is_odd_about_a_file_is_told_on_its_page(platform, seats, tmp_path):
    seat = await seats()
    await seat.register(platform, "odd@example.org", "Nova Reyes")
    await seat.go("/master")
    path = tmp_path / "Piped.wav"
    path.write_bytes(wav(length=0))
    await _drop(seat, path)
    await seat.page.get_by_text("Its header gives no length").wait_for()
    assert seat.complaints == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wav", "aiff"])
async def test_mix_and_master_are_compared_by_keyboard(platform, seats, tmp_path, kind):
    """Also of what the browser cannot play by itself."""
    seat = await seats()
    page = seat.page
    await seat.register(platform, f"compare-{kind}@example.org", "Nova Reyes")
    await seat.go("/master")
    await _drop(seat, sounds.write(tmp_path / f"Nightfall.{kind}", sounds.song(20)))
    await page.get_by_role("button", name="Create master").click()
    await page.get_by_role("group", name="Compare").wait_for()
    position = page.get_by_role("slider", name="Position")
    await page.locator("body").press("Space")
    await page.get_by_role("button", name="Pause").wait_for()
    for key, name in (("a", "Mix"), ("b", "Master"), ("a", "Mix")):
        await page.locator("body").press(key)
        await page.locator(f"{SHEET} .segments button[aria-pressed=true]").get_by_text(name).wait_for()
    for _ in range(100):
        if int(await position.get_attribute("aria-valuenow")) >= 1:
            break
        await page.wait_for_timeout(100)
    assert int(await position.get_attribute("aria-valuenow")) >= 1
    await page.locator("body").press("Space")
    await page.get_by_role("button", name="Play", exact=True).wait_for()
    await position.press("Home")
    assert await position.get_attribute("aria-valuenow") == "0"
    await position.press("ArrowRight")
    assert await position.get_attribute("aria-valuenow") == "5"
    assert seat.complaints == []


@pytest.mark.slow
async def test_a_second_version_and_a_canceled_one(platform, seats, tmp_path):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "versions@example.org", "Nova Reyes")
    await seat.go("/master")
    await _drop(seat, sounds.write(tmp_path / "Long.flac", sounds.song(300)))
    await page.get_by_role("button", name="Create master").click(timeout=60_000)
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Cancel").wait_for(state="detached")
    await page.get_by_text("Mastering for Spotify: stopped").wait_for()
    await page.get_by_label("Master for").select_option("own")
    await page.get_by_label("LUFS", exact=True).fill("-12.5")
    await page.get_by_role("button", name="Create master").click()
    await page.get_by_role("button", name="−12.5 LUFS").wait_for(timeout=60_000)
    await page.get_by_text("What was done, and why").wait_for()
    await page.get_by_role("button", name="Try again").click()
    await page.get_by_role("button", name="Spotify").wait_for(timeout=60_000)
    assert await page.get_by_text("stopped").count() == 0


@pytest.mark.slow
async def test_a_broken_file_says_why_and_what_to_do(platform, seats, tmp_path):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "broken@example.org", "Nova Reyes")
    await seat.go("/master")
    await _drop(seat, sounds.cut(sounds.write(tmp_path / "Harbour.wav", sounds.song(3))))
    await page.get_by_role("alert").get_by_text("Harbour.wav is cut").wait_for()
    await _seen(seat, "broken")
    await page.get_by_role("link", name="Upload another file").click()
    await page.get_by_text("Can’t be read").wait_for()
    await seat.go("/master/00000000-0000-0000-0000-000000000000")
    await page.get_by_text("This recording can’t be shown").wait_for()


@pytest.mark.slow
async def test_every_bad_file_is_named_with_its_reason(platform, seats, tmp_path):
    seat = await seats()
    await seat.register(platform, "bad@example.org", "Nova Reyes")
    for name in (
        "empty.wav",
        "text.wav",
        "truncated.flac",
        "really.wav",
        "nine.wav",
        "nan.wav",
        "seven.wav",
        "fast.wav",
    ):
        make, words = BAD[name]
        await asyncio.to_thread(make, tmp_path / name)
        await seat.go("/master")
        await _drop(seat, tmp_path / name)
        await seat.page.get_by_role("alert").get_by_text(words).wait_for(timeout=15_000)
        await seat.page.get_by_role("button", name="Remove").click()
        await seat.page.locator("mb-confirm").get_by_role("button", name="Remove").click()
        await seat.page.get_by_text("Drop a recording here").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize("size", ["phone", "small"])
async def test_it_is_usable_on_a_phone(platform, seats, song, size):
    width, height = (360, 740) if size == "small" else SIZES["phone"].values()
    seat = await seats(viewport={"width": width, "height": height})
    await seat.register(platform, f"{size}-studio@example.org", "Nova Reyes")
    await seat.go("/master")
    await _drop(seat, song)
    await seat.page.get_by_role("button", name="Create master").click()
    await seat.page.get_by_text("What was done, and why").wait_for()
    await _seen(seat, f"master-{size}")


@pytest.mark.slow
async def test_silence_is_explained(platform, seats, tmp_path):
    seat = await seats()
    await seat.register(platform, "silence@example.org", "Nova Reyes")
    await seat.go("/master")
    await _drop(seat, sounds.write(tmp_path / "Hush.wav", np.zeros((48_000, 1)), 48_000))
    await seat.page.get_by_text("Nothing in it is loud enough").wait_for()
    assert await seat.page.get_by_role("button", name="Create master").count() == 0
