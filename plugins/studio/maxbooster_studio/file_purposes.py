"""What files of this family are, and who sees them."""

from __future__ import annotations

from maxbooster.plugin import FilePurpose

PREVIEW = FilePurpose(name="studio.preview", title="Preview of a recording", permission="studio.read")
