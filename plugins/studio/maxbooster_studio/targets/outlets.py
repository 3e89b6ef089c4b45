"""Targets as data. What stores do changes; the figures are what their own pages and engineers said last."""

from __future__ import annotations

from math import isfinite
from typing import Literal

from msgspec import Struct

from maxbooster.plugin import Invalid

QUIETEST_LUFS, LOUDEST_LUFS = -36.0, -6.0


class Target(Struct, frozen=True, kw_only=True):
    """A loudness to master for.

    `treatment`: what is done there with a recording of another loudness. `down`: louder ones are turned down; `both`:
    quieter ones are turned up too, as far as their peaks allow; `none`: nothing; `refuse`: it must be met.
    `loud_ceiling_dbtp`: what is asked of the peaks of louder ones, which are encoded before they are turned down.
    """

    name: str
    title: str
    integrated_lufs: float
    ceiling_dbtp: float = -1.0
    loud_ceiling_dbtp: float | None = None
    treatment: Literal["down", "both", "none", "refuse"] = "down"
    tolerance_lu: float = 0.5


_ALL = (
    Target(name="spotify", title="Spotify", integrated_lufs=-14.0, loud_ceiling_dbtp=-2.0, treatment="both"),
    Target(name="apple", title="Apple Music", integrated_lufs=-16.0, treatment="both"),
    Target(name="youtube", title="YouTube", integrated_lufs=-14.0),
    Target(name="tidal", title="TIDAL", integrated_lufs=-14.0),
    Target(name="amazon", title="Amazon Music", integrated_lufs=-14.0, ceiling_dbtp=-2.0),
    Target(name="deezer", title="Deezer", integrated_lufs=-15.0),
    Target(name="soundcloud", title="SoundCloud", integrated_lufs=-14.0),
    Target(name="club", title="Club", integrated_lufs=-9.0, treatment="none", tolerance_lu=1.0),
    Target(name="broadcast", title="Broadcast (EBU R 128)", integrated_lufs=-23.0, treatment="refuse"),
)
TARGETS = {target.name: target for target in _ALL}


def target_like(title: str, integrated_lufs: float) -> Target:
    """As loud as another recording, as far as that is a target."""
    loudness = round(max(QUIETEST_LUFS, min(integrated_lufs, LOUDEST_LUFS)), 1)
    return Target(name="reference", title=f"Like {title}", integrated_lufs=loudness, treatment="none")


def target_named(name: str) -> Target:
    """One of `TARGETS` by its name or title, or a loudness of one's own: `-11.5`, `−11,5 LUFS`.

    Raises:
        Invalid: there is no such target, or the loudness is out of reach.
    """
    wanted = name.strip().casefold()
    found = next((each for each in _ALL if wanted in (each.name, each.title.casefold())), None)
    if found is not None:
        return found
    try:
        loudness = float(wanted.removesuffix("lufs").replace("−", "-").replace(",", "."))
    except ValueError:
        known = ", ".join(TARGETS)
        raise Invalid(
            f"There is no target {name!r}; there are {known}, or a loudness such as -11.5.", field="target"
        ) from None
    if not (isfinite(loudness) and QUIETEST_LUFS <= loudness <= LOUDEST_LUFS):
        meant = f" Did you mean -{loudness:g}?" if QUIETEST_LUFS <= -loudness <= LOUDEST_LUFS else ""
        raise Invalid(
            f"A target of {loudness:g} LUFS: choose {QUIETEST_LUFS:g} to {LOUDEST_LUFS:g}.{meant}", field="target"
        )
    return Target(name=f"{loudness:g}", title=f"{loudness:g} LUFS".replace("-", "−"), integrated_lufs=loudness)
