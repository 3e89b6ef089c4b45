"""Many tracks to one stereo bus."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ctypes import Array, byref, c_void_p, sizeof
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .blocks import check_block
from .library import functions, state
from .master import QUANTUM, Master
from .settings import Chain, Strip

GROUP = 8
"""Tracks that the kernel works on at once."""
PIECE = 16_384
"""Frames of one turn of every group."""

Blocks = Sequence[NDArray[np.float32] | None]


class Mix:
    """Strips, their float64 sum in a fixed order, then a chain over the bus. The number of threads does not change
    the result.

    `push` blocks, then `finish`: together exactly as many frames come out as went in, in time with the input. Blocks
    of half a second and more let two threads gain.

    Raises:
        ValueError: the rate is outside 8–384 kHz, there is no strip, or a band lies above what the rate can carry.
    """

    def __init__(
        self,
        rate_hz: int,
        strips: Sequence[Strip],
        bus: Chain | None = None,
        *,
        threads: int = 1,
        level: str | None = None,
    ) -> None:
        if not strips:
            raise ValueError("a mix of no tracks: give at least one strip")
        if threads < 1:
            raise ValueError(f"threads is {threads}: at least 1 works")
        self.rate_hz = rate_hz
        self._channels = [strip.channels for strip in strips]
        self._kernel = functions(level)
        self._groups = [self._open_group() for _ in range(0, len(strips), GROUP)]
        self._parts = np.empty((len(self._groups), PIECE + QUANTUM, 2))
        shares = np.array_split(np.arange(len(self._groups)), min(threads, len(self._groups)))
        self._shares = [range(share[0], share[-1] + 1) for share in shares]
        for track, strip in enumerate(strips):
            self.set(track, strip)
        self._bus = Master(rate_hz, 2, bus or Chain(), level=level)
        self.latency_frames = self._bus.latency_frames
        self._heard = self._given = self._pending = 0
        self._threads = ThreadPoolExecutor(threads, "mix") if threads > 1 else None

    def set(self, track: int, strip: Strip) -> None:
        """Change a strip from the next quantum on; its fader and pan move over one quantum, so nothing clicks.

        Raises:
            ValueError: it has another number of channels than before, or a band lies above what the rate can carry.
        """
        if strip.channels != self._channels[track]:
            raise ValueError(
                f"track {track} has {self._channels[track]} channels, the new strip {strip.channels}: make a new mix"
            )
        numbers = np.array(strip.numbers(self.rate_hz), np.float32)
        group = self._groups[track // GROUP]
        self._kernel.strips_set(group.ctypes.data, track % GROUP, strip.channels, numbers.ctypes.data)

    def push(self, blocks: Blocks) -> NDArray[np.float32]:
        """Hear one block `(frames, channels)` of each track, None where a track is silent; give what is ready of the
        bus, `(frames, 2)`.

        Raises:
            ValueError: not one block for each track, blocks of different lengths, none at all, or one of a wrong shape.
        """
        frames = self._check(blocks)
        contiguous = [None if block is None else np.ascontiguousarray(block) for block in blocks]
        tracks = self._addresses(contiguous)
        ready = [self._run(tracks, start, min(PIECE, frames - start)) for start in range(0, frames, PIECE)]
        self._heard += frames
        self._given += sum(map(len, ready))
        return np.concatenate(ready) if ready else np.zeros((0, 2), np.float32)

    def finish(self) -> NDArray[np.float32]:
        """The rest. Afterwards the mix is at its end."""
        owed = self._heard - self._given
        rest = np.concatenate([self._run(self._addresses([]), 0, QUANTUM), self._bus.finish()])
        if self._threads:
            self._threads.shutdown()
        return rest[:owed]

    def _addresses(self, blocks: Blocks) -> Array[c_void_p]:
        """Where each track's frames lie; NULL for silence, and for what a group has too many."""
        addresses = (None if block is None else block.ctypes.data for block in blocks)
        return (c_void_p * (GROUP * len(self._groups)))(*addresses)

    def _run(self, tracks: Array[c_void_p], start: int, frames: int) -> NDArray[np.float32]:
        """One piece through every group, the groups summed in their order, and through the bus."""
        quanta, self._pending = divmod(self._pending + frames, QUANTUM)
        run = partial(self._run_groups, tracks, start, frames)
        for _ in (self._threads.map if self._threads else map)(run, self._shares):
            pass
        total = np.empty((quanta * QUANTUM, 2), np.float32)
        parts = self._parts
        self._kernel.bus_sum(parts.ctypes.data, len(parts), parts.shape[1], len(total), total.ctypes.data)
        return self._bus.push(total)

    def _run_groups(self, tracks: Array[c_void_p], start: int, frames: int, share: range) -> None:
        groups = (c_void_p * len(share))(*(self._groups[group].ctypes.data for group in share))
        first, parts = byref(tracks, share[0] * GROUP * sizeof(c_void_p)), self._parts[share[0] :]
        self._kernel.groups_push(groups, len(share), first, start, frames, parts.ctypes.data, parts.shape[1])

    def _open_group(self) -> NDArray[np.uint8]:
        group = state(self._kernel.strips_bytes())
        self._kernel.strips_open(group.ctypes.data)
        return group

    def _check(self, blocks: Blocks) -> int:
        if len(blocks) != len(self._channels):
            raise ValueError(f"{len(blocks)} blocks: expected one for each of {len(self._channels)} tracks")
        for block, channels in zip(blocks, self._channels, strict=True):
            if block is not None:
                check_block(block, channels)
        lengths = {len(block) for block in blocks if block is not None}
        if len(lengths) != 1:
            raise ValueError(
                f"blocks of {sorted(lengths)} frames: they must be equally long, and at least one not None"
            )
        return lengths.pop()
