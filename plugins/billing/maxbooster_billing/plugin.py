"""Everything that billing adds to the platform, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maxbooster.plugin import Command, Manifest, Permission, hookimpl

if TYPE_CHECKING:
    from maxbooster.plugin import PersonalData, Routes, Subscription

manifest = Manifest(
    name="billing",
    version="0.1.0",
    title="Billing",
    permissions=(
        Permission("ledger.read", "See the books", roles=("owner", "admin", "manager", "artist")),
        Permission("ledger.write", "Post into the books by hand", roles=("owner", "admin")),
    ),
    commands=(Command("billing", "Prove that the books are right", "maxbooster_billing.commands:billing"),),
    migrations=True,
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from .ledger.routes import routes

    return routes


@hookimpl
def register_subscriptions() -> Sequence[Subscription]:
    from .ledger.transfers import arrive

    return [arrive]


@hookimpl
def register_tables() -> Sequence[type]:
    from .ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction

    return [LedgerAccount, LedgerTransaction, LedgerEntry]


@hookimpl
def register_personal_data() -> Sequence[PersonalData]:
    from .personal import declared

    return declared()
