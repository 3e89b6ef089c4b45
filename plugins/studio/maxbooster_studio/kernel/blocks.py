"""What a caller hands in, checked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

LONGEST = 1 << 20
"""Frames in one call of the kernel; longer blocks are cut."""


def pieces(block: NDArray[np.float32], channels: int) -> Iterator[NDArray[np.float32]]:
    """The block, contiguous, in pieces that the kernel takes.

    Raises:
        ValueError: it is not float32 of shape (frames, channels).
    """
    check_block(block, channels)
    for start in range(0, len(block), LONGEST):
        yield np.ascontiguousarray(block[start : start + LONGEST])


def check_block(block: NDArray[np.float32], channels: int) -> None:
    if block.dtype != np.float32:
        raise ValueError(f"a block of {block.dtype}: the kernel takes float32, full scale 1.0")
    if block.ndim != 2 or block.shape[1] != channels:
        raise ValueError(f"a block of shape {block.shape}: expected (frames, {channels})")


def check_channels(channels: int, most: int) -> None:
    if not 1 <= channels <= most:
        raise ValueError(f"channels is {channels}: choose 1 to {most}")
