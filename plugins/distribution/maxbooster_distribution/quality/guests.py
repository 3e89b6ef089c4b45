"""Guests who are typed into a title: found, told apart from forts and feet, and taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct

from ..description import joined
from .title import without_all
from .words import listed

_MARK = re.compile(r"(?<!\w)(?:feat\.?|ft\.?|featuring|w/)(?=\s)", re.IGNORECASE)
_AND = re.compile(r",|&|\+|/|(?<!\w)(?:and|x|with)(?!\w)", re.IGNORECASE)
_MOST = 10
"""Marks that are looked at; each costs a pass over the text."""
_CLOSES = {"(": ")", "[": "]"}


class Guests(Struct, frozen=True):
    """A part of a text that names guests: `(feat. A & B)`, `ft. A`."""

    start: int
    end: int
    mark: str
    written: str
    """The names, as they were typed."""
    bracket: str
    """`(`, `[` or nothing."""

    @property
    def well_marked(self) -> bool:
        return bool(self.bracket) and self.mark == "feat."

    def names(self, known: Iterable[str]) -> list[str]:
        """Each name once. A name that is credited is one, even if it has an `&` in it."""
        text, found = self.written, []
        for name in sorted({each for each in known if _AND.search(each)}, key=len, reverse=True):
            at = text.lower().find(name.lower())
            if at >= 0:
                found.append((at, name))
                text = text[:at] + "," * len(name) + text[at + len(name) :]
        found += [(at, name) for at, name in _split(text)]
        return list(dict.fromkeys(name for _, name in sorted(found))) or [self.written]


def _split(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for part in [*_AND.finditer(text), None]:
        end = part.start() if part else len(text)
        if name := text[start:end].strip():
            yield start, name
        start = part.end() if part else end


def guests(text: str) -> list[Guests]:
    """Every part that names guests, in order."""
    found: list[Guests] = []
    for mark in islice(_MARK.finditer(text), _MOST):
        if found and mark.start() < found[-1].end:
            continue
        part = _part(text, mark)
        if part is not None:
            found.append(part)
    return found


def _part(text: str, mark: re.Match[str]) -> Guests | None:
    before = text[: mark.start()].rstrip()
    bracket = before[-1:] if before[-1:] in _CLOSES else ""
    start = len(before) - 1 if bracket else mark.start()
    stop = next((at for at in range(mark.end(), len(text)) if text[at] in "()[]"), len(text))
    written = text[mark.end() : stop].strip()
    if not written or (not bracket and _is_no_guest(before, mark.group(), written)):
        return None
    closed = stop < len(text) and text[stop] == _CLOSES.get(bracket)
    return Guests(start, stop + closed, mark.group(), written, bracket if closed else "")


def _is_no_guest(before: str, mark: str, after: str) -> bool:
    """Ft. Worth is a fort, six ft. are feet, a feat of strength is none; what begins a title names nobody before."""
    if not before:
        return True
    if not mark.lower().startswith("ft"):
        return after.split(maxsplit=1)[0].lower() == "of"
    last, following = before.rsplit(maxsplit=1)[-1].lower(), after.split(maxsplit=1)[0].lower()
    counted = last[-1].isdigit() or last in listed("numbers")
    return counted or following in listed("forts") or following in listed("measures")


def without_guests(text: str) -> str:
    return without_all(text, [(each.start, each.end) for each in guests(text)])


def marked(names: Iterable[str]) -> str:
    return f"(feat. {joined(list(names))})"
