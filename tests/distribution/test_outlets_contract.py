"""Our outlets do what every outlet must."""

from __future__ import annotations

from maxbooster_distribution.testing import OutletContract


class TestSpotify(OutletContract):
    plugin = "distribution.spotify"


class TestDeezer(OutletContract):
    plugin = "distribution.deezer"


class TestAudiomack(OutletContract):
    plugin = "distribution.audiomack"
