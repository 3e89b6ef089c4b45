"""Albums of 12 tracks as messages, built and proved one after the other on one core, beside the proof alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from lxml import etree

from maxbooster_distribution.ddex.message import Envelope, Party
from maxbooster_distribution.ddex.schemas import Standard
from maxbooster_distribution.outlets import spotify
from maxbooster_distribution.package import INSERT, Batch, write
from maxbooster_distribution.testing import known_schemas, material

from .figures import Figure, Pace, alternately

TRACKS = 12
_BATCH = "20260105120000000"
_ENVELOPE = Envelope(
    message_id="0193a7c2",
    thread_id="0193a7c1",
    created_at=datetime(2026, 1, 5, 12, tzinfo=UTC),
    sender=Party("PADPIDA2026010101N", "Quay Street"),
    recipient=Party("PADPIDA2011072101T", "Spotify"),
)


def measure(pace: Pace) -> list[Figure]:
    schemas = known_schemas()
    outlet = spotify.outlet()
    album, batch = material(outlet.requirements, TRACKS), Batch(_BATCH, outlet.batch_folder(_BATCH))

    def build() -> tuple[bytes, bytes]:
        return write(outlet, album, _ENVELOPE, schemas, what=INSERT, batch=batch)

    message, manifest = (etree.fromstring(content) for content in build())

    def prove() -> None:
        schemas.validate(message, Standard.ERN_43)
        schemas.validate(manifest, Standard.CHOREOGRAPHY)

    found = alternately(
        pace.rounds,
        {"built": lambda: _rate(build, pace.seconds), "proved": lambda: _rate(prove, pace.seconds)},
    )
    return [
        Figure(
            f"albums of {TRACKS} tracks as messages",
            found["built"],
            "/s",
            found["proved"],
            0.4,
            note="message and manifest built, proved, written; beside proving the same two",
        )
    ]


def _rate(act: Callable[[], object], seconds: float) -> float:
    """How often a second."""
    begun, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - begun) < seconds:
        act()
        done += 1
    return done / spent
