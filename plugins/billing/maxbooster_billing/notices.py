"""What billing tells people of."""

from __future__ import annotations

from maxbooster.plugin import NoticeKind

kinds = (
    NoticeKind(
        name="payout.failed",
        title="A payout failed",
        email="at_once",
        push=True,
        required=True,
        permission="payout.read",
    ),
    NoticeKind(
        name="refund.failed",
        title="A refund failed",
        email="at_once",
        push=True,
        required=True,
        permission="sale.read",
    ),
    NoticeKind(
        name="payment.disputed",
        title="A payment is disputed",
        email="at_once",
        push=True,
        required=True,
        permission="sale.read",
    ),
    NoticeKind(
        name="balance.differs",
        title="The ledger and a payment provider differ",
        email="at_once",
        push=True,
        permission="balance.review",
    ),
    NoticeKind(name="payout.paid", title="A payout was paid", permission="payout.read"),
    NoticeKind(
        name="ledger.proposed",
        title="A ledger posting waits for approval",
        email="at_once",
        push=True,
        permission="ledger.approve",
    ),
)
