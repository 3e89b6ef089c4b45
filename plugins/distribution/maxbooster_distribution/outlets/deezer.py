"""The connector `distribution.deezer`. Its party id and its delivery terms come with the contract."""

from __future__ import annotations

from maxbooster.plugin import Manifest, hookimpl

from .outlet import DdexOutlet, OutletSettings


class DeezerSettings(OutletSettings, kw_only=True, frozen=True):
    """`[distribution.deezer]`"""


manifest = Manifest(
    name="distribution.deezer", version="0.1.0", title="Deezer", requires=("distribution",), settings=DeezerSettings
)


@hookimpl
def outlet() -> DdexOutlet:
    return DdexOutlet(
        settings=DeezerSettings,
        find_url="https://www.deezer.com/search/{query}",
    )
