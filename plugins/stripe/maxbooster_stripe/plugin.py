"""Everything that Stripe adds to the platform."""

from __future__ import annotations

from maxbooster.plugin import Manifest

manifest = Manifest(name="billing.stripe", version="0.1.0", title="Stripe", requires=("billing",))
