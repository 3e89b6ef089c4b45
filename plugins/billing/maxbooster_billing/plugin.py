"""Everything that billing adds to the platform, on one page."""

from __future__ import annotations

from maxbooster.plugin import Manifest

manifest = Manifest(name="billing", version="0.1.0", title="Billing")
