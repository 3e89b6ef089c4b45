"""What each outlet will do with a recording, as it is told."""

from __future__ import annotations

import pytest

from maxbooster_studio.targets import TARGETS, compliance


@pytest.mark.parametrize(
    ("outlet", "loudness", "peak", "verdict", "words"),
    [
        ("spotify", -14.2, -1.0, "good", "plays as it is"),
        ("spotify", -9.0, -2.1, "good", "turned down 5.0 dB"),
        ("spotify", -9.0, -1.0, "attention", "turned down 5.0 dB; peaks 1.0 dB too high"),
        ("spotify", -20.0, -5.0, "attention", "turned up 4.0 dB, still 2.0 dB quieter than the others"),
        ("spotify", -20.0, -8.0, "good", "turned up 6.0 dB"),
        ("spotify", -14.0, -0.2, "attention", "plays as it is; peaks 0.8 dB too high"),
        ("apple", -9.0, -1.0, "good", "turned down 7.0 dB"),
        ("apple", -19.0, -6.0, "good", "turned up 3.0 dB"),
        ("youtube", -19.0, -6.0, "attention", "5.0 dB quieter than the others"),
        ("deezer", -14.0, -1.0, "good", "turned down 1.0 dB"),
        ("amazon", -14.0, -1.0, "attention", "plays as it is; peaks 1.0 dB too high"),
        ("club", -9.5, 0.3, "good", "plays as it is"),
        ("club", -14.0, -1.0, "attention", "5.0 dB below what is usual; create a louder version"),
        ("broadcast", -23.0, -1.0, "good", "meets −23 LUFS"),
        ("broadcast", -14.0, -1.0, "attention", "9.0 dB above −23 LUFS; make a version for it"),
    ],
)
def test_an_outlet_says_what_it_will_do(outlet, loudness, peak, verdict, words):
    """Spotify's by the example on its own page: −20 LUFS with peaks at −5 dBTP are lifted to −16."""
    [found] = compliance(loudness, peak, [TARGETS[outlet]])
    assert (found.verdict, found.words) == (verdict, words)
