"""Recordings that the tests make themselves, and the file names under which they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 44_100


def song(seconds: float = 6.0, *, rate_hz: int = RATE, channels: int = 2, level_db: float = -12.0) -> NDArray[Any]:
    """A chord that swells, a beat of noise, a little of the room: something with peaks, dynamics and width."""
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    chance = np.random.default_rng(5)
    chord = sum(np.sin(2 * np.pi * hz * time + hz) for hz in (110, 220, 277.2, 329.6, 1318.5)) / 5
    swell = 0.35 + 0.3 * np.sin(2 * np.pi * time / 3.7)
    beat = chance.normal(0, 0.5, len(time)) * np.exp(-(time % 0.5) * 30)
    sides = [chord * swell + beat + chance.normal(0, 0.02, len(time)) for _ in range(channels)]
    return np.stack(sides, axis=1) * 10 ** (level_db / 20)


def write(path: Path, samples: NDArray[Any], rate_hz: int = RATE, **options: Any) -> Path:
    soundfile.write(path, samples, rate_hz, **options)
    return path


def encode(path: Path, samples: NDArray[Any], rate_hz: int, codec: str) -> Path:
    """Stereo, by FFmpeg's encoders: what libsndfile does not write."""
    import av

    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=rate_hz, layout="stereo")
        kind = {"aac": "fltp", "alac": "s16p", "flac": "s16"}[codec]
        whole = samples.astype("f4") if kind == "fltp" else np.rint(samples * 32767).astype("i2")
        for start in range(0, len(whole), 1024):
            part = whole[start : start + 1024]
            planes = np.ascontiguousarray(part.T if kind.endswith("p") else part.reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(planes, kind, "stereo")
            frame.sample_rate, frame.pts = rate_hz, start
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


def cut(path: Path, share: float = 0.6) -> Path:
    """The file without its end."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path
