"""Ogg as pages (RFC 3533): the links of a chain, and how much sound each promises."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from .window import Bytes

_UNSET = (1 << 64) - 1
_BEGINS, _ENDS = 0x02, 0x04
_NUMBERS = struct.Struct("<QII")
"""Granule position, serial number, number of the page."""


@dataclass(frozen=True)
class Page:
    at: int
    end: int
    flags: int
    granule: int
    serial: int
    number: int
    body: int


@dataclass
class Link:
    """What was written in one go: one stream of sound, perhaps with others beside it. `granule` of its last page, in
    frames; `lost`: pages that are missing in between."""

    begin: int
    end: int
    serial: int
    codec: str
    pre_skip: int = 0
    granule: int = 0
    ended: bool = False
    lost: int = 0
    others: int = 0
    number: int = field(default=-1)

    @property
    def frames(self) -> int:
        return max(self.granule - self.pre_skip, 0)


@dataclass(frozen=True)
class Ogg:
    """`cut`: the last page is shorter than it says. `junk`: bytes that belong to no page."""

    links: list[Link]
    cut: bool
    junk: int


def read(data: Bytes, begin: int, end: int) -> Ogg:
    links: list[Link] = []
    cut, at, junk, heads = False, begin, 0, False
    for page in _pages(data, begin, end):
        junk += page.at - at
        at = min(page.end, end)
        if page.end > end:
            cut = True
            break
        if page.flags & _BEGINS:
            _begin(data, links, page, beside=heads)
        elif links:
            _go_on(links[-1], page)
        heads = bool(page.flags & _BEGINS)
        if links:
            links[-1].end = page.end
    return Ogg([each for each in links if each.codec], cut, junk + (0 if cut else end - at))


def _pages(data: Bytes, at: int, end: int) -> Iterator[Page]:
    while at < end:
        head = data[at : at + 27]
        if head[:4] != b"OggS" or (len(head) == 27 and head[4] != 0):
            at = _next_page(data, at + 1, end)
            continue
        if len(head) < 27:
            yield Page(at, end + 1, 0, _UNSET, 0, 0, end)
            return
        body = at + 27 + head[26]
        length = sum(data[at + 27 : body])
        granule, serial, number = _NUMBERS.unpack(head[6:22])
        page = Page(at, body + length, head[5], granule, serial, number, body)
        yield page
        at = page.end


def _next_page(data: Bytes, at: int, end: int) -> int:
    while at < end:
        piece = data[at : min(at + (1 << 16) + 3, end)]
        place = piece.find(b"OggS")
        if place >= 0:
            return at + place
        at += max(len(piece) - 3, 1) if len(piece) > 3 else len(piece)
    return end


def _begin(data: Bytes, links: list[Link], page: Page, *, beside: bool) -> None:
    """A stream begins: in a new link, unless another stream has just begun."""
    codec, pre_skip = _codec(data[page.body : min(page.end, page.body + 64)])
    if not beside or not links:
        links.append(Link(page.at, page.end, page.serial, codec, pre_skip, number=page.number))
    elif links[-1].codec:
        links[-1].others += bool(codec)
    else:
        now = links[-1]
        now.serial, now.codec, now.pre_skip, now.number = page.serial, codec, pre_skip, page.number


def _go_on(link: Link, page: Page) -> None:
    if page.serial != link.serial:
        return
    if page.number > link.number + 1:
        link.lost += page.number - link.number - 1
    link.number = page.number
    if page.granule != _UNSET:
        link.granule = page.granule
    link.ended = bool(page.flags & _ENDS)


def _codec(head: bytes) -> tuple[str, int]:
    """Its name, empty if it is no sound, and what Opus puts in front (RFC 7845 §5.1)."""
    if head[:7] == b"\x01vorbis":
        return "Vorbis", 0
    if head[:8] == b"OpusHead":
        return "Opus", int.from_bytes(head[10:12], "little")
    if head[:5] == b"\x7fFLAC":
        return "FLAC", 0
    return ("Speex", 0) if head[:8] == b"Speex   " else ("", 0)
