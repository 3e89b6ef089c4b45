"""An analysis as it is stored, answered and printed: every key says its unit, and what is not defined is null."""

from __future__ import annotations

from msgspec import Struct


class OctaveBand(Struct, frozen=True):
    hz: float
    """The middle of the band (IEC 61260-1, base two)."""
    level_db: float
    """Its energy beside that of the whole."""


class Analysis(Struct, frozen=True, kw_only=True):
    sample_rate_hz: int
    channels: int
    duration_s: float
    integrated_lufs: float | None
    """ITU-R BS.1770-5; null: nothing lies above the gate, or it is shorter than 400 ms."""
    loudness_range_lu: float | None
    """EBU Tech 3342; null where there is no integrated loudness."""
    max_momentary_lufs: float | None
    max_short_term_lufs: float | None
    """Null for what is shorter than 3 s."""
    true_peak_dbtp: float | None
    """Null: digital silence."""
    sample_peak_dbfs: float | None
    peak_to_loudness_lu: float | None
    """True peak above integrated loudness: how much the peaks stand out."""
    usual_peak_dbfs: float | None
    """The median of the peaks of all 50 ms that are not silent."""
    loud_peak_dbfs: float | None
    """Their 95th percentile."""
    stereo_correlation: float | None
    """+1: both channels are the same, 0: nothing in common, −1: they cancel in mono. Null unless it is stereo."""
    side_level_db: float | None
    """The energy of what differs between the channels beside that of what they share."""
    rumble_db: float | None
    """The energy below 28 Hz beside that of the whole."""
    dc_offset_dbfs: float | None
    """The mean of the channel in which it is largest; null: below −90 dBFS."""
    bands: list[OctaveBand]
    notices: list[str] = []
    """What is odd about the file and how it was read, in sentences."""
