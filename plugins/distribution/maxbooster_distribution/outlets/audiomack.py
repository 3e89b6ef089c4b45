"""The connector `distribution.audiomack`."""

from __future__ import annotations

from maxbooster.plugin import Manifest, hookimpl

from .outlet import DdexOutlet, OutletSettings


class AudiomackSettings(OutletSettings, kw_only=True, frozen=True):
    """`[distribution.audiomack]`"""


manifest = Manifest(
    name="distribution.audiomack", version="0.1.0", title="Audiomack", requires=("distribution",),
    settings=AudiomackSettings,
)  # fmt: skip


@hookimpl
def outlet() -> DdexOutlet:
    return DdexOutlet(
        settings=AudiomackSettings,
        find_url="https://audiomack.com/search?q={query}",
        party_id="PADPIDA2017103008S",
    )
