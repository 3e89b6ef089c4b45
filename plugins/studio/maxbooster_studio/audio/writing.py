"""Recordings are written in blocks, dithered where bits are lost, and are there whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from maxbooster.plugin import Invalid

from .formats import Format
from .source import shown

DITHER_SEED = 0x5EED
"""The same recording gives the same bytes."""
_NO_NAMELESS_FILES = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL)
"""What file systems answer that have none."""
_RIFF_LIMIT = (1 << 32) - (1 << 16)


class AudioWriter:
    """Writes float32 blocks into an opened file. TPDF dither of ±1 LSB goes to 16 and 24 bit (Lipshitz et al. 1992).

    `frames`: how many will come; beyond 4 GB a WAV becomes RF64 (EBU Tech 3306).
    """

    def __init__(self, file: BinaryIO, format: Format, *, rate_hz: int, channels: int, frames: int) -> None:
        size = frames * channels * ((format.bits or 32) // 8)
        container = "RF64" if format.container == "WAV" and size > _RIFF_LIMIT else format.container
        self._bits = format.bits
        self._chance = np.random.Generator(np.random.PCG64(DITHER_SEED))
        self._sound = soundfile.SoundFile(
            file.fileno(), "w", rate_hz, channels, format.subtype, format=container, closefd=False
        )

    def push(self, block: NDArray[np.float32]) -> None:
        """`(frames, channels)`; what lies beyond full scale is clipped, except in float files.

        Raises:
            OSError: the disk is full.
        """
        with in_words():
            self._sound.write(block if self._bits is None else self._dithered(block, self._bits))

    def close(self) -> None:
        """
        Raises:
            OSError: the disk is full.
        """
        with in_words():
            self._sound.close()

    def _dithered(self, block: NDArray[np.float32], bits: int) -> NDArray[np.int32]:
        chance = self._chance.random((*block.shape, 2), dtype=np.float32)
        return steps(block, bits, chance[..., 0] - chance[..., 1])


def steps(block: NDArray[np.float32], bits: int, dither: NDArray[np.float32] | float = 0.0) -> NDArray[np.int32]:
    """Samples of so many bits, `dither` added in steps, in the upper bits of an int32 as libsndfile takes them."""
    full = float(1 << (bits - 1))
    rounded = np.rint(block.astype(np.float64) * full + dither)
    return np.clip(rounded, -full, full - 1).astype(np.int32) << np.int32(32 - bits)


@contextmanager
def in_words() -> Iterator[None]:
    """libsndfile says only “System error” when a write fails.

    Raises:
        OSError: the disk is full.
    """
    try:
        yield
    except soundfile.LibsndfileError:
        raise OSError("the disk is full, or the file would be larger than is allowed") from None


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write into that becomes `path` at the end of the block, in one step.

    Until then it has no name (Linux), so that a killed process leaves nothing; elsewhere a hidden neighbor.

    Raises:
        Invalid: the folder is missing or cannot be written, or the disk is full.
    """
    folder = path.resolve().parent
    try:
        with _opened(folder, path.name) as (file, place):
            yield file
            file.flush()
            os.fsync(file.fileno())
            _put(place, file.fileno(), path)
    except OSError as error:
        raise Invalid(
            f"{shown(path)} cannot be written: {(error.strerror or str(error)).lower()}.", field="out"
        ) from None


def _opened(folder: Path, name: str) -> AbstractContextManager[tuple[BinaryIO, str]]:
    """An opened file, and where it lies until it gets its name."""
    if not hasattr(os, "O_TMPFILE"):
        return _hidden(folder, name)
    try:
        return _nameless(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o644))
    except OSError as error:
        if error.errno not in _NO_NAMELESS_FILES:
            raise
        return _hidden(folder, name)


@contextmanager
def _nameless(descriptor: int) -> Iterator[tuple[BinaryIO, str]]:
    with os.fdopen(descriptor, "w+b") as file:
        yield file, f"/proc/self/fd/{descriptor}"


@contextmanager
def _hidden(folder: Path, name: str) -> Iterator[tuple[BinaryIO, str]]:
    descriptor, place = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=folder)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file, place
    finally:
        with suppress(FileNotFoundError):
            os.unlink(place)


def _put(place: str, descriptor: int, path: Path) -> None:
    """A link cannot replace a file, a rename can. Only with a folder's descriptor does Python ask for linkat(2), which
    follows /proc/self/fd; for an absolute path it is not looked at."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    os.link(place, beside, src_dir_fd=descriptor, follow_symlinks=True)
    os.replace(beside, path)
