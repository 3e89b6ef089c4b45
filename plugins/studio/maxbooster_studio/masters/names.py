"""What the file of a master is called."""

from __future__ import annotations

from ..audio import Format
from ..recordings.models import Recording
from .models import Master


def file_name(recording: Recording, row: Master, format: Format) -> str:
    """`Nightfall – Spotify.wav`, whatever the title holds."""
    target = str(row.target["title"])
    title = "".join("-" if each in "/\\" else each for each in recording.title).strip() or "Master"
    return f"{title[:180]} – {target.replace('/', '-')}.{format.extension}"
