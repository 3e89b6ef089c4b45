"""Panels of plugins: those that work, and those that do not."""

from __future__ import annotations

import pytest

from .test_web_pages import SIZES, _axe

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
EXTENDS = """
from pathlib import Path

@hookimpl
def register_static():
    return Path(__file__).parent / "static"

def extension(name, title, order):
    return PanelExtension(
        id=f"extends.{name}", title=title, point="billing.money", tag=f"mb-extends-{name}", module=f"{name}.js",
        order=order,
    )

@hookimpl
def register_panel_extensions():
    names = ("throws", "silent", "constructs", "connects", "draws")
    return [extension("sound", "Sound", 90), *(extension(name, name.title(), 1) for name in names)]
"""
MODULES = {
    "sound": """
        class Sound extends HTMLElement {
          connectedCallback() {
            this.textContent = `Sound of ${this.host.account.name}, ${JSON.stringify(this.context)}`;
          }
        }
        customElements.define("mb-extends-sound", Sound);""",
    "throws": THROWS,
    "silent": """customElements.define("mb-extends-misspelt", class extends HTMLElement {});""",
    "constructs": """
        customElements.define("mb-extends-constructs", class extends HTMLElement {
          constructor() { super(); throw new Error("no strings"); }
        });""",
    "connects": """
        customElements.define("mb-extends-connects", class extends HTMLElement {
          connectedCallback() { throw new Error("unplugged"); }
        });""",
    "draws": """
        import { LitElement } from "lit";
        customElements.define("mb-extends-draws", class extends LitElement {
          render() { throw new Error("no ink"); }
        });""",
}
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
    package = plugins.install("extends", EXTENDS)
    for name, code in MODULES.items():
        plugins.write(package, f"static/{name}.js", code)
    return plugins


@pytest.mark.slow
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


@pytest.mark.slow
async def test_what_cannot_be_shown_on_a_page_of_others_is_named_and_the_page_stays_whole(platform, seats):
    nova = await seats()
    page = nova.page
    await nova.register(platform, "extensions@example.org", "Nova")
    await nova.go("/money")
    await page.get_by_text("Sound of Nova, {}").wait_for()
    point = page.locator("mb-extension-point")
    for name, reason in {
        "Throws": "could not be loaded: out of tune",
        "Constructs": "could not be created: no strings",
        "Connects": "unplugged",
        "Draws": "no ink",
        "Silent": "never defined its element <mb-extends-silent>.",
    }.items():
        await (
            point.get_by_role("alert").get_by_text(f"“{name}” of the plugin extends {reason}").wait_for(timeout=12_000)
        )
    await page.get_by_text("Add your first payee").wait_for()
    for size in ("desktop", "phone"):
        await page.set_viewport_size(SIZES[size])
        assert await _axe(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
