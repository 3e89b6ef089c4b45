"""Mastering: a chain chosen from what was measured, driven to the target, every setting explained."""

from .aim import target_for
from .approach import MOST_CHANNELS, Mastered, master, met
from .explained import number
from .schemas import USUAL_INTENSITY, MasterReport, Reference, Setting, Wishes
from .stream import render

__all__ = [
    "MOST_CHANNELS",
    "USUAL_INTENSITY",
    "MasterReport",
    "Mastered",
    "Reference",
    "Setting",
    "Wishes",
    "master",
    "met",
    "number",
    "render",
    "target_for",
]
