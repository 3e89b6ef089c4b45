"""What Stripe says of a dispute (https://docs.stripe.com/api/disputes/object)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Literal

from maxbooster_billing.plugin import DisputeState

from .amounts import from_stripe

EXPANDED: Final = ["payment_intent"]
_STATES: Final[dict[str, Literal["inquiry", "needs_response", "under_review", "won", "lost"]]] = {
    "warning_needs_response": "inquiry", "warning_under_review": "inquiry", "warning_closed": "won",
    "needs_response": "needs_response", "under_review": "under_review", "won": "won", "lost": "lost",
    "prevented": "won",
}  # fmt: skip


def told(dispute: Any) -> DisputeState | None:
    """None: the payment was not made by a checkout of ours."""
    key = getattr(getattr(dispute.payment_intent, "metadata", None), "key", None) or ""
    if not key.startswith("checkout."):
        return None
    currency, due_by = dispute.currency.upper(), dispute.evidence_details.due_by
    taken = [each for each in dispute.balance_transactions if each.amount < 0]
    return DisputeState(
        reference=dispute.id,
        order=key,
        state=_STATES.get(dispute.status, "under_review"),
        currency=currency,
        amount=from_stripe(currency, dispute.amount),
        withheld=bool(taken),
        fee=from_stripe(currency, sum(each.fee for each in taken)),
        reason=dispute.reason.replace("_", " "),
        respond_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
    )
