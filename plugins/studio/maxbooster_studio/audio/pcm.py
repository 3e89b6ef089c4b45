"""Samples that were not compressed (or only a little, as ADPCM): read by libsndfile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

import soundfile

from . import aiff, caf, wave
from .chunks import Odd, Sound
from .kinds import AIFF, CAF, Kind, Span
from .layout import Layout, assumed, by_mask, by_names
from .source import BLOCK, Block, Damaged
from .window import Part

_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}
_WAVE_CODECS = (0x01, 0x02, 0x03, 0x06, 0x07, 0x11)
"""PCM, MS ADPCM, float, A-law, µ-law, IMA ADPCM; what else is in a WAV is compressed."""
_CAF_CODECS = (b"lpcm", b"alaw", b"ulaw")


class Pcm:
    """See `Source`."""

    def __init__(self, sound: soundfile.SoundFile, layout: Layout, notices: tuple[str, ...], *, plain: bool) -> None:
        self._sound = sound
        self.rate_hz: int = sound.samplerate
        self.channels: int = sound.channels
        self.codec: str = sound.subtype
        self.bits = _BITS.get(sound.subtype)
        self.frames: int = sound.frames
        self.layout, self.plain = layout, plain
        self.notices = [*notices, *([layout.notice] if layout.notice else [])]

    def blocks(self) -> Iterator[Block]:
        done = 0
        try:
            if self._sound.tell():
                self._sound.seek(0)
            while len(block := self._sound.read(BLOCK, dtype="float32", always_2d=True)):
                done += len(block)
                yield block
        except soundfile.LibsndfileError:
            raise Damaged(done) from None

    def close(self) -> None:
        self._sound.close()


def open_pcm(file: BinaryIO, kind: Kind, span: Span) -> Pcm | None:
    """None: what is in the container was compressed.

    Raises:
        Odd: the container is not usable.
    """
    if kind is AIFF:
        found = aiff.aiff(file, span)
        sound = _opened(file, found.sound, lambda: aiff.aiff_header(found), found.frames, plain=found.plain)
        return Pcm(sound, assumed(sound.channels), found.sound.notices, plain=found.plain)
    if kind is CAF:
        return _open_caf(file, span)
    return _open_wave(file, span)


def _open_wave(file: BinaryIO, span: Span) -> Pcm | None:
    found = wave.wave(file, span)
    if found.codec not in _WAVE_CODECS:
        return None
    if not found.channels or not found.rate_hz or not found.align:
        raise Odd(f"is damaged: its header says {found.channels} channels at {found.rate_hz} Hz. Export it again.")
    frames = found.sound.length // found.align if found.codec in (0x01, 0x03, 0x06, 0x07) else None
    sound = _opened(file, found.sound, lambda: wave.wave_header(found), frames, plain=found.plain)
    return Pcm(sound, by_mask(found.mask, found.channels), found.sound.notices, plain=found.plain)


def _open_caf(file: BinaryIO, span: Span) -> Pcm | None:
    found = caf.caf(file, span)
    if found.codec not in _CAF_CODECS:
        return None
    sound = _direct(file)
    if sound is None:
        raise Odd("is damaged: its CAF header cannot be read. Export it again.")
    layout = by_names(found.positions) if found.positions else by_mask(found.mask, sound.channels)
    return Pcm(sound, layout, found.sound.notices, plain=True)


def _opened(
    file: BinaryIO, found: Sound, header: Callable[[], bytes], frames: int | None, *, plain: bool
) -> soundfile.SoundFile:
    """As it is, where libsndfile finds the samples that are there; else behind a header that says what is true.

    Raises:
        Odd: libsndfile cannot read what is in it.
    """
    sound = _direct(file) if plain else None
    if sound is not None and (frames is None or sound.frames == frames):
        return sound
    try:
        return soundfile.SoundFile(Part(file, found.begin, found.begin + found.length, header()))
    except soundfile.LibsndfileError as error:
        raise Odd(f"cannot be read: {str(error).rpartition(': ')[2].rstrip('.')}. Export it again.") from None


def _direct(file: BinaryIO) -> soundfile.SoundFile | None:
    file.seek(0)
    try:
        return soundfile.SoundFile(file.fileno(), closefd=False)
    except soundfile.LibsndfileError:
        return None
