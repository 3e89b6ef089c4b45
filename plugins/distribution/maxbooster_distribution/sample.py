"""A whole release to begin with: as a RELEASE.json, or as a folder that can be checked and packed as it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from maxbooster.plugin import Invalid

from .description import CreditLine, RightsLine, TrackDescription
from .document import Document, Sender

_RATE = 44_100
_LASTING_S = 2
_SIDE_PX = 3000
_COLOR = (38, 70, 83)


def example() -> Document:
    """A complete one. Its codes are well-formed and nobody's; put your own in their place."""
    writers = [CreditLine("Ana Lind", "ComposerLyricist"), CreditLine("Bo Kern", "StudioProducer")]
    return Document(
        kind="ep",
        title="Harbour Lights",
        upc="012345678905",
        catalog_number="QUAY 001",
        credits=[CreditLine("Nova Lane")],
        label="Quay Street",
        genre="Electronic",
        language="en",
        release_date=date(2027, 6, 4),
        p_line=RightsLine(2027, "Quay Street"),
        c_line=RightsLine(2027, "Quay Street"),
        cover="cover.png",
        tracks=[
            TrackDescription(
                title="Harbour Lights", isrc="QZES92700001", language="en", credits=writers, audio="01.wav"
            ),
            TrackDescription(
                title="First Ferry", subtitle="Live", isrc="QZES92700002", instrumental=True, credits=writers,
                audio="02.wav",
            ),
        ],
        sender=Sender("PADPIDA2026010101N", "Quay Street"),
    )  # fmt: skip


def written() -> bytes:
    return msgspec.json.format(msgspec.json.encode(example()), indent=2)


def write(folder: Path) -> Path:
    """The sample with masters and a cover of its own; returns where its RELEASE.json is.

    Raises:
        Invalid: one of its files is there already, or the folder cannot be written.
    """
    said = example()
    names = ["RELEASE.json", str(said.cover), *(str(track.audio) for track in said.tracks)]
    if there := [name for name in names if (folder / name).exists()]:
        raise Invalid(f"{folder / there[0]} is there already, and stays; choose another folder.", field="into")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for pitch, name in enumerate(names[2:]):
            _tone(folder / name, 220.0 * (pitch + 1))
        _cover(folder / names[1])
        (folder / names[0]).write_bytes(written() + b"\n")
    except OSError as error:
        raise Invalid(f"{folder} cannot be written: {error.strerror}. Choose another.", field="into") from error
    return folder / names[0]


def _tone(path: Path, pitch_hz: float) -> None:
    import numpy as np
    import soundfile

    wave = 0.2 * np.sin(2 * np.pi * pitch_hz * np.arange(_RATE * _LASTING_S) / _RATE)
    soundfile.write(path, np.column_stack([wave, wave]), _RATE, subtype="PCM_24")


def _cover(path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (_SIDE_PX, _SIDE_PX), _COLOR).save(path)
