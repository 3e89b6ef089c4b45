"""What the job tray says; the panel's own texts stand in its code."""

from __future__ import annotations

texts = {
    "en": {
        "job.distribution.begin": "Beginning a delivery",
        "job.distribution.pack": "Packing a release",
        "job.distribution.send": "Sending a release",
        "job.distribution.collect": "Asking an outlet for its answer",
        "job.distribution.watch": "Watching when a delivery is due",
        "job.on:distribution.tell_live": "Telling that a release is live",
        "job.on:distribution.tell_rejected": "Telling that a release was refused",
        "job.on:distribution.tell_flagged": "Telling that a store reports a problem",
        "job.on:distribution.tell_overdue": "Telling that an outlet is late",
        "job.royalties.import": "Reading a royalty statement",
        "audit.delivery.retried": "Delivery retried",
        "audit.registrant.changed": "Label details and code prefixes changed",
        "audit.split.set": "Split changed",
        "audit.release.described": "Release details saved",
        "audit.release.identified": "Release codes assigned",
        "audit.release.insert": "Release submitted",
        "audit.release.update": "Release update submitted",
        "audit.release.reactivation": "Reinstatement submitted",
        "audit.release.takedown": "Takedown submitted",
        "audit.release.removed": "Release deleted",
        "audit.royalty.assigned": "Royalty line matched",
        "audit.statement.imported": "Statement imported",
        "audit.statement.taken": "Statement uploaded",
    },
}
