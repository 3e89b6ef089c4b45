"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from maxbooster.plugin import Connector

from ..currency import LARGEST
from ..ledger.schemas import Currency
from ..providers.interface import DestinationField, PaysOut, Provider, offers


class NewPayout(Struct, forbid_unknown_fields=True):
    payee: UUID
    currency: Currency
    key: Annotated[str, Meta(min_length=1, max_length=100)]
    """Your name for it: the same key pays once."""
    amount: Annotated[int, Meta(ge=1, le=LARGEST)] | None = None
    """Minor units; absent: all that is owed and has arrived."""


class QuoteIn(Struct, forbid_unknown_fields=True):
    payee: UUID
    currency: Currency
    amount: Annotated[int, Meta(ge=1, le=LARGEST)]
    """Minor units."""


class QuoteOut(Struct):
    """Minor units."""

    amount: int
    """What the payee receives."""
    fee: int
    """What the provider keeps besides."""
    total: int
    """What leaves the bank."""
    destination: str


class PayoutOut(Struct):
    """`held` waits to be sent, `sent` is on its way, `paid` and `failed` are final."""

    id: UUID
    payee: UUID
    payee_name: str
    key: str
    currency: str
    amount: int
    fee: int
    state: str
    reason: str
    provider: str
    destination: str
    """As people see it: never all of an account number."""
    reference: str
    requested_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Any, shown: Callable[[str | None, str], str]) -> PayoutOut:
        return cls(**{**row._mapping, "destination": shown(row.provider, row.destination)})


class PayoutBegun(Struct):
    id: UUID
    job: UUID | None = None
    """Ask `getJob` how far it is; absent if the key was used before."""


class ProviderOut(Struct):
    name: str
    title: str
    offers: list[str]
    destination_hint: str = ""
    destination_fields: list[DestinationField] = []

    @classmethod
    def of(cls, provider: Connector[Provider]) -> ProviderOut:
        it = provider.it
        if not isinstance(it, PaysOut):
            return cls(provider.name, provider.title, offers(it))
        return cls(provider.name, provider.title, offers(it), it.destination_hint, list(it.destination_fields))
