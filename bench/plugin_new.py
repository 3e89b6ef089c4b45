"""A new family, from `plugin new` to green tests: a budget, because there is nothing to compare with but patience."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from tests.contract.site import note_installed

from . import places
from .figures import Figure, Pace


def measure(pace: Pace) -> list[Figure]:
    took = [_green_s() for _ in range(pace.rounds)]
    return [
        Figure(
            "new family until its tests are green",
            median(took),
            "s",
            budget=10.0,
            note="write it, find it, run its tests",
        )
    ]


def _green_s() -> float:
    """Write it, put it on the path, and run its tests, on SQLite and on PostgreSQL if there is one."""
    with places.folder() as place:
        environment = os.environ | {"MAXBOOSTER_DATA": str(place / "data"), "PYTHONPATH": str(place / "quay")}

        def run(where: Path, *command: str) -> None:
            subprocess.run(
                [sys.executable, "-m", *command], cwd=where, env=environment, check=True, stdout=subprocess.DEVNULL
            )

        began = time.perf_counter()
        run(place, "maxbooster", "plugin", "new", "quay", "--kind", "family")
        note_installed(place / "quay")
        run(place / "quay", "pytest", "-q", "-p", "no:cacheprovider")
        return time.perf_counter() - began
