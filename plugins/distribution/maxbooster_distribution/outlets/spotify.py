"""The connector `distribution.spotify`."""

from __future__ import annotations

from maxbooster.plugin import Manifest, hookimpl

from .outlet import FLAC, JPEG, PNG, TIFF, WAV, DdexOutlet, OutletSettings, Requirements


class SpotifySettings(OutletSettings, kw_only=True, frozen=True):
    """`[distribution.spotify]`"""


manifest = Manifest(
    name="distribution.spotify", version="0.1.0", title="Spotify", requires=("distribution",), settings=SpotifySettings
)


@hookimpl
def outlet() -> DdexOutlet:
    return DdexOutlet(
        settings=SpotifySettings,
        find_url="https://open.spotify.com/search/{query}",
        party_id="PADPIDA2011072101T",
        requirements=Requirements(audio=(FLAC, WAV), cover=(JPEG, PNG, TIFF), cover_min_px=640),
        sla_days=(2, 5),
    )
