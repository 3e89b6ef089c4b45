"""What the job tray says; the panel's own texts stand in its code."""

from __future__ import annotations

texts = {
    "en": {
        "job.billing.pay_out": "Paying out",
        "job.billing.hear_notice": "Hearing from a payment provider",
        "job.billing.seal": "Sealing the books",
        "job.on:billing.arrive": "Booking a transfer that has arrived",
    },
}
