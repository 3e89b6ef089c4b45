"""What can be said of a recording by measuring it, in one pass."""

from .measuring import Measured, Measuring, Progress, measure
from .schemas import Analysis, OctaveBand

__all__ = ["Analysis", "Measured", "Measuring", "OctaveBand", "Progress", "measure"]
