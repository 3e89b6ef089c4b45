"""What the job tray and the activity page say; the panel's own texts are in its code."""

from __future__ import annotations

texts = {
    "en": {
        "job.billing.pay_out": "Paying out",
        "job.billing.hear_notice": "Checking with the payment provider",
        "job.billing.seal": "Sealing the ledger",
        "job.on:billing.arrive": "Recording an incoming transfer",
        "audit.payee.added": "Added a payee",
        "audit.payee.changed": "Changed how a payee is paid",
        "audit.payout.requested": "Requested a payout",
        "audit.payout.paid": "Payout paid",
        "audit.payout.failed": "Payout failed",
        "audit.ledger.posted": "Posted to the ledger",
        "audit.ledger.received": "Recorded a payment",
        "audit.ledger.reversed": "Reversed a ledger posting",
        "audit.ledger.proposed": "Proposed a ledger posting",
        "audit.ledger.approved": "Approved a ledger posting",
        "audit.ledger.rejected": "Rejected a ledger posting",
        "audit.ledger.sealed": "Sealed the ledger",
        "audit.payment_file.created": "Created a payment file",
        "audit.bank_transfer.executed": "Marked a bank transfer as executed",
        "audit.bank_transfer.failed": "Marked a bank transfer as failed",
    },
}
