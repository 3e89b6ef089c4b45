"""What moved the platform's balance at Stripe
(https://docs.stripe.com/api/balance_transactions, https://docs.stripe.com/reports/balance-transaction-types)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Literal, cast

from maxbooster.plugin import Invalid
from maxbooster_billing.plugin import BalanceTransaction

from .amounts import from_stripe

Kind = Literal["payment", "refund", "payout", "fee", "dispute", "transfer", "other"]
KINDS: Final[dict[str, Kind]] = {
    "charge": "payment", "payment": "payment", "refund": "refund", "payment_refund": "refund",
    "refund_failure": "refund", "payout": "payout",
    "payout_cancel": "payout", "payout_failure": "payout", "stripe_fee": "fee", "transfer": "transfer",
    "transfer_refund": "transfer",
}  # fmt: skip
_DISPUTE: Final = "dispute"


def told(line: Any) -> BalanceTransaction:
    """A balance transaction with its source expanded."""
    currency, about = line.currency.upper(), line.description or line.reporting_category
    kind = _DISPUTE if line.reporting_category.startswith(_DISPUTE) else KINDS.get(line.type, "other")
    try:
        amount, fee = from_stripe(currency, line.amount), from_stripe(currency, line.fee)
    except Invalid as fraction:  # no minor unit of ours: the line stays open, and the others are compared
        kind, amount, fee, about = "other", 0, 0, f"{about}: {fraction.detail}"
    return BalanceTransaction(
        id=line.id, kind=kind, order=_order(line), description=about, currency=currency, amount=amount, fee=fee,
        at=datetime.fromtimestamp(line.created, UTC),
    )  # fmt: skip


def _order(line: Any) -> str:
    if line.reporting_category.startswith(_DISPUTE):
        return f"{_DISPUTE}.{line.source.id}"
    metadata = getattr(line.source, "metadata", None)
    return cast(str, getattr(metadata, "key", None) or "")
