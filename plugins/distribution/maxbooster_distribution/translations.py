"""What the job tray and the activity page say; the panel's own texts stand in its code."""

from __future__ import annotations

texts = {
    "en": {
        "job.distribution.begin": "Preparing a delivery",
        "job.distribution.pack": "Packaging a release",
        "job.distribution.send": "Sending a release to a store",
        "job.distribution.collect": "Checking a store for its answer",
        "job.distribution.watch": "Checking delivery deadlines",
        "job.on:distribution.tell_live": "Notifying you that a release is live",
        "job.on:distribution.tell_rejected": "Notifying you that a release was rejected",
        "job.on:distribution.tell_flagged": "Notifying you that a store reports a problem",
        "job.on:distribution.tell_overdue": "Notifying you that a store is late",
        "job.royalties.import": "Importing a royalty statement",
        "audit.delivery.retried": "Delivery retried",
        "audit.registrant.changed": "Label details and code prefixes changed",
        "audit.release.described": "Release details saved",
        "audit.release.identified": "Release codes assigned",
        "audit.release.insert": "Release submitted",
        "audit.release.update": "Release update submitted",
        "audit.release.reactivation": "Reinstatement submitted",
        "audit.release.takedown": "Takedown submitted",
        "audit.release.removed": "Release deleted",
        "audit.statement.taken": "Royalty statement uploaded",
        "audit.statement.imported": "Royalty statement imported",
        "audit.statement.repeated": "Royalty statement imported again on purpose",
        "audit.statement.undone": "Royalty statement import undone",
        "audit.royalty.assigned": "Suspense item assigned",
        "audit.royalty.unassigned": "Assignment of a suspense item undone",
        "audit.finding.overridden": "Finding overridden",
        "audit.finding.override_withdrawn": "Override withdrawn",
        "audit.split.set": "Split changed",
    },
}
