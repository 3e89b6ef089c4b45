"""What goes on shows by itself, in every tab; and everything can be reached by typing."""

from __future__ import annotations

import pytest

SLOW = """
import asyncio

@job("slow.bake")
async def bake(ctx: Context) -> None:
    for step in range(1, 200):
        await ctx.progress(step / 200, f"layer {step}")
        await asyncio.sleep(0.1)

@post("/bake", operation_id="bakeCake", permission="slow.bake", status_code=204)
async def bake_cake(ctx: Context) -> None:
    ctx.enqueue(bake)

@hookimpl
def register_jobs():
    return [bake]

@hookimpl
def register_routes():
    return [Routes("/", [bake_cake])]

@hookimpl
def register_translations():
    return {"en": {"job.slow.bake": "Baking a cake"}}
"""
BAKE = """async () => {
    const me = await (await fetch("/api/core/session")).json();
    const answer = await fetch("/api/slow/bake", { method: "POST", headers: { "x-csrf-token": me.csrf } });
    return answer.status;
}"""


@pytest.fixture(scope="module")
def plugins(plugins):
    plugins.install("slow", SLOW, manifest="permissions=(Permission('slow.bake', 'Bake'),)")
    return plugins


@pytest.mark.slow
async def test_a_job_shows_in_both_tabs_and_can_be_canceled_in_one(platform, seats):
    nova = await seats()
    await nova.register(platform, "live@example.org", "Nova")
    other = await nova.context.new_page()
    await other.goto(platform.base + "/team")
    await other.get_by_role("heading", name="Team").wait_for()

    assert await nova.page.evaluate(BAKE) == 204
    for page in (nova.page, other):
        await page.get_by_role("button", name="Baking a cake").wait_for(timeout=5_000)
    first = await other.locator("mb-tray .words").inner_text()
    await other.wait_for_timeout(1_500)
    assert await other.locator("mb-tray .words").inner_text() != first

    await other.get_by_role("button", name="Baking a cake").click()
    await other.locator("mb-tray").get_by_role("button", name="Cancel").click()
    for page in (nova.page, other):
        await page.locator("mb-tray .now").wait_for(state="detached", timeout=5_000)
    assert nova.complaints == []


@pytest.mark.slow
async def test_everything_is_reached_by_typing(platform, seats):
    ada = await seats()
    await ada.register(platform, "typing@example.org", "Ada")
    await ada.page.keyboard.press("Control+k")
    await ada.page.keyboard.type("set")
    await ada.page.keyboard.press("Enter")
    await ada.page.get_by_text("No concert is planned yet").wait_for()
    await ada.page.keyboard.press("Control+k")
    await ada.page.keyboard.type("zzz")
    await ada.page.get_by_text("No results").wait_for()
    await ada.page.keyboard.press("Escape")
    await ada.page.keyboard.press("Control+k")
    await ada.page.keyboard.type("log out")
    await ada.page.keyboard.press("Enter")
    await ada.page.get_by_role("button", name="Log in").wait_for()


@pytest.mark.slow
async def test_the_palette_finds_a_release_and_opens_it(platform, seats):
    nova = await seats()
    page = nova.page
    await nova.register(platform, "finding@example.org", "Nova")
    await nova.go("/releases/new")
    await page.get_by_label("Title", exact=True).fill("Harbour Lights")
    await page.get_by_role("button", name="Save draft").click()
    await page.get_by_role("heading", name="Harbour Lights").wait_for()
    await nova.go("/home")
    await page.get_by_text("Good to see you").wait_for()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("lights harb")
    await page.get_by_role("option", name="Harbour Lights Release").wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Harbour Lights").wait_for()
    assert nova.complaints == []
