"""What goes over HTTP, one struct per operation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta, Struct

from .destination import shown
from .models import EXECUTED, FAILED, FILED, BankFile, BankOrder
from .queries import Sum


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
        name, account = shown(row.destination)
        return cls(
            row.id, row.currency, row.amount, name, account, row.state, row.reason, row.file_id, row.ordered_at,
            row.ended_at,
        )  # fmt: skip


class LeftOut(Struct):
    """A transfer that could not be put into a payment file: it still waits, and can be marked as failed."""

    id: UUID
    name: str
    reason: str


class PaymentFileOut(Struct):
    id: UUID
    currency: str
    total: int
    """Minor units."""
    lines: int
    made_at: datetime
    open: int
    """Of its lines, those whose end is not known yet."""
    open_total: int
    """What those come to, in minor units."""
    executed: int
    failed: int
    left_out: list[LeftOut] = []
    """Where it was just created: what waits on, and why."""

    @classmethod
    def of(cls, row: BankFile, states: Mapping[str, Sum], left_out: Mapping[BankOrder, str] | None = None) -> Self:
        opened, executed, failed = (states.get(state, Sum(0, 0)) for state in (FILED, EXECUTED, FAILED))
        left = [LeftOut(each.id, shown(each.destination)[0], why) for each, why in (left_out or {}).items()]
        return cls(
            row.id, row.currency, row.total, row.lines, row.made_at, opened.orders, opened.amount, executed.orders,
            failed.orders, left,
        )  # fmt: skip


class BankTransferTotal(Struct):
    """What all transfers in one state and currency come to, in minor units."""

    state: str
    currency: str
    transfers: int
    amount: int

    @classmethod
    def of(cls, row: Any) -> BankTransferTotal:
        return cls(row.state, row.currency, row.transfers, int(row.amount))


class BankTransferSetUp(Struct):
    missing: str
    """Why payment files can't be made yet, in words; empty: they can."""


class Executed(Struct):
    transfers: int
    """How many were marked as executed."""


class BankFailure(Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
    """What the bank said; the payee reads it."""
