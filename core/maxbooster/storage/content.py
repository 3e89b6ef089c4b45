"""What a file is, told from its content by puremagic, whatever its name says."""

from __future__ import annotations

import codecs
import csv
import re

import puremagic

from .digest import HEAD

UNKNOWN = "application/octet-stream"

_NAMES = {
    "audio/wave": "audio/wav", "audio/x-wav": "audio/wav", "audio/x-aiff": "audio/aiff", "audio/aiff": "audio/aiff",
    "audio/flac": "audio/flac", "audio/mpeg": "audio/mpeg", "application/ogg": "audio/ogg", "audio/mp4": "audio/mp4",
    "audio/x-midi": "audio/midi", "video/mp4": "video/mp4", "video/quicktime": "video/quicktime",
    "video/webm": "video/webm", "video/x-matroska": "video/x-matroska", "image/png": "image/png",
    "image/jpeg": "image/jpeg", "image/gif": "image/gif", "image/webp": "image/webp", "image/tiff": "image/tiff",
    "image/svg+xml": "image/svg+xml", "text/html": "text/html", "application/xml": "application/xml",
    "application/pdf": "application/pdf", "application/json": "application/json", "application/rtf": "application/rtf",
    "application/gzip": "application/gzip",
}  # fmt: skip
"""puremagic's names → the names that we use. What is not here is `application/octet-stream`."""
_IN_TEXT = ("image/svg+xml", "text/html", "application/xml", "application/json", "application/rtf")
_BINARY_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def media_type(head: bytes) -> str:
    """The media type of a file that begins with `head` (64 KiB of it are enough)."""
    text = _text(head)
    candidates = _candidates(head)
    if text is None:
        found = next((name for name in candidates if name not in _IN_TEXT), None)
        return found or ("audio/mpeg" if _has_mpeg_frames(head) else UNKNOWN)
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    found = next((name for name in candidates if name in _IN_TEXT), None)
    if found is not None:
        return found
    return "text/csv" if _is_table(text) else "text/plain"


def _candidates(head: bytes) -> list[str]:
    """Our names for what it may be, the likeliest first."""
    if head.startswith(b"PK\x03\x04"):
        return ["application/zip"]
    if (sound := _sound(head)) is not None:
        return [sound]
    try:
        matches = puremagic.magic_string(head.removeprefix(codecs.BOM_UTF8))
    except (puremagic.PureError, ValueError):
        return []
    names = ["audio/mp4" if match.extension == ".m4a" else match.mime_type for match in matches]
    return [_NAMES[name] for name in names if name in _NAMES]


def _sound(head: bytes) -> str | None:
    """What puremagic takes for something else."""
    if head.startswith(b"BW64") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp" and head[8:12] in (b"M4A ", b"M4B "):
        return "audio/mp4"
    if head.startswith(b"ID3") and head[_after_id3v2(head) :].startswith(b"fLaC"):
        return "audio/flac"
    return "audio/x-caf" if head.startswith(b"caff") else None


def _after_id3v2(head: bytes) -> int:
    size = head[6:10].ljust(4, b"\0")
    return 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])


def _text(head: bytes) -> str | None:
    """Decoded, if it is text in UTF-8 (a character cut in two at the end is forgiven)."""
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(head) < HEAD or error.start < len(head) - 3:
            return None
        text = head[: error.start].decode("utf-8-sig")
    return text if text.strip() and not _BINARY_CONTROL.search(text) else None


def _is_table(text: str) -> bool:
    """Two lines or more with the same number of fields, two or more, by one of the usual delimiters (RFC 4180)."""
    lines = text.splitlines()
    lines = lines[:-1] if len(lines) > 2 and len(text) >= HEAD // 4 else lines
    sample = [line for line in lines[:20] if line.strip()]
    for delimiter in ",;\t|":
        widths = {len(row) for row in csv.reader(sample, delimiter=delimiter)}
        if len(sample) > 1 and len(widths) == 1 and widths.pop() > 1:
            return True
    return False


_KBPS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def _has_mpeg_frames(head: bytes) -> bool:
    """Two Layer III frames in a row (ISO/IEC 11172-3 §2.4.1.3): an MP3 without an ID3 tag has no other mark."""
    length = _frame_length(head[:4])
    return length > 0 and _frame_length(head[length : length + 4]) > 0


def _frame_length(header: bytes) -> int:
    """In bytes; 0 if it is no Layer III frame header."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, frequency = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or frequency == 3:
        return 0
    kbps = _KBPS[1 if version == 3 else 2][rate]
    samples = 144 if version == 3 else 72
    return samples * kbps * 1000 // _HZ[version][frequency] + (header[2] >> 1 & 1)
