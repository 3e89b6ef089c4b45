"""The colors of a public page: a ground and an accent of its owner's choice, and what can be read on them."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, NamedTuple

from msgspec import Meta, Struct

READABLE: Final = 4.5
"""The contrast of text (WCAG 2.2, 1.4.3, level AA)."""
_STEPS = 32
_BLACK, _WHITE = "#000000", "#ffffff"

_COLOR = r"^#[0-9a-f]{6}\Z"

Color = Annotated[str, Meta(pattern=_COLOR, examples=["#ffb020"])]
Ground = Literal["auto", "light", "dark"]


class Theme(Struct, frozen=True):
    accent: Color = "#ffb020"
    """Of buttons, and (as much of it as can be read) of links."""
    ground: Ground = "auto"
    """`auto`: as the visitor's device is set."""

    def __post_init__(self) -> None:
        if not re.match(_COLOR, self.accent):
            raise ValueError(f"the accent {self.accent!r} is no color like #ffb020")


class Shades(NamedTuple):
    paper: str
    raised: str
    ink: str
    quiet: str
    line: str


LIGHT: Final = Shades("#fbfaf7", "#ffffff", "#16181b", "#5c6065", "#e2dfd8")
DARK: Final = Shades("#0e0f11", "#15171a", "#eceef0", "#a3a9b2", "#2a2e34")


def tokens(theme: Theme) -> str:
    """As custom properties of CSS."""
    light, dark = _declared(theme, LIGHT), _declared(theme, DARK)
    match theme.ground:
        case "light":
            return f":root {{ color-scheme: light; {light} }}\n"
        case "dark":
            return f":root {{ color-scheme: dark; {dark} }}\n"
    return (
        f":root {{ color-scheme: light dark; {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )


def _declared(theme: Theme, shades: Shades) -> str:
    said = {**shades._asdict(), "accent": theme.accent, "on-accent": on(theme.accent), "link": link(theme, shades)}
    return " ".join(f"--{name}: {color};" for name, color in said.items())


def on(accent: str) -> str:
    """Text on the accent: of black and white always one can be read on it."""
    return max(_BLACK, _WHITE, key=lambda text: contrast(text, accent))


def link(theme: Theme, shades: Shades) -> str:
    """The accent, with as much ink in it as it takes to be read."""
    mixed = (_mix(theme.accent, shades.ink, step / _STEPS) for step in range(_STEPS))
    return next((each for each in mixed if _is_readable(each, shades)), shades.ink)


def _is_readable(color: str, shades: Shades) -> bool:
    return min(contrast(color, shades.paper), contrast(color, shades.raised)) >= READABLE


def contrast(one: str, other: str) -> float:
    """From 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(each) for each in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _mix(color: str, other: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (another - one) * share):02x}" for one, another in pairs)
