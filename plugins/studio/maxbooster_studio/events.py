"""What the studio tells the rest of the platform."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Event


class RecordingAnalyzed(Event, frozen=True, tag="recording.analyzed"):
    """A recording was measured. Levels are null where it has none (silence)."""

    recording: UUID
    file: UUID
    title: str
    duration_s: float
    sample_rate_hz: int
    channels: int
    integrated_lufs: float | None
    true_peak_dbtp: float | None


class MasterCommented(Event, frozen=True, tag="master.commented"):
    """Somebody commented on a master: a member, or somebody with whom it is shared."""

    master: UUID
    comment: UUID


class MasterReady(Event, frozen=True, tag="master.ready"):
    """A master was rendered into `file`. `met`: whether it reached its target."""

    master: UUID
    recording: UUID
    file: UUID
    title: str
    target: str
    integrated_lufs: float | None
    true_peak_dbtp: float | None
    met: bool
