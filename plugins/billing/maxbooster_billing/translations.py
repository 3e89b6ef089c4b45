"""What the job tray and the activity page say; the panel's own texts are in its code."""

from __future__ import annotations

texts = {
    "en": {
        "job.billing.pay_out": "Paying out",
        "job.billing.seal": "Sealing the ledger",
        "job.on:billing.arrive": "Recording an incoming transfer",
        "event.payout.failed": "Payout failed",
        "event.payout.paid": "Payout paid",
        "audit.payee.added": "Payee added",
        "audit.payee.changed": "Payee changed",
        "audit.payout.requested": "Payout requested",
        "audit.payout.held": "Payout reserved",
        "audit.payout.sent": "Payout sent",
        "audit.payout.paid": "Payout paid",
        "audit.payout.failed": "Payout failed",
        "audit.ledger.posted": "Transaction posted",
        "audit.ledger.received": "Incoming payment recorded",
        "audit.ledger.reversed": "Transaction reversed",
        "audit.ledger.proposed": "Manual posting proposed",
        "audit.ledger.approved": "Manual posting approved",
        "audit.ledger.rejected": "Manual posting rejected",
        "audit.ledger.sealed": "Ledger sealed",
        "audit.payout.filed": "Payment file created",
        "audit.payout.file_sealed": "Payment file sealed",
        "audit.payout.file_executed": "Payment file marked as executed",
        "audit.payout.executed": "Bank transfer marked as executed",
        "audit.payout.not_executed": "Bank transfer marked as failed",
    },
}
