"""Everything that the sandbox adds to the platform, on one page."""

from __future__ import annotations

from maxbooster.plugin import Manifest

manifest = Manifest(name="sandbox", version="0.1.0", title="Sandbox", requires=("distribution",))
