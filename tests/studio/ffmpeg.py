"""ffmpeg, the meter that is not ours."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Reading:
    """To thousandths; ffmpeg's own summary rounds to tenths."""

    integrated_lufs: float
    true_peak_dbtp: float
    loudness_range_lu: float


def heard(path: Path) -> Reading:
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg, the independent meter, is not installed (Debian: apt install ffmpeg)")
    chain = "ebur128=peak=true:metadata=1,ametadata=print:file=-"
    order = [program, "-hide_banner", "-nostats", "-i", path, "-af", chain, "-f", "null", "-"]
    said = subprocess.run(order, capture_output=True, text=True, check=True).stdout
    last = {key: float(re.findall(rf"lavfi\.r128\.{key}=(\S+)", said)[-1]) for key in ("I", "true_peak", "LRA")}
    return Reading(last["I"], 20 * math.log10(last["true_peak"]), last["LRA"])
