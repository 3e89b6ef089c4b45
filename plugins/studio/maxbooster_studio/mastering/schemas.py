"""What was done, and why: in whole sentences, with the measured reason."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from msgspec import Struct

from ..analysis import Analysis
from ..targets import Target

Stage = Literal["intensity", "low_cut", "tone", "compressor", "width", "gain", "limiter", "limit"]

USUAL_INTENSITY = 50


class Reference(Struct, frozen=True):
    """A recording that a master is to resemble."""

    title: str
    analysis: Analysis
    id: UUID | None = None


class Wishes(Struct, frozen=True):
    """What may be asked of a master beside its target. `intensity` in percent: 0 changes only what the target needs, 50
    is usual, 100 goes twice as far."""

    intensity: int = USUAL_INTENSITY
    reference: Reference | None = None

    @property
    def strength(self) -> float:
        return self.intensity / USUAL_INTENSITY


class Setting(Struct, frozen=True):
    """`stage` limit is not a setting but what could not be done."""

    stage: Stage
    title: str
    reason: str


class MasterReport(Struct, frozen=True):
    """A master in numbers. `before` and `after` are the recording and the result."""

    target: Target
    met: bool
    """Whether the integrated loudness is within 0.1 LU of the target and the true peak at or below its ceiling."""
    settings: list[Setting]
    before: Analysis
    after: Analysis
