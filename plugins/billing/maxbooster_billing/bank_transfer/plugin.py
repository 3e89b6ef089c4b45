"""Everything that payouts by bank transfer add to the platform."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, Panel, PanelExtension, hookimpl

from .settings import BankAccount, BankTransferSettings

if TYPE_CHECKING:
    from maxbooster.plugin import HealthCheck, Routes

    from .provider import BankTransfer

manifest = Manifest(
    name="billing.bank_transfer",
    version="0.1.0",
    title="Bank transfer",
    requires=("billing",),
    settings=BankTransferSettings,
    account_settings=BankAccount,
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from .routes import routes

    return routes


@hookimpl
def register_panels() -> Sequence[Panel]:
    return [
        Panel(
            id="billing.bank_transfers",
            title="Bank transfers",
            icon="landmark",
            route="/billing/transfers",
            order=51,
            tag="mb-billing-transfers",
            module="transfers.js",
            permissions=("payout.execute",),
        )
    ]


@hookimpl
def register_panel_extensions() -> Sequence[PanelExtension]:
    return [
        PanelExtension(
            id="billing.waiting_transfers",
            title="Transfers waiting for a payment file",
            point="billing.money",
            order=10,
            tag="mb-billing-waiting-transfers",
            module="waiting-transfers.js",
            permissions=("payout.execute",),
        )
    ]


@hookimpl
def register_health_checks() -> Sequence[HealthCheck]:
    from .health import checks

    return checks


@hookimpl
def register_static() -> Path:
    return Path(__file__).parents[1] / "static"


@hookimpl
def payment_provider() -> BankTransfer:
    from .provider import BankTransfer

    return BankTransfer()
