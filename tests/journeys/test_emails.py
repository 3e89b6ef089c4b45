"""What every email looks like: at the widths of three mail programs, light and dark, nothing is wider than it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from maxbooster.app import App
from maxbooster.mail.samples import samples
from maxbooster.settings import read

WIDTHS = (320, 600, 1024)
EMAILS = samples(App(read({})).offers.catalog, "https://music.example")
SHOTS = os.environ.get("MAXBOOSTER_TEST_SHOTS", "")
"""A folder for pictures, to look at."""
CONTRAST = """() => {
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = (color) => {
    const [red, green, blue] = color.match(/[\\d.]+/g).map(Number);
    return 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  };
  const ground = (each) => {
    for (; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (!/, 0\\)$/.test(color)) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const says = (each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  return [...document.querySelectorAll("h1, p, a, td")].filter(says).map((each) => {
    const [light, dark] = [luminance(getComputedStyle(each).color), luminance(ground(each))].sort((a, b) => b - a);
    return [(light + 0.05) / (dark + 0.05), each.textContent.trim().slice(0, 40)];
  }).filter(([contrast]) => contrast < 4.5);
}"""


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_email_fits_three_mail_programs_and_can_be_read(chromium, scheme):
    context = await chromium.new_context(color_scheme=scheme)
    asked = []
    page = await context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        for name, email in EMAILS.items():
            await page.set_content(email.html)
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{name} is {wide} px too wide at {width}"
            assert await page.evaluate(CONTRAST) == [], f"{name}, {scheme}"
            if SHOTS:
                await page.screenshot(path=Path(SHOTS) / f"{name}-{scheme}-{width}.png", full_page=True)
    assert asked == [], "nothing is loaded"
    await context.close()


@pytest.mark.parametrize("name", EMAILS)
def test_the_plain_text_says_what_the_html_says(name):
    email = EMAILS[name]
    said = [*email.paragraphs, *email.after, *email.foot, *(each.title for each in email.items)]
    if email.action:
        said.append(email.action.url)
        assert email.action.label in email.html
    for each in said:
        assert each in email.text, each
    assert "<" not in email.text
    assert email.text.endswith("\n")
