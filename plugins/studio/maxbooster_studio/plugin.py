"""Everything that the studio adds to the platform, on one page."""

from __future__ import annotations

from maxbooster.plugin import Command, Manifest

manifest = Manifest(
    name="studio",
    version="0.1.0",
    title="Studio",
    commands=(Command("studio", "Measure and master recordings", "maxbooster_studio.commands:studio"),),
)
