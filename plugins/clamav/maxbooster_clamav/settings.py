"""What an operator may set: the section `[clamav]`, or `MAXBOOSTER_CLAMAV__…`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from maxbooster.plugin import PluginSettings


class ClamavSettings(PluginSettings, kw_only=True, frozen=True):
    address: str = ""
    """Where clamd listens: `unix:/run/clamav/clamd.ctl`, or `tcp://127.0.0.1:3310`. Empty: nothing is scanned."""
    unavailable: Literal["hold", "pass"] = "hold"
    """Uploads while clamd doesn't answer wait until it does, or go through unscanned, with an entry in the activity."""
    too_large: Literal["refuse", "pass"] = "refuse"
    """Files beyond `scan_limit_bytes` or clamd's own StreamMaxLength: are refused, or go through unscanned in the same
    way."""
    scan_limit_bytes: Annotated[int, Meta(ge=1)] = 2_000_000_000
    """The largest file that is sent to clamd, whose StreamMaxLength must allow as much."""
    timeout_s: Annotated[float, Meta(gt=0, le=800)] = 120.0
    """How long clamd may take over its answer, once it has the whole file, and for each step before."""

    def __post_init__(self) -> None:
        if self.address and not self.address.startswith(("unix:/", "tcp://")):
            raise ValueError(f"address {self.address!r} must begin with unix:/ or tcp://")
