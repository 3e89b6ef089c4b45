"""What other families and HTTP say of checkouts, a struct for each operation."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from ..currency import LARGEST
from ..ledger.schemas import Currency

LINES_AT_MOST = 100
Amount = Annotated[int, Meta(ge=1, le=LARGEST)]


class NewLine(Struct, frozen=True, kw_only=True):
    """What is bought of one seller: one event and one sale come of it."""

    seller: UUID
    reference: Annotated[str, Meta(min_length=1, max_length=200)]
    """The opener's own name for it, which events repeat."""
    description: Annotated[str, Meta(min_length=1, max_length=200)]
    """What the buyer reads."""
    amount: Amount
    """Minor units, of all of the quantity, after discounts."""
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] = 1


class NewCheckout(Struct, frozen=True, kw_only=True):
    key: Annotated[str, Meta(min_length=1, max_length=100)]
    """The opener's name for it: the same key opens one."""
    currency: Currency
    lines: Annotated[list[NewLine], Meta(min_length=1, max_length=LINES_AT_MOST)]
    return_url: str
    """Where the buyer goes afterwards, whatever came of it."""
    buyer_email: Annotated[str, Meta(max_length=254)] | None = None
    language: Annotated[str, Meta(max_length=35)] = "en"
    """BCP 47: what the buyer reads."""
    provider: str | None = None
    """None: the one that takes payments here."""

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)

    def digest(self) -> bytes:
        return sha256(msgspec.json.encode(self)).digest()


class NewOwnLine(Struct, forbid_unknown_fields=True):
    """What is sold by the account that asks."""

    reference: Annotated[str, Meta(min_length=1, max_length=200)]
    """Your own name for it, which events repeat."""
    description: Annotated[str, Meta(min_length=1, max_length=200)]
    """What the buyer reads."""
    amount: Amount
    """Minor units, of all of the quantity, after discounts."""
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)] = 1


class NewOwnCheckout(Struct, forbid_unknown_fields=True):
    key: Annotated[str, Meta(min_length=1, max_length=100)]
    """Your name for it: the same key opens one."""
    currency: Currency
    lines: Annotated[list[NewOwnLine], Meta(min_length=1, max_length=LINES_AT_MOST)]
    return_url: Annotated[str, Meta(max_length=2000)]
    """Where the buyer goes afterwards, whatever came of it."""
    buyer_email: Annotated[str, Meta(max_length=254)] | None = None
    language: Annotated[str, Meta(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")] = "en"
    """BCP 47: what the buyer reads."""

    def of(self, seller: UUID) -> NewCheckout:
        lines = [NewLine(seller=seller, **msgspec.structs.asdict(line)) for line in self.lines]
        return NewCheckout(
            key=self.key, currency=self.currency, lines=lines, return_url=self.return_url,
            buyer_email=self.buyer_email, language=self.language,
        )  # fmt: skip


class CheckoutAt(Struct):
    id: UUID
    url: str
    """Send the buyer there, and nobody else: whoever has the address sees what is bought."""


class CheckoutOpened(Struct, frozen=True):
    id: UUID
    token: str
    """Whoever knows it may pay: it belongs into the buyer's address, and nowhere else."""
    path: str
    """Where the buyer pays, on this server."""


class CheckoutOut(Struct):
    """What the buyer may know: `open` waits for them at `url`, `processing` for their bank; `paid` and `expired` are
    final."""

    state: str
    currency: str
    amount: int
    lines: list[CheckoutLineOut]
    url: str
    """Where to pay; empty until the provider has answered, and once it's final."""
    failure: str
    """Why it expired before its time."""
    return_url: str


class CheckoutLineOut(Struct):
    description: str
    quantity: int
    amount: int


class DisputeOut(Struct):
    """`inquiry` asks without withholding anything, `needs_response` waits for an answer, `under_review` for the bank;
    `won` and `lost` are final."""

    state: str
    amount: int
    """Minor units of this sale that the buyer's bank wants back."""
    fee: int
    reason: str
    respond_by: datetime | None

    @classmethod
    def of(cls, row: Any) -> DisputeOut:
        return msgspec.convert(row, cls, from_attributes=True)


class SaleOut(Struct):
    id: UUID
    reference: str
    description: str
    quantity: int
    provider: str
    currency: str
    amount: int
    """Minor units that the buyer paid for it."""
    fee: int | None
    """What the provider kept of that; null: not known yet."""
    refunded: int
    refunding: int
    """Minor units of refunds that are on their way."""
    paid_at: datetime
    dispute: DisputeOut | None = None
    """The latest."""

    @classmethod
    def of(cls, row: Any, refunding: int = 0, dispute: Any = None) -> SaleOut:
        return cls(
            row.id, row.reference, row.description, row.quantity, row.provider, row.currency, row.amount, row.fee,
            row.refunded, refunding, row.paid_at, DisputeOut.of(dispute) if dispute is not None else None,
        )  # fmt: skip


class NewRefund(Struct, forbid_unknown_fields=True):
    key: Annotated[str, Meta(min_length=1, max_length=100)]
    """Your name for it: the same key refunds once."""
    reason: Annotated[str, Meta(max_length=500)] = ""
    amount: Amount | None = None
    """Minor units; absent: all that isn't refunded yet."""


class RefundStarted(Struct):
    id: UUID
    job: UUID | None = None
    """Ask `getJob` how far it is; absent if the key was used before."""


class RefundOut(Struct):
    """`sending` waits to be sent, `sent` is on its way, `done` and `failed` are final."""

    id: UUID
    sale: UUID
    amount: int
    reason: str
    state: str
    failure: str
    requested_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Any) -> RefundOut:
        return cls(row.id, row.sale_id, row.amount, row.reason, row.state, row.failure, row.requested_at, row.ended_at)
