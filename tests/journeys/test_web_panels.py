"""Panels of plugins: those that work, and those that do not."""

from __future__ import annotations

import pytest

PANEL = """
from pathlib import Path

@hookimpl
def register_static():
    return Path(__file__).parent / "static"

@hookimpl
def register_panels():
    return [Panel(id="NAME.page", title="TITLE", icon="sparkles", route="/NAME", tag="mb-NAME-page", module="page.js")]
"""

THROWS = "throw new Error('out of tune');"
SILENT = "export const nothing = 1;"
LIT = """
import { html, LitElement } from "lit";
import { money } from "@maxbooster/ui";
class Page extends LitElement {
  render() { return html`<h1>Earned ${money(123456, "EUR")}</h1>`; }
}
customElements.define("mb-withlit-page", Page);
"""


@pytest.fixture(scope="module")
def plugins(plugins):
    for name, title, code in (
        ("throws", "Off key", THROWS),
        ("silent", "Silence", SILENT),
        ("withlit", "With Lit", LIT),
    ):
        package = plugins.install(name, PANEL.replace("NAME", name).replace("TITLE", title))
        plugins.write(package, "static/page.js", code)
    return plugins


async def test_panels_are_shown_and_the_broken_ones_named(platform, seats):
    nova = await seats()
    await nova.register(platform, "panels@example.org", "Nova")

    await nova.page.get_by_role("link", name="Set lists").click()
    await nova.page.get_by_text("No concert is planned yet").wait_for()
    await nova.page.get_by_role("link", name="With Lit").click()
    await nova.page.get_by_text("Earned €1,234.56").wait_for()
    assert nova.complaints == []

    await nova.page.get_by_role("link", name="Off key").click()
    await nova.page.get_by_role("alert").get_by_text("could not be loaded: out of tune").wait_for()
    await nova.page.get_by_role("link", name="Silence").click()
    await (
        nova.page.get_by_role("alert")
        .get_by_text("never defined its element <mb-silent-page>")
        .wait_for(timeout=12_000)
    )
    await nova.page.get_by_role("link", name="Set lists").click()
    await nova.page.get_by_text("No concert is planned yet").wait_for()
