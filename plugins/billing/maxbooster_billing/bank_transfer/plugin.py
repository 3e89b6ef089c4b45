"""Everything that payouts by bank transfer add to the platform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, hookimpl

from .settings import BankTransferSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Context, Routes

    from .provider import BankTransfer

manifest = Manifest(
    name="billing.bank_transfer",
    version="0.1.0",
    title="Payouts by bank transfer",
    requires=("billing",),
    settings=BankTransferSettings,
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from .routes import routes

    return routes


@hookimpl
def payment_provider(ctx: Context) -> BankTransfer:
    from .provider import BankTransfer

    return BankTransfer(ctx.settings(BankTransferSettings))
