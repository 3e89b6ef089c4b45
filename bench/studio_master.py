"""Masters of recordings, judged by ffmpeg's meter; what two hours need in memory; and how fast, beside loudnorm.

The recordings are composed here; `python -m bench studio_master --recordings FOLDER` takes others.
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import soundfile

from . import places
from .figures import Figure, Pace, Skipped, alternately

TARGETS_LUFS = (-14, -16, -9)
CEILING_DBTP = -1.0
HOURS = 2
WITHIN_LU = 0.1
MOST_MB = 300
BLOCK = 1 << 18


@dataclass(frozen=True)
class Judged:
    """A master as ffmpeg reads it."""

    name: str
    target_lufs: float
    integrated_lufs: float
    true_peak_dbtp: float

    @property
    def off_lu(self) -> float:
        return abs(self.integrated_lufs - self.target_lufs)


def measure(pace: Pace) -> list[Figure]:
    if shutil.which("ffmpeg") is None:
        raise Skipped("no ffmpeg (Debian: apt install ffmpeg)")
    with places.folder() as folder:
        found = recordings(folder)
        judged = [_judge(path, target, folder) for path in found for target in TARGETS_LUFS]
        _print(judged)
        return [*_worst(judged), _speed(pace, found, folder), *_memory(found, folder)]


def recordings(folder: Path) -> list[Path]:
    """Of the folder that is named, else music of our own, written into `folder`.

    Raises:
        Skipped: there are none in the folder that is named.
    """
    named = os.environ.get(places.RECORDINGS)
    if named is None:
        return _composed(folder)
    found = sorted(path for path in Path(named).glob("*") if path.suffix in (".flac", ".ogg", ".wav"))
    if not found:
        raise Skipped(f"no recordings (FLAC, Ogg, WAV) in {named}")
    return found


def _composed(folder: Path) -> list[Path]:
    """The demo's piece, and the tests' pieces."""
    from tests.studio import pieces

    from maxbooster_sandbox.demo import piece

    music = folder / "music"
    music.mkdir()
    piece.write(music / "harbour lights.wav")
    return pieces.write(music)


def _judge(path: Path, target_lufs: float, folder: Path) -> Judged:
    out = folder / "master.wav"
    subprocess.run(_master(path, out, target_lufs), check=True, stdout=subprocess.DEVNULL)
    return Judged(path.name, target_lufs, *_heard(out))


def _master(path: Path, out: Path, target_lufs: float) -> list[str]:
    order = [sys.executable, "-m", "maxbooster", "studio", "master", str(path), str(out)]
    return [*order, "--target", str(target_lufs), "--json"]


def _heard(path: Path) -> tuple[float, float]:
    """Integrated loudness and true peak by ffmpeg, to thousandths: its summary rounds to tenths."""
    chain = "ebur128=peak=true:metadata=1,ametadata=print:file=-"
    order = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-af", chain, "-f", "null", "-"]
    heard = subprocess.run(order, check=True, capture_output=True, text=True).stdout
    loudness, peak = (re.findall(rf"lavfi\.r128\.{key}=(\S+)", heard)[-1] for key in ("I", "true_peak"))
    return float(loudness), 20 * math.log10(float(peak))


def _print(judged: list[Judged]) -> None:
    """A recording a line: loudness and true peak of each of its masters."""
    width = max(len(each.name) for each in judged)
    print(
        "recording".ljust(width), *(f"{f'to {target} LUFS':>15}" for target in TARGETS_LUFS), " (LUFS, dBTP by ffmpeg)"
    )
    for name in dict.fromkeys(each.name for each in judged):
        mine = [each for each in judged if each.name == name]
        print(name.ljust(width), *(f"{each.integrated_lufs:8.2f} {each.true_peak_dbtp:6.2f}" for each in mine))
    print()


def _worst(judged: list[Judged]) -> list[Figure]:
    farthest, highest = max(judged, key=lambda each: each.off_lu), max(judged, key=lambda each: each.true_peak_dbtp)
    count = f"of {len(judged)} masters"
    return [
        Figure(
            f"farthest from its target {count}", farthest.off_lu, "LU", budget=WITHIN_LU,
            note=f"{farthest.name} to {farthest.target_lufs} LUFS, by ffmpeg",
        ),
        Figure(
            f"highest true peak {count}", highest.true_peak_dbtp, "dBTP", budget=CEILING_DBTP,
            note=f"{highest.name} to {highest.target_lufs} LUFS, by ffmpeg",
        ),
    ]  # fmt: skip


def _speed(pace: Pace, found: list[Path], folder: Path) -> Figure:
    """CPU time of the whole command, reading and writing with it, on the longest recording."""
    longest = max(found, key=lambda path: soundfile.info(path).duration)
    seconds = soundfile.info(longest).duration
    works = {"ours": _run_master, "loudnorm": _run_loudnorm}
    speeds = alternately(
        pace.rounds, {name: partial(_times_real, seconds, work, longest, folder) for name, work in works.items()}
    )
    note = f"CPU of the whole command, {longest.name}; beside ffmpeg's loudnorm in two passes"
    return Figure("mastered to −14 LUFS", speeds["ours"], "× real time", speeds["loudnorm"], note=note)


def _times_real(seconds: float, work, path: Path, folder: Path) -> float:  # type: ignore[no-untyped-def]
    before = os.times()
    work(path, folder)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds / spent


def _run_master(path: Path, folder: Path) -> None:
    subprocess.run(_master(path, folder / "ours.wav", -14), check=True, stdout=subprocess.DEVNULL)


def _run_loudnorm(path: Path, folder: Path) -> None:
    """As its documentation says: the second pass is given what the first has measured."""
    wanted = f"loudnorm=I=-14:TP={CEILING_DBTP}"
    first = _ffmpeg(path, f"{wanted}:print_format=json", "-f", "null", "-")
    told = json.loads(first[first.rindex("{") : first.rindex("}") + 1])
    keys = (("I", "i"), ("TP", "tp"), ("LRA", "lra"), ("thresh", "thresh"))
    measured = ":".join(f"measured_{name}={told[f'input_{key}']}" for name, key in keys)
    rate_hz = str(soundfile.info(path).samplerate)
    _ffmpeg(
        path,
        f"{wanted}:{measured}:offset={told['target_offset']}:linear=true",
        "-ar", rate_hz, "-c:a", "pcm_s24le", str(folder / "theirs.wav"),
    )  # fmt: skip


def _ffmpeg(path: Path, chain: str, *out: str) -> str:
    order = ["ffmpeg", "-hide_banner", "-nostats", "-y", "-threads", "1", "-i", str(path), "-af", chain, *out]
    return subprocess.run(order, check=True, capture_output=True, text=True).stderr


def _memory(found: list[Path], folder: Path) -> list[Figure]:
    if not Path("/proc/self/status").exists():
        print("memory skipped: it is read from /proc, which is not here")
        return []
    path, begun = _long(found, folder / "long.wav"), time.monotonic()
    process = subprocess.Popen(_master(path, folder / "long.flac", -14), stdout=subprocess.DEVNULL)
    most_kb = 0
    while process.poll() is None:
        most_kb = max(most_kb, _resident_kb(process.pid))
        time.sleep(0.1)
    if process.returncode:
        raise RuntimeError(f"mastering {HOURS} hours ended with {process.returncode}")
    minutes = (time.monotonic() - begun) / 60
    note = f"at most, while {HOURS} hours of music are mastered into FLAC in {minutes:.1f} min"
    return [Figure("memory of a long master", most_kb / 1000, "MB", budget=MOST_MB, note=note)]


def _resident_kb(pid: int) -> int:
    """The most that the process ever had; what `wait4` says includes the process that started it."""
    peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return round(int(peak[1]) * 1.024) if peak else 0  # the line is gone once the process has ended


def _long(found: list[Path], path: Path) -> Path:
    """All recordings that are like the first, one after another, again and again."""
    first = soundfile.info(found[0])
    like = [each for each in found if _shape(each) == (first.samplerate, first.channels)]
    left = HOURS * 3600 * first.samplerate
    with soundfile.SoundFile(path, "w", first.samplerate, first.channels, "PCM_16") as long:
        while left:
            for each in like:
                for block in soundfile.blocks(each, BLOCK, dtype="int16", always_2d=True):
                    long.write(block[:left])
                    left -= len(block[:left])
    return path


def _shape(path: Path) -> tuple[int, int]:
    info = soundfile.info(path)
    return info.samplerate, info.channels
