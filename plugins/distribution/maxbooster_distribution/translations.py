"""What the job tray says; the panel's own texts stand in its code."""

from __future__ import annotations

texts = {
    "en": {
        "job.distribution.begin": "Beginning a delivery",
        "job.distribution.pack": "Packing a release",
        "job.distribution.send": "Sending a release",
        "job.distribution.collect": "Asking a store for its answer",
        "job.distribution.watch": "Watching when a delivery is due",
        "job.on:distribution.tell_live": "Telling that a release is live",
        "job.on:distribution.tell_rejected": "Telling that a release was refused",
        "job.on:distribution.tell_flagged": "Telling that a store reports a problem",
        "job.on:distribution.tell_overdue": "Telling that a store is late",
        "job.royalties.import": "Reading a royalty statement",
    },
}
