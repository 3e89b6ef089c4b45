"""Draws the icons of the installed application, as `public/icon.svg` shows it: `python core/web/draw_icons.py`."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

AMBER, INK = "#ffb020", "#2b1d00"
SIZES = (192, 512)
BOX = 32
"""The side of the drawing in `icon.svg`, whose numbers these are."""
CHEVRON, STROKE, RADIUS = ((9, 20), (16, 12), (23, 20)), 3, 8
SAFE = 0.75
"""A mask may cut off what is farther out (W3C: a circle of 80 % of the width)."""
FINER = 8
"""How much larger it is drawn than it is saved, so that its edges are smooth."""


def draw(size: int, *, maskable: bool) -> Image.Image:
    unit = size * FINER / BOX
    picture = Image.new("RGBA", (size * FINER, size * FINER))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, size * FINER, size * FINER), 0 if maskable else RADIUS * unit, fill=AMBER)
    shrunk = SAFE if maskable else 1.0
    points = [tuple((BOX / 2 + (each - BOX / 2) * shrunk) * unit for each in point) for point in CHEVRON]
    width = STROKE * unit * shrunk
    pen.line(points, fill=INK, width=round(width), joint="curve")
    for x, y in (points[0], points[-1]):
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=INK)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    folder = Path(__file__).parent / "public"
    for size in SIZES:
        draw(size, maskable=False).save(folder / f"icon-{size}.png", optimize=True)
        draw(size, maskable=True).save(folder / f"icon-{size}-maskable.png", optimize=True)
