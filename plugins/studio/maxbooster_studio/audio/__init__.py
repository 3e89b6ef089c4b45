"""Reading and writing recordings: streamed, refused in words, never half-written."""

from .formats import FORMATS, Format, format_for, format_named
from .reading import AudioFile, UnreadableAudio, open_audio
from .writing import AudioWriter, written_whole

__all__ = [
    "FORMATS",
    "AudioFile",
    "AudioWriter",
    "Format",
    "UnreadableAudio",
    "format_for",
    "format_named",
    "open_audio",
    "written_whole",
]
