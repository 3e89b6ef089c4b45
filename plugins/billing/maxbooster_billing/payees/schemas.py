"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from maxbooster.plugin import Name

from ..ledger.models import LedgerAccount
from .models import Payee

Destination = Annotated[str, Meta(max_length=200)]
ProviderName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]


class NewPayee(Struct, forbid_unknown_fields=True):
    name: Name
    provider: ProviderName | None = None
    destination: Destination = ""


class PayeeChange(Struct, forbid_unknown_fields=True):
    name: Name
    version: int
    """The version that was read; the change is refused if there is a newer one."""
    provider: ProviderName | None = None
    destination: Destination = ""


class PayeeMade(Struct):
    id: UUID


class Owed(Struct):
    """What is owed to a payee in one currency, in minor units."""

    currency: str
    amount: int
    held: int
    """Of it, what is being paid out."""
    available: int
    """The rest."""
    settled: int
    """Of what is available, as much as has arrived at the bank: it can be paid out now."""
    not_payable: str
    """Why the payee's provider does not pay in this currency, and what to do; empty: it does."""

    @classmethod
    def of(cls, row: LedgerAccount, arrived: Mapping[str, int], not_payable: str) -> Owed:
        available = -row.balance - row.held
        settled = min(available, max(arrived.get(row.currency, 0), 0))
        return cls(row.currency, -row.balance, row.held, available, settled, not_payable)


class PayeeOut(Struct):
    id: UUID
    version: int
    name: str
    provider: str | None
    destination: str
    destination_shown: str
    """As people see it: never all of an account number."""
    added_at: datetime
    owed: list[Owed]

    @classmethod
    def of(cls, row: Payee, shown: str, owed: list[Owed]) -> PayeeOut:
        return cls(row.id, row.version, row.name, row.provider, row.destination, shown, row.added_at, owed)
