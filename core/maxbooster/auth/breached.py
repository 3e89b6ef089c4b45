"""Passwords that have leaked before: a bundled list, and a far longer one that the operator may name."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import BinaryIO

from ..errors import SettingsError

_LINE_BYTES = 128
"""A line has 40 digits, a colon and a count; what is longer is another kind of file."""
_DIGEST = re.compile(rb"[0-9A-F]{40}(?![0-9A-F])")


def is_breached(password: str, blocklist: Path | None = None) -> bool:
    """Whether the password, in any case of its letters, is among the 30 000 leaked ones that zxcvbn brings, or,
    exactly as it is, in `blocklist`.

    `blocklist` is a file in the format "Pwned Passwords, ordered by hash": lines `SHA1HEX:count`, sorted, tens of GB.
    Some forty lines of it are read.

    Raises:
        SettingsError: the file cannot be read, or is in another format.
    """
    return password.casefold() in _bundled() or (blocklist is not None and _is_listed(password, blocklist))


@cache
def _bundled() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def _is_listed(password: str, blocklist: Path) -> bool:
    wanted = sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest().upper().encode()
    try:
        with blocklist.open("rb") as file:
            return _search(file, wanted)
    except OSError as error:
        raise _unusable(blocklist, f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise _unusable(blocklist, str(error)) from error


def _search(file: BinaryIO, wanted: bytes) -> bool:
    """Halve the part of the file in which the wanted line would begin.

    Raises:
        ValueError: a line that was looked at holds no SHA-1.
    """
    low, high = 0, file.seek(0, 2)
    while low < high:
        middle = (low + high) // 2
        start = _line_start(file, middle)
        if start >= high:
            high = middle
            continue
        line = file.readline(_LINE_BYTES)
        found = _DIGEST.match(line.upper())
        if found is None:
            raise ValueError(f"has no SHA-1 at byte {start}")
        if found[0] == wanted:
            return True
        if found[0] < wanted:
            low = start + len(line)
        else:
            high = middle
    return False


def _line_start(file: BinaryIO, position: int) -> int:
    """Go to the first line that begins at `position` or after it."""
    file.seek(max(position - 1, 0))
    if position > 0:
        file.readline(_LINE_BYTES)
    return file.tell()


def _unusable(blocklist: Path, why: str) -> SettingsError:
    return SettingsError(
        f"The file of leaked passwords {str(blocklist)!r} {why}; give MAXBOOSTER_PASSWORD_BLOCKLIST a file of lines"
        " `SHA1HEX:count`, sorted by hash, or nothing.",
        field="core.password_blocklist",
    )
