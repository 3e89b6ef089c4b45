"""What a master aims at, from what was asked for."""

from __future__ import annotations

from ..targets import Target, target_like, target_named
from .schemas import Reference

USUAL = "spotify"


def target_for(name: str | None, reference: Reference | None) -> Target:
    """The target of that name; unless said, as loud as the reference, or the usual one.

    Raises:
        Invalid: there is no such target.
    """
    if name is None and reference is not None and (loudness := reference.analysis.integrated_lufs) is not None:
        return target_like(reference.title, loudness)
    return target_named(name if name is not None else USUAL)
