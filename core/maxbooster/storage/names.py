"""File names: what people may call a file, and how it is said in an HTTP header."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from ..errors import Invalid

LONGEST = 255
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Directional marks can make `exe.gpj` read as `jpg.exe`."""


def base_name(given: str, *, field: str = "name") -> str:
    """The last segment of what was given: some browsers send `C:\\fakepath\\song.wav`, folder uploads `album/song.wav`.

    Raises:
        Invalid: nothing is left, it is longer than 255 characters, or it has control or directional characters.
    """
    name = re.split(r"[/\\]", given)[-1].strip()
    if name in ("", ".", ".."):
        raise Invalid(f"{given[:80]!r} is not a file name.", field=field)
    if len(name) > LONGEST:
        raise Invalid(f"The file name has {len(name)} characters; at most {LONGEST} are kept.", field=field)
    if _BIDI.search(name) or any(unicodedata.category(each) in ("Cc", "Cs") for each in name):
        raise Invalid(f"The file name {name[:80]!r} has invisible control characters; remove them.", field=field)
    return name


def disposition(name: str, *, inline: bool) -> str:
    """Content-Disposition for any name (RFC 6266 §4.3): an ASCII stand-in, and the name itself (RFC 8187)."""
    stand_in = re.sub(r'[^ -~]|["\\%]', "_", name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{stand_in}\"; filename*=UTF-8''{quote(name, safe='')}"
