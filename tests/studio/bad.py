"""Files that cannot be used: how each is made, and what must be said of it."""

from __future__ import annotations

import numpy as np

from . import sounds


def _with_nan(path):
    samples = sounds.song(2)
    samples[12_345, 1] = np.nan
    return sounds.write(path, samples, subtype="FLOAT")


def _with_infinity(path):
    samples = sounds.song(2)
    samples[12_345, 0] = np.inf
    return sounds.write(path, samples, subtype="FLOAT")


BAD = {
    "truncated.wav": (lambda path: sounds.cut(sounds.write(path, sounds.song())), "truncated.wav is cut"),
    "truncated.flac": (lambda path: sounds.cut(sounds.write(path, sounds.song())), "truncated.flac is cut or damaged"),
    "truncated.ogg": (lambda path: sounds.cut(sounds.write(path, sounds.song())), "truncated.ogg is cut"),
    "truncated.aiff": (lambda path: sounds.cut(sounds.write(path, sounds.song())), "truncated.aiff is cut"),
    "truncated.mp3": (lambda path: sounds.cut(sounds.write(path, sounds.song())), "truncated.mp3 is cut"),
    "headless.wav": (lambda path: sounds.cut(sounds.write(path, sounds.song()), 0.00001), "headless.wav is"),
    "empty.wav": (lambda path: path.write_bytes(b""), "empty.wav is empty"),
    "text.wav": (lambda path: path.write_bytes(b"a song\n" * 999), "text.wav is not a recording"),
    "noise.mp3": (lambda path: path.write_bytes(bytes(range(256)) * 99), "noise.mp3 is not a recording"),
    "really.wav": (
        lambda path: sounds.write(path, sounds.song(1), format="FLAC"),
        "really.wav is named .wav, but by its content it is FLAC",
    ),
    "nine.wav": (lambda path: sounds.write(path, sounds.song(1, channels=9)), "nine.wav has 9 channels"),
    "nan.wav": (_with_nan, "not a number (nan) at 0:00.280 (frame 12345, channel 2)"),
    "seven.wav": (lambda path: sounds.write(path, sounds.song(1), 7), "seven.wav has a sample rate of 7 Hz"),
    "fast.wav": (lambda path: sounds.write(path, sounds.song(1), 768_000), "fast.wav has a sample rate of 768000 Hz"),
    "none.wav": (lambda path: sounds.write(path, np.zeros((0, 2))), "none.wav has no sound in it"),
    "wide.aiff": (lambda path: sounds.write(path, sounds.song(1, channels=9)), "wide.aiff has 9 channels"),
    "slow.flac": (lambda path: sounds.write(path, sounds.song(1), 7), "slow.flac has a sample rate of 7 Hz"),
    "infinite.aiff": (_with_infinity, "not a number (inf) at 0:00.280 (frame 12345, channel 1)"),
}
