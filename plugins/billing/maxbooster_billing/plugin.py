"""Everything that billing adds to the platform, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, Permission, hookimpl

if TYPE_CHECKING:
    from maxbooster.plugin import PersonalData

manifest = Manifest(
    name="billing",
    version="0.1.0",
    title="Billing",
    permissions=(Permission("ledger.read", "See the books", roles=("owner", "admin", "manager", "artist")),),
    migrations=True,
)


@hookimpl
def register_tables() -> Sequence[type]:
    from .ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction

    return [LedgerAccount, LedgerTransaction, LedgerEntry]


@hookimpl
def register_personal_data() -> Sequence[PersonalData]:
    from .personal import declared

    return declared()
