"""Blocks of any size go in, pieces of one size come out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Pieces:
    def __init__(self, size: int, channels: int) -> None:
        self._size = size
        self._left = np.zeros((0, channels), np.float32)

    def push(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Those that are full by now: `(pieces, size, channels)`."""
        whole = np.concatenate((self._left, block))
        count = len(whole) // self._size
        cut = count * self._size
        self._left = whole[cut:].copy()
        return whole[:cut].reshape(count, self._size, whole.shape[1])

    def rest(self) -> NDArray[np.float32]:
        """What is left, filled up with silence, as one piece; none if nothing is left."""
        if not len(self._left):
            return self.push(self._left)
        missing = np.zeros((self._size - len(self._left), self._left.shape[1]), np.float32)
        return self.push(missing)
