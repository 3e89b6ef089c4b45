"""What browsers can play, and a FLAC of what they cannot."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

import soundfile

from .kinds import FLAC, MP3, MP4, OGG, WAV
from .reading import AudioFile
from .writing import in_words, steps

_PLAIN_WAV = {"PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "ALAW", "ULAW"}

_PLAYED = {(FLAC, "FLAC"), (OGG, "Vorbis"), (OGG, "Opus"), (OGG, "FLAC"), (MP3, "MP3"), (MP4, "AAC")}


def plays_in_browsers(audio: AudioFile) -> bool:
    """As Chromium does; tests try every kind there."""
    if not audio.plain:
        return False
    if audio.kind is WAV:
        return audio.codec in _PLAIN_WAV
    return (audio.kind, audio.codec) in _PLAYED


def write_preview(audio: AudioFile, file: BinaryIO, told: Callable[[float], None]) -> None:
    """The same samples as FLAC, of 16 bit if that holds them, else of 24.

    Raises:
        UnreadableAudio: the recording breaks off, or has a sample that is not a number.
        OSError: the disk is full.
    """
    bits = 16 if audio.bits in (8, 16) else 24
    preview = soundfile.SoundFile(
        file.fileno(), "w", audio.rate_hz, audio.channels, f"PCM_{bits}", format="FLAC", closefd=False
    )
    done = 0
    with in_words(), preview:
        for block in audio.blocks():
            preview.write(steps(block, bits))
            done += len(block)
            told(min(done / audio.frames, 1.0) if audio.frames else 0.0)
