"""The sound kernel: measuring, mixing and mastering of float32 audio, with the same bits in the server and the browser.

Blocks are arrays of shape `(frames, channels)`, full scale is 1.0. Whatever the sizes of the blocks, the result is
the same. Calls release the GIL. What is not a sample at the input (NaN, infinities, magnitudes above 1e9) counts as
silence.
"""

from .library import level, levels
from .master import Master
from .meter import Loudness, Meter
from .mix import Mix
from .peaks import Peaks
from .settings import Band, Chain, Compressor, Limiter, Strip

__all__ = [
    "Band",
    "Chain",
    "Compressor",
    "Limiter",
    "Loudness",
    "Master",
    "Meter",
    "Mix",
    "Peaks",
    "Strip",
    "level",
    "levels",
]
