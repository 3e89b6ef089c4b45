"""What the job tray says; the panel's own texts stand in its code."""

from __future__ import annotations

texts = {
    "en": {
        "job.studio.analyze": "Measuring",
        "job.studio.master": "Mastering",
        "job.studio.render": "Writing a file",
        "grant.studio.master": "Master",
        "job.on:studio.tell_of_comment": "Telling the team of a comment",
        "grant.studio.master.read": "Listen, see the loudness report and the comments",
        "grant.studio.master.comment": "Comment",
        "grant.studio.master.download": "Download the file",
        "event.master.commented": "Comment on a master",
        "event.master.ready": "Master finished",
        "audit.master.begun": "Mastering started",
        "audit.master.commented": "Comment on a master",
        "audit.master.comment_deleted": "Comment on a master deleted",
        "audit.master.ready": "Master finished",
        "audit.master.removed": "Master deleted",
        "audit.master.render_begun": "Export started",
        "audit.master.renamed": "Master renamed",
        "audit.recording.renamed": "Recording renamed",
        "audit.master.rendered": "Master exported",
        "audit.recording.analyzed": "Recording measured",
        "audit.recording.brought": "Recording added for mastering",
        "audit.recording.removed": "Recording removed from mastering",
    },
}
