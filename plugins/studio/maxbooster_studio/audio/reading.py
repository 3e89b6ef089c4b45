"""Recordings are read in blocks, so that two hours need no more memory than two seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .chunks import Odd
from .kinds import AIFF, CAF, EXTENSIONS, KINDS, WAV, Kind, Span, kind_of
from .pcm import Pcm, open_pcm
from .source import Block, Damaged, Source, UnreadableAudio, clock, shown

LOWEST_HZ, HIGHEST_HZ = 8_000, 384_000
MOST_CHANNELS = 8
"""7.1; a master is mono or stereo."""
_READ = ", ".join(kind.title for kind in KINDS)


class AudioFile:
    """An opened recording. `frames` is what its header promises (0: nothing), once it was read what is there."""

    def __init__(self, source: Source, name: str, kind: Kind) -> None:
        self._source = source
        self.name, self.kind = name, kind
        self.rate_hz, self.channels, self.frames = source.rate_hz, source.channels, source.frames
        self.layout = source.layout
        """Which speakers its channels are for."""
        self.codec = source.codec
        """How samples lie in it: `PCM_24`, `FLOAT`, `MP3`, `AAC`."""
        self.bits = source.bits
        """Bits per sample of PCM, FLAC and ALAC; None for float and for what was compressed with losses."""
        self.plain = source.plain
        """Whether other players read the same from it."""

    @property
    def notices(self) -> list[str]:
        """What is odd about the file, in sentences; complete once it was read."""
        return list(self._source.notices)

    @property
    def duration_s(self) -> float:
        return self.frames / self.rate_hz

    def blocks(self) -> Iterator[Block]:
        """Every frame in order, `(frames, channels)` float32, as often as it is asked for.

        Raises:
            UnreadableAudio: the file is cut or damaged, has no sound in it, or a sample that is not a number.
        """
        done = 0
        try:
            for block in self._source.blocks():
                self._refuse_non_numbers(block, done)
                done += len(block)
                yield block
        except Odd as odd:
            raise UnreadableAudio(f"{self.name} {odd}") from None
        except Damaged as damaged:
            raise self._cut(damaged.frames) from None
        if not done:
            raise UnreadableAudio(f"{self.name} has no sound in it: 0 frames.")
        if done < self._source.frames:
            raise self._cut(done)
        self.frames = done

    def _cut(self, done: int) -> UnreadableAudio:
        whole = f" of {clock(self.duration_s)}" if self.frames else ""
        return UnreadableAudio(
            f"{self.name} is cut or damaged: it can be read up to {clock(done / self.rate_hz)}{whole}. "
            "Export it again, or upload it again."
        )

    def _refuse_non_numbers(self, block: Block, before: int) -> None:
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
    """WAV (BWF, RF64, BW64), AIFF, CAF, FLAC, Ogg (Vorbis, Opus, FLAC), MP3, or AAC and ALAC in M4A/MP4. `name`: what
    people call it, if not by its path.

    Raises:
        UnreadableAudio: it is missing, empty, cut, no recording, another kind than its name says, or has a sample rate
            or channels that are not read here.
    """
    name = name or shown(path.name or path)
    _refuse_no_file(path, name)
    try:
        file = path.open("rb", buffering=0)  # libsndfile moves the same descriptor
    except OSError as error:
        raise UnreadableAudio(f"{name} cannot be opened: {(error.strerror or str(error)).lower()}.") from None
    with file:
        kind, span = _kind(file, name)
        try:
            source = _source(file, kind, span)
        except Odd as odd:
            raise UnreadableAudio(f"{name} {odd}") from None
        with closing(source):
            if isinstance(source, Pcm) and not source.frames:
                raise UnreadableAudio(f"{name} has no sound in it: 0 frames.")
            audio = AudioFile(source, name, kind)
            _refuse_unusual(audio, most_channels)
            yield audio


def _source(file: BinaryIO, kind: Kind, span: Span) -> Source:
    """
    Raises:
        Odd: the container is not usable, or nothing in it can be decoded.
    """
    from .compressed import open_compressed

    found = open_pcm(file, kind, span) if kind in (WAV, AIFF, CAF) else None
    return found or open_compressed(file, kind, span)


def _refuse_no_file(path: Path, name: str) -> None:
    """A pipe would be waited for without an end."""
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "a pipe or a device"
        raise UnreadableAudio(f"{name} cannot be opened: it is {what}, and only files are read.")


def _kind(file: BinaryIO, name: str) -> tuple[Kind, Span]:
    if not file.read(1):
        raise UnreadableAudio(f"{name} is empty: 0 bytes.")
    found = kind_of(file)
    if found is None:
        raise UnreadableAudio(f"{name} is not a recording that can be read here: by its content it is none of {_READ}.")
    kind, span = found
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if EXTENSIONS.get(extension, kind) is not kind:
        raise UnreadableAudio(
            f"{name} is named .{extension}, but by its content it is {kind.title}. "
            f"Name it .{kind.extensions[0]}, or export it again."
        )
    return kind, span


def _refuse_unusual(audio: AudioFile, most_channels: int) -> None:
    if not LOWEST_HZ <= audio.rate_hz <= HIGHEST_HZ:
        raise UnreadableAudio(
            f"{audio.name} has a sample rate of {audio.rate_hz} Hz; {LOWEST_HZ} to {HIGHEST_HZ} Hz can be read."
        )
    if not 1 <= audio.channels <= most_channels:
        most = "mono and stereo" if most_channels == 2 else "up to 7.1 (8 channels)"
        raise UnreadableAudio(f"{audio.name} has {audio.channels} channels; {most} can be read. Mix it down first.")
