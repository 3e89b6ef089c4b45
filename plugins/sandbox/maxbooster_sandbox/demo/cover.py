"""The demo's artwork: lights over water, painted from numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SIDE_PX = 3000
PAINTED_PX = 750
"""It has only soft edges: painted small, it is enlarged without loss."""


def write(path: Path) -> None:
    """A square JPEG in sRGB, 3000 px."""
    from PIL import Image

    line = np.linspace(0, 1, PAINTED_PX, dtype=np.float32)
    across, down = np.meshgrid(line, line)
    night = np.stack([0.05 + 0.10 * down, 0.06 + 0.07 * down, 0.13 + 0.20 * (1 - down)], axis=-1)
    for x, y, size, color in _lights():
        ripple = 0.012 * np.sin(90 * down + 9 * x) * (down > 0.6)
        stretch = np.where(down > 0.6, 0.16, 1.0)
        distance = ((across - x + ripple) ** 2 + ((down - y) * stretch) ** 2) / size**2
        night += np.exp(-distance)[..., None] * np.array(color, dtype=np.float32)
    small = Image.fromarray((np.clip(night, 0, 1) * 255).astype(np.uint8), "RGB")
    small.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC).save(path, quality=90, dpi=(300, 300))


def _lights() -> list[tuple[float, float, float, tuple[float, float, float]]]:
    """x, y, size (of the side), color."""
    amber, rose, teal = (1.0, 0.62, 0.14), (0.85, 0.25, 0.33), (0.12, 0.45, 0.5)
    chosen = np.random.default_rng(7)
    small = [(float(x), 0.6, 0.012, amber) for x in chosen.uniform(0.05, 0.95, 14)]
    return [(0.62, 0.42, 0.20, rose), (0.62, 0.42, 0.075, amber), (0.2, 0.55, 0.16, teal), *small]
