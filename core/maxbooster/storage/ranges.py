"""The Range of a request against a file of known size (RFC 9110 §14)."""

from __future__ import annotations

import re

_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range lies beyond the file: 416."""


def requested(header: str | None, size: int) -> tuple[int, int] | None:
    """`(start, end)` with `end` excluded; None: the whole file, also for what cannot be read or several ranges.

    Raises:
        Unsatisfiable: no byte of the file lies in the range.
    """
    found = _ONE_RANGE.fullmatch(header or "")
    if found is None or found[1] == found[2] == "":
        return None
    first, last = found[1], found[2]
    if not first:
        start, end = max(0, size - int(last)), size
    elif last and int(last) < int(first):
        return None
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    if start >= end:
        raise Unsatisfiable
    return start, end
