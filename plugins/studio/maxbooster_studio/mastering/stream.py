"""A recording through a chain, block by block: heard by a meter, or written into a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..analysis import Measured, Measuring, Progress
from ..audio import AudioFile, AudioWriter, Format
from ..kernel import Chain, Loudness, Master, Meter


def through(audio: AudioFile, chain: Chain, told: Progress) -> Iterator[NDArray[np.float32]]:
    """As many frames as the recording has, in time with it.

    Raises:
        UnreadableAudio: the file breaks off, or has a sample that is not a number.
    """
    kernel, done = Master(audio.rate_hz, audio.channels, chain), 0
    for block in audio.blocks():
        yield kernel.push(block)
        done += len(block)
        told(min(done / audio.frames, 1.0) if audio.frames else 0.0)
    yield kernel.finish()


def heard(audio: AudioFile, chain: Chain, told: Progress) -> Loudness:
    meter = Meter(audio.rate_hz, audio.channels)
    for block in through(audio, chain, told):
        meter.push(block)
    return meter.loudness()


def measured(audio: AudioFile, chain: Chain, told: Progress) -> Measured:
    """Everything that can be measured of the recording through the chain."""
    measuring = Measuring(audio.rate_hz, audio.channels)
    for block in through(audio, chain, told):
        measuring.push(block)
    return measuring.result()


def render(audio: AudioFile, chain: Chain, format: Format, file: BinaryIO, told: Progress) -> Measured:
    """Write the recording through the chain into an opened file, at its own sample rate; what was measured of it.

    Raises:
        UnreadableAudio: the recording breaks off, or has a sample that is not a number.
    """
    writer = AudioWriter(file, format, rate_hz=audio.rate_hz, channels=audio.channels, frames=audio.frames)
    measuring = Measuring(audio.rate_hz, audio.channels)
    for block in through(audio, chain, told):
        writer.push(block)
        measuring.push(block)
    writer.close()
    return measuring.result()
