"""What an operator may set: the section `[distribution]`, or `MAXBOOSTER_DISTRIBUTION__…`."""

from __future__ import annotations

from pathlib import Path

from maxbooster.plugin import PluginSettings


class DistributionSettings(PluginSettings, kw_only=True, frozen=True):
    schemas: Path | None = None
    """The folder of DDEX's schemas, which real stores need; None: `ddex/` in the data folder, where `maxbooster
    distribution schemas add` puts them."""
    poll_s: float = 300.0
    """How often a store is asked for its acknowledgement of a delivery."""
    give_up_days: int = 30
    """How long after its due time an acknowledgement is still waited for."""
    retry_s: float = 30.0
    """After how long a store that cannot be reached is tried again; doubled each time, at most an hour."""
    tries: int = 10
    """How often it is tried before the delivery counts as failed."""
