"""What the job tray says; the panel's own texts stand in its code."""

from __future__ import annotations

texts = {
    "en": {
        "job.billing.pay_out": "Paying out",
        "job.billing.hear_notice": "Hearing from a payment provider",
        "job.on:billing.arrive": "Booking a transfer that has arrived",
        "audit.ledger.posted": "Transaction booked",
        "audit.ledger.received": "Incoming money booked",
        "audit.ledger.reversed": "Transaction reversed",
        "audit.payee.added": "Payee added",
        "audit.payee.changed": "Payee changed",
        "audit.payout.requested": "Payout requested",
        "audit.payout.held": "Payout reserved",
        "audit.payout.sent": "Payout sent",
        "audit.payout.paid": "Payout paid",
        "audit.payout.failed": "Payout failed",
        "audit.split.set": "Split changed",
    },
}
