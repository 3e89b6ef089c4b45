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
        "job.on:distribution.tell_overdue": "Telling that an outlet is late",
        "job.royalties.import": "Importing a royalty statement",
        "audit.statement.taken": "Uploaded a royalty statement",
        "audit.statement.imported": "Imported a royalty statement",
        "audit.statement.repeated": "Imported a royalty statement again on purpose",
        "audit.statement.undone": "Undid a royalty statement",
        "audit.royalty.assigned": "Assigned lines in suspense",
        "audit.royalty.unassigned": "Undid an assignment of lines in suspense",
        "audit.split.set": "Changed a split",
    },
}
