"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from .destination import read
from .models import BankFile, BankOrder


class BankTransferOut(Struct):
    """`waiting` for a payment file, `filed` in one, `executed` or `failed`. Its id is the payout's."""

    id: UUID
    currency: str
    amount: int
    name: str
    destination: str
    state: str
    reason: str
    file: UUID | None
    ordered_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: BankOrder) -> BankTransferOut:
        to = read(row.destination)
        return cls(
            row.id, row.currency, row.amount, to.name, to.shown(), row.state, row.reason, row.file_id, row.ordered_at,
            row.ended_at,
        )  # fmt: skip


class PaymentFileOut(Struct):
    id: UUID
    currency: str
    total: int
    """Minor units."""
    lines: int
    made_at: datetime

    @classmethod
    def of(cls, row: BankFile) -> PaymentFileOut:
        return cls(row.id, row.currency, row.total, row.lines, row.made_at)


class BankFailure(Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
    """What the bank said; the payee reads it."""
