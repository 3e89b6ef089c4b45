"""The table in C is the one that its design gives."""

from __future__ import annotations

import runpy
from pathlib import Path

DSP = Path(__file__).parents[3] / "plugins" / "studio" / "dsp"


def test_the_table_is_what_the_design_gives() -> None:
    assert (DSP / "tables.h").read_text() == runpy.run_path(str(DSP / "design.py"))["table"]()
