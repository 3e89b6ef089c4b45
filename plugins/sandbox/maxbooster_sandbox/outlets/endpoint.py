"""Where deliveries go in sandbox mode: every store's endpoint is a login at the simulator."""

from __future__ import annotations

from maxbooster.plugin import Context
from maxbooster_distribution.plugin import Endpoint, Outlet

from ..settings import SandboxSettings
from .place import Place

OUTLET_PARTY_ID = "PADPIDA20261125016"
SENDER_PARTY_ID = "PADPIDA20261125024"
"""Nobody's: for stores whose own is not public, and for senders who have none yet. Test messages only."""


def simulated(ctx: Context, outlet: Outlet) -> Endpoint | None:
    """None when sandbox mode is off."""
    settings, place = ctx.settings(SandboxSettings), Place.of(ctx)
    if not settings.enabled:
        return None
    address = place.address()
    return Endpoint(
        transport="sftp",
        host=address.host if address else "127.0.0.1",
        port=address.port if address else 0,
        host_key=address.host_key if address else "ssh-ed25519 none",
        username=f"{outlet.name}.{ctx.account.hex}",
        password=place.password,
        party_id=outlet.it.party_id or OUTLET_PARTY_ID,
        sender_party_id=SENDER_PARTY_ID,
        sandbox=True,
        live_after_s=settings.answer_after_s + settings.live_after_s,
        poll_s=settings.poll_s,
    )
