"""What the job tray says; the panel's own texts stand in its code."""

from __future__ import annotations

texts = {
    "en": {
        "job.studio.analyse": "Measuring",
        "job.studio.master": "Mastering",
        "job.studio.render": "Writing a file",
    },
}
