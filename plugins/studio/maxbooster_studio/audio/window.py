"""Files looked at in pieces: a window that moves over one, and a part of one as a file of its own."""

from __future__ import annotations

import io
import os
from typing import BinaryIO, Protocol

_WIDTH = 1 << 20


class Bytes(Protocol):
    def __getitem__(self, key: slice, /) -> bytes: ...


class Window:
    """Slices of a file. It keeps a mebibyte of it, so that neighbors cost nothing."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._begin, self._piece = file, 0, b""

    def __getitem__(self, key: slice, /) -> bytes:
        """`key` has a start and a stop, neither negative."""
        start, stop = key.start, key.stop
        if start < self._begin or stop > self._begin + len(self._piece):
            self._file.seek(start)
            self._begin, self._piece = start, self._file.read(max(_WIDTH, stop - start))
        return self._piece[start - self._begin : stop - self._begin]


class Part(io.RawIOBase):
    """The bytes from `begin` to `end` of a file, behind a header of our own."""

    def __init__(self, file: BinaryIO, begin: int, end: int, header: bytes = b"") -> None:
        self._file, self._begin, self._header = file, begin, header
        self._size, self._at = len(header) + max(end - begin, 0), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(self._size - self._at, 0)
        size = left if size < 0 else min(size, left)
        if self._at < len(self._header):
            piece = self._header[self._at : self._at + size]
        else:
            self._file.seek(self._begin + self._at - len(self._header))
            piece = self._file.read(size)
        self._at += len(piece)
        return piece

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        done = 0
        while done < len(buffer) and (piece := self.read(len(buffer) - done)):
            buffer[done : done + len(piece)] = piece
            done += len(piece)
        return done
