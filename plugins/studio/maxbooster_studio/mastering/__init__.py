"""Mastering: a chain chosen from what was measured, driven to the target, every setting explained."""

from .approach import MOST_CHANNELS, Mastered, master, met
from .explained import number
from .schemas import MasterReport, Setting
from .stream import render

__all__ = ["MOST_CHANNELS", "MasterReport", "Mastered", "Setting", "master", "met", "number", "render"]
