"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from ..currency import LARGEST
from ..ledger.schemas import Currency


class NewPayout(Struct, forbid_unknown_fields=True):
    payee: UUID
    currency: Currency
    key: Annotated[str, Meta(min_length=1, max_length=100)]
    """Your name for it: the same key pays once."""
    amount: Annotated[int, Meta(ge=1, le=LARGEST)] | None = None
    """Minor units; absent: all that is owed and has arrived."""


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
    reference: str
    requested_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Any) -> PayoutOut:
        return cls(**row._mapping)


class PayoutBegun(Struct):
    id: UUID
    job: UUID | None = None
    """Ask `getJob` how far it is; absent if the key was used before."""


class ProviderOut(Struct):
    name: str
    title: str
    offers: list[str]
    destination_hint: str = ""


class NoticeTaken(Struct):
    notices: int
