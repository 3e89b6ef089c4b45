"""What an operator may set: the section `[sandbox]`, or `MAXBOOSTER_SANDBOX__…`."""

from __future__ import annotations

from maxbooster.plugin import PluginSettings


class SandboxSettings(PluginSettings, kw_only=True, frozen=True):
    enabled: bool = False
    """Sandbox mode: outside services are simulated on this machine, and the real ones are out of reach."""
    sftp: str = "127.0.0.1:0"
    """Where the simulated stores' SFTP server listens; port 0 takes a free one."""
    answer_after_s: float = 0.5
    """How soon a simulated store says that it has a delivery."""
    live_after_s: float = 2.0
    """How soon it says that people can hear it."""
    poll_s: float = 0.5
    """How often the platform looks for a simulated store's answers."""
