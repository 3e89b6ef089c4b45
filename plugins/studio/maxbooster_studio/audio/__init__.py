"""Reading and writing recordings: streamed, refused in words, never half-written."""

from .formats import FORMATS, Format, format_for, format_named
from .layout import Layout
from .preview import plays_in_browsers, write_preview
from .reading import AudioFile, open_audio
from .source import UnreadableAudio, shown
from .writing import AudioWriter, written_whole

__all__ = [
    "FORMATS",
    "AudioFile",
    "AudioWriter",
    "Format",
    "Layout",
    "UnreadableAudio",
    "format_for",
    "format_named",
    "open_audio",
    "plays_in_browsers",
    "shown",
    "write_preview",
    "written_whole",
]
