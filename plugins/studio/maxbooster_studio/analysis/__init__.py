"""What can be said of a recording by measuring it, in one pass."""

from .measuring import Measured, Measuring, Told, measure
from .schemas import Analysis, OctaveBand

__all__ = ["Analysis", "Measured", "Measuring", "OctaveBand", "Told", "measure"]
