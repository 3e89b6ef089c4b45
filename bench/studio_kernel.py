"""The sound kernel on one core, in CPU time.

A mix beside pedalboard, the meter beside ffmpeg's ebur128, the waveform beside NumPy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

from maxbooster_studio import kernel
from maxbooster_studio.kernel import Band, Chain, Compressor, Limiter, Master, Meter, Mix, Peaks, Strip

from . import places
from .figures import Figure, Pace, Skipped, alternately

RATE_HZ = 48_000
TRACKS = 64
BLOCK = RATE_HZ // 2
STRIP = Strip((Band("low_cut", 40), Band("bell", 1_000, 3, 1)), Compressor(-20, 3, 5, 120), gain_db=-24, pan=0.2)
CHAIN = Chain(
    (Band("low_cut", 28), Band("low_shelf", 90, 1.5), Band("bell", 310, -2.5), Band("high_shelf", 9_500, 2)),
    Compressor(-22, 2, 12, 140),
    width=1.2,
    gain_db=6,
    limiter=Limiter(-1.0),
)

Block = NDArray[np.float32]


def measure(pace: Pace) -> list[Figure]:
    figures = []
    for suite in (_mixes, _meters, _waveforms, _masters):
        try:
            figures += suite(pace)
        except Skipped as reason:
            print(f"{suite.__name__.strip('_')} skipped: {reason}")
    return figures


def _mixes(pace: Pace) -> list[Figure]:
    seconds = 2 * pace.seconds
    tracks = _tracks(seconds)
    measures = {f"kernel, {level}": partial(_speed, seconds, partial(_mix, tracks, level)) for level in kernel.levels()}
    measures["pedalboard"] = partial(_speed, seconds, partial(_pedalboard_mix, _pedalboard(), tracks))
    found = alternately(pace.rounds, measures)
    peer = found.pop("pedalboard")
    name = f"{TRACKS} stereo tracks: EQ, compressor, pan, sum, limiter"
    figures = [
        Figure(f"{name} ({level})", value, "× real time", peer, 5, note="beside pedalboard")
        for level, value in found.items()
    ]
    return [*figures, *_threads(pace)]


def _tracks(seconds: float) -> list[Block]:
    return [_music(seconds, seed) for seed in range(4)] * (TRACKS // 4)


def _threads(pace: Pace) -> list[Figure]:
    """Elapsed. What two cores can give right now is shown by two mixes at once, which need nothing of each other: where
    others work too, that is no more than one alone."""
    seconds = 8 * pace.seconds
    tracks = _tracks(seconds)
    mixes = {threads: partial(_mix, tracks, None, threads) for threads in (1, 2)}
    if len({mix() for mix in mixes.values()}) != 1:
        raise RuntimeError("a mix on two threads has other bits than on one")

    def both() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda mix: mix(), [mixes[1]] * 2))

    measures = {"one": partial(_elapsed, seconds, mixes[1]), "two": partial(_elapsed, seconds, mixes[2])}
    found = alternately(pace.rounds, measures | {"both": partial(_elapsed, 2 * seconds, both)})
    return [
        Figure("the same on two threads", found["two"], "× real time", found["one"], note="elapsed, beside one thread"),
        Figure(
            "the same on two threads", found["two"], "× real time", found["both"],
            note="elapsed, beside two mixes at once on a thread each; the same SHA-256",
        ),
    ]  # fmt: skip


def _meters(pace: Pace) -> list[Figure]:
    if shutil.which("ffmpeg") is None:
        raise Skipped("no ffmpeg (Debian: apt install ffmpeg)")
    seconds = 100 * pace.seconds
    music = _music(seconds, 1)
    with places.folder() as folder:
        file = folder / "music.f32"
        file.write_bytes(music.tobytes())
        measures = {
            f"kernel, {level}": partial(_speed, seconds, partial(_meter, music, level)) for level in kernel.levels()
        }
        measures["ffmpeg"] = lambda: seconds / (_ffmpeg(file, "-af", "ebur128=peak=true") - _ffmpeg(file))
        found = alternately(pace.rounds, measures)
    peer = found.pop("ffmpeg")
    name, note = "integrated loudness and true peak", "beside ffmpeg's ebur128, reading apart"
    return [
        Figure(
            f"{name} ({level})", value, "× real time", peer, 8 if level.endswith(kernel.level()) else None, note=note
        )
        for level, value in found.items()
    ]


def _waveforms(pace: Pace) -> list[Figure]:
    seconds = 100 * pace.seconds
    music = _music(seconds, 1)
    ours, numpy = (
        partial(_speed, seconds, partial(_peaks, music)),
        partial(_speed, seconds, partial(_numpy_peaks, music)),
    )
    found = alternately(pace.rounds, {"kernel": ours, "numpy": numpy})
    return [
        Figure("waveform at five resolutions", found["kernel"], "× real time", found["numpy"], 4, note="beside NumPy")
    ]


def _masters(pace: Pace) -> list[Figure]:
    seconds = 10 * pace.seconds
    music = _music(seconds, 1)
    found = alternately(
        pace.rounds, {level: partial(_speed, seconds, partial(_master, music, level)) for level in kernel.levels()}
    )
    return [
        Figure(f"mastering chain with four bands ({level})", value, "× real time") for level, value in found.items()
    ]


def _speed(seconds: float, work: Callable[[], object]) -> float:
    begun = process_time()
    work()
    return seconds / (process_time() - begun)


def _elapsed(seconds: float, work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return seconds / (perf_counter() - begun)


def _mix(tracks: list[Block], level: str | None, threads: int = 1) -> str:
    """Its SHA-256."""
    digest = sha256()
    mix = Mix(RATE_HZ, [STRIP] * TRACKS, Chain(limiter=Limiter(-1.0)), threads=threads, level=level)
    for start in range(0, len(tracks[0]), BLOCK):
        digest.update(mix.push([track[start : start + BLOCK] for track in tracks]))
    digest.update(mix.finish())
    return digest.hexdigest()


def _pedalboard():  # type: ignore[no-untyped-def]
    try:
        import pedalboard
    except ImportError as error:
        raise Skipped("no pedalboard: `make bench` installs it") from error
    return pedalboard


def _pedalboard_mix(pedalboard, tracks: list[Block]) -> None:  # type: ignore[no-untyped-def]
    def strip():  # type: ignore[no-untyped-def]
        return pedalboard.Pedalboard(
            [
                pedalboard.HighpassFilter(40),
                pedalboard.PeakFilter(1_000, 3, 1),
                pedalboard.Compressor(-20, 3, 5, 120),
                pedalboard.Gain(-24),
            ]
        )

    strips, limiter = [strip() for _ in tracks], pedalboard.Limiter(-1.0)
    pan = np.array([[0.8], [1.0]], np.float32)
    for start in range(0, len(tracks[0]), BLOCK):
        bus = np.zeros((2, min(BLOCK, len(tracks[0]) - start)), np.float32)
        for board, track in zip(strips, tracks, strict=True):
            bus += pan * board(np.ascontiguousarray(track[start : start + BLOCK].T), RATE_HZ, reset=False)
        limiter(bus, RATE_HZ, reset=False)


def _meter(music: Block, level: str) -> None:
    meter = Meter(RATE_HZ, 2, level=level)
    for start in range(0, len(music), BLOCK):
        meter.push(music[start : start + BLOCK])
    meter.loudness()


def _ffmpeg(file: Path, *options: str) -> float:
    """Its CPU seconds."""
    order = ["ffmpeg", "-v", "error", "-threads", "1", "-f", "f32le", "-ar", str(RATE_HZ), "-ac", "2", "-i", str(file)]
    before = os.times()
    subprocess.run([*order, *options, "-f", "null", "-"], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _peaks(music: Block) -> None:
    peaks = Peaks(2)
    peaks.push(music)
    peaks.levels()


def _numpy_peaks(music: Block) -> None:
    bins = music[: len(music) // 256 * 256].T.copy().reshape(2, -1, 256)
    least, greatest = bins.min(axis=2), bins.max(axis=2)
    for _ in range(4):
        whole = least.shape[1] // 4 * 4
        least = least[:, :whole].reshape(2, -1, 4).min(axis=2)
        greatest = greatest[:, :whole].reshape(2, -1, 4).max(axis=2)


def _master(music: Block, level: str) -> None:
    master = Master(RATE_HZ, 2, CHAIN, level=level)
    for start in range(0, len(music), BLOCK):
        master.push(music[start : start + BLOCK])
    master.finish()


def _music(seconds: float, seed: int) -> Block:
    """Noise under decaying envelopes: dynamic, with peaks near full scale."""
    frames = round(seconds * RATE_HZ)
    noise = np.random.default_rng(seed).standard_normal((frames, 2), np.float32)
    beat = np.exp(-np.arange(frames) % (RATE_HZ // 2 + 977 * seed) / (RATE_HZ / 8)).astype(np.float32)
    return noise * beat[:, None] * np.float32(0.2)
