"""Recordings are read in blocks, so that two hours need no more memory than two seconds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from maxbooster.plugin import Invalid

from .containers import EXTENSIONS, KINDS, Kind, kind_of, missing_bytes

LOWEST_HZ, HIGHEST_HZ = 8_000, 384_000
MOST_CHANNELS = 6
"""5.1; a master is mono or stereo."""
BLOCK = 65_536
"""Frames that are read at a time."""
_ENDLESS = 1 << 48
"""libsndfile's answer where a FLAC stream does not say how long it is lies above."""
_READ = ", ".join(kind.title for kind in KINDS)


class UnreadableAudio(Invalid):
    """A file that is no sound recording, or a broken one; the text names the file and the reason."""

    type = "unreadable-audio"
    title = "The recording cannot be read"


class AudioFile:
    """An opened recording. `frames` is what its header says (0: it does not say)."""

    def __init__(self, sound: soundfile.SoundFile, name: str, kind: Kind) -> None:
        self._sound = sound
        self.name = name
        self.kind = kind
        self.rate_hz: int = sound.samplerate
        self.channels: int = sound.channels
        self.subtype: str = sound.subtype
        """How samples lie in it, in libsndfile's words: `PCM_24`, `FLOAT`, `VORBIS`."""
        self.frames: int = sound.frames if sound.frames < _ENDLESS else 0

    @property
    def bits(self) -> int | None:
        """Bits per sample of PCM; None for float and for what was compressed with losses."""
        found = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}
        return found.get(self.subtype)

    @property
    def duration_s(self) -> float:
        return self.frames / self.rate_hz

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Every frame in order, `(frames, channels)` float32, as often as it is asked for.

        Raises:
            UnreadableAudio: the file is cut or damaged, has no sound in it, or a sample that is not a number.
        """
        done = 0
        for block in self._decoded():
            if self.subtype in ("FLOAT", "DOUBLE"):
                self._refuse_non_numbers(block, done)
            done += len(block)
            yield block
        if not done:
            raise UnreadableAudio(f"{self.name} has no sound in it: 0 frames.")
        if done < self.frames:
            raise self._cut(done)

    def _decoded(self) -> Iterator[NDArray[np.float32]]:
        done = 0
        try:
            if self._sound.tell():
                self._sound.seek(0)
            while len(block := self._sound.read(BLOCK, dtype="float32", always_2d=True)):
                done += len(block)
                yield block
        except soundfile.LibsndfileError:
            raise self._cut(done) from None

    def _cut(self, done: int) -> UnreadableAudio:
        whole = f" of {clock(self.duration_s)}" if self.frames else ""
        return UnreadableAudio(
            f"{self.name} is cut or damaged: it can be read up to {clock(done / self.rate_hz)}{whole}. "
            "Export it again, or upload it again."
        )

    def _refuse_non_numbers(self, block: NDArray[np.float32], before: int) -> None:
        good = np.isfinite(block)
        if good.all():
            return
        frame, channel = np.argwhere(~good)[0]
        at = before + int(frame)
        raise UnreadableAudio(
            f"{self.name} has a sample that is not a number ({block[frame, channel]}) at {clock(at / self.rate_hz)} "
            f"(frame {at}, channel {int(channel) + 1}). Export it again without it."
        )


@contextmanager
def open_audio(path: Path, name: str | None = None, *, most_channels: int = MOST_CHANNELS) -> Iterator[AudioFile]:
    """WAV (BWF, RF64), FLAC, AIFF, Ogg (Vorbis, Opus) or MP3. `name`: what people call it, if not by its path.

    Raises:
        UnreadableAudio: it is missing, empty, cut, no recording, another kind than its name says, or has a sample rate
            or channels that are not read here.
    """
    name = name or path.name or str(path)
    _refuse_no_file(path, name)
    try:
        file = path.open("rb")
    except OSError as error:
        raise UnreadableAudio(f"{name} cannot be opened: {(error.strerror or str(error)).lower()}.") from None
    with file:
        kind = _kind(file, name)
        try:
            sound = soundfile.SoundFile(file.fileno(), closefd=False)
        except soundfile.LibsndfileError:
            raise UnreadableAudio(
                f"{name} is damaged: its {kind.title} header cannot be read. Export it again."
            ) from None
        with sound:
            audio = AudioFile(sound, name, kind)
            _refuse_unusual(audio, most_channels)
            yield audio


def _refuse_no_file(path: Path, name: str) -> None:
    """A pipe would be waited for without an end."""
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "a pipe or a device"
        raise UnreadableAudio(f"{name} cannot be opened: it is {what}, and only files are read.")


def _kind(file: BinaryIO, name: str) -> Kind:
    if not file.read(1):
        raise UnreadableAudio(f"{name} is empty: 0 bytes.")
    kind = kind_of(file)
    if kind is None:
        raise UnreadableAudio(f"{name} is no recording that can be read here: by its content it is none of {_READ}.")
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if EXTENSIONS.get(extension, kind) is not kind:
        raise UnreadableAudio(
            f"{name} is named .{extension}, but by its content it is {kind.title}. "
            f"Name it .{kind.extensions[0]}, or export it again."
        )
    if missing_bytes(file, kind):
        raise UnreadableAudio(
            f"{name} is cut: its header announces more than the file holds. Export it again, or upload it again."
        )
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    return kind


def _refuse_unusual(audio: AudioFile, most_channels: int) -> None:
    if not LOWEST_HZ <= audio.rate_hz <= HIGHEST_HZ:
        raise UnreadableAudio(
            f"{audio.name} has a sample rate of {audio.rate_hz} Hz; {LOWEST_HZ} to {HIGHEST_HZ} Hz can be read."
        )
    if not 1 <= audio.channels <= most_channels:
        most = "mono and stereo" if most_channels == 2 else "up to 5.1 (6 channels)"
        raise UnreadableAudio(f"{audio.name} has {audio.channels} channels; {most} can be read. Mix it down first.")
    if audio._sound.frames == 0:
        raise UnreadableAudio(f"{audio.name} has no sound in it: 0 frames.")


def clock(seconds: float) -> str:
    """`1:05.250`: minutes, seconds, milliseconds."""
    milliseconds = round(seconds * 1000)
    return f"{milliseconds // 60_000}:{milliseconds // 1000 % 60:02d}.{milliseconds % 1000:03d}"
