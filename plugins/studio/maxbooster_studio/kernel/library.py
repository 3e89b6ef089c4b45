"""The compiled kernel: which build this machine can run, and its functions."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .numbers import LAYOUT, NUMBERS

FOLDER = Path(__file__).parent / "lib"
OVERRIDE = "MAXBOOSTER_KERNEL"
"""An environment variable that names the level to use."""

_SUFFIX = ".dylib" if sys.platform == "darwin" else ".so"
_X86 = ("sse2", "avx2", "avx512")
_INT, _SIZE, _AT = ctypes.c_int32, ctypes.c_size_t, ctypes.c_void_p
_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "kernel_best_level": (_INT, ()),
    "kernel_layout": (_INT, ()),
    "kernel_numbers": (_INT, ()),
    "meter_bytes": (_SIZE, ()),
    "meter_open": (None, (_AT, _INT, _INT, _AT)),
    "meter_push": (_INT, (_AT, _AT, _INT, _AT)),
    "meter_peaks": (None, (_AT, _AT)),
    "master_bytes": (_SIZE, ()),
    "master_open": (None, (_AT, _INT, _AT)),
    "master_set": (None, (_AT, _AT)),
    "master_latency": (_INT, (_AT,)),
    "master_push": (_INT, (_AT, _AT, _INT, _AT)),
    "strips_bytes": (_SIZE, ()),
    "strips_open": (None, (_AT,)),
    "strips_set": (None, (_AT, _INT, _INT, _AT)),
    "groups_push": (_INT, (_AT, _INT, _AT, _INT, _INT, _AT, _INT)),
    "bus_sum": (None, (_AT, _INT, _INT, _INT, _AT)),
    "peaks_bytes": (_SIZE, ()),
    "peaks_open": (None, (_AT, _INT)),
    "peaks_push": (_INT, (_AT, _AT, _INT, _AT)),
    "peaks_rest": (_INT, (_AT, _AT)),
}


def levels() -> tuple[str, ...]:
    """The levels that this machine can run, the widest last."""
    if platform.machine() in ("aarch64", "arm64"):
        return ("aarch64",)
    return _X86[: 1 + int(_functions("sse2").kernel_best_level())]


def level() -> str:
    """The level in use: the widest, or what `MAXBOOSTER_KERNEL` names.

    Raises:
        ValueError: it names one that this machine cannot run.
    """
    return _checked(os.environ.get(OVERRIDE) or levels()[-1])


def functions(chosen: str | None = None) -> Any:
    """The functions of one level, of the one in use by default.

    Raises:
        ValueError: this machine cannot run it.
        OSError: the kernel is not built.
    """
    return _functions(_checked(chosen) if chosen else level())


def state(bytes_needed: int) -> NDArray[np.uint8]:
    """Zeroed memory that begins at a multiple of 64, for a state of the kernel."""
    memory = np.zeros(bytes_needed + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + bytes_needed]


def _checked(chosen: str) -> str:
    if chosen not in levels():
        raise ValueError(f"{OVERRIDE} or level is “{chosen}”: this machine runs {', '.join(levels())}")
    return chosen


@cache
def _functions(chosen: str) -> Any:
    library = _load(chosen)
    if library is None:
        raise OSError(f"{FOLDER / (chosen + _SUFFIX)} is missing: run `make kernel`")
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    if (library.kernel_layout(), library.kernel_numbers()) != (LAYOUT, NUMBERS):
        raise OSError(f"{FOLDER / (chosen + _SUFFIX)} is of another version: run `make kernel`")
    return library


@cache
def _load(chosen: str) -> ctypes.CDLL | None:
    file = FOLDER / (chosen + _SUFFIX)
    return ctypes.CDLL(str(file)) if file.exists() else None
