"""MP3 as a sequence of frames (ISO/IEC 11172-3 and 13818-3, Layer III), and what encoders write about it in front.

A file may hold several encodings one after another; each begins with its own header of counts, or with a tag.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .window import Bytes

_KBPS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
DECODER_DELAY = 529
"""What a decoder adds to the encoder's delay."""
_IN_A_ROW = 3
"""So many frames must follow each other before bytes after something foreign count as MP3."""


@dataclass(frozen=True)
class Frame:
    """`samples` per channel."""

    at: int
    length: int
    samples: int
    rate_hz: int
    channels: int
    side_info: int


@dataclass(frozen=True)
class Header:
    """A Xing, Info or VBRI frame. `frames` and `bytes` are the encoder's counts; None: it does not say. `delay` and
    `padding` in samples, None without a LAME tag."""

    frames: int | None = None
    bytes: int | None = None
    delay: int | None = None
    padding: int | None = None


@dataclass
class Encoding:
    """Frames that were encoded together, and where each lies. `junk`: bytes between them that are none. `incomplete`:
    the last frame is shorter than it says and was left out."""

    begin: int
    end: int
    header: Header | None
    first: Frame
    junk: int = 0
    incomplete: bool = False
    places: array[int] = field(default_factory=lambda: array("Q"))
    lengths: array[int] = field(default_factory=lambda: array("H"))

    @property
    def samples(self) -> int:
        return len(self.places) * self.first.samples


def frame_at(data: Bytes, at: int) -> Frame | None:
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, rate, frequency = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or frequency == 3:
        return None
    first, mono = version == 3, head[3] >> 6 == 3
    hz, kbps = _HZ[version][frequency], _KBPS[first][rate]
    length = (144 if first else 72) * kbps * 1000 // hz + (head[2] >> 1 & 1)
    side_info = (17 if mono else 32) if first else (9 if mono else 17)
    crc = 0 if head[1] & 1 else 2
    return Frame(at, length, 1152 if first else 576, hz, 1 if mono else 2, 4 + crc + side_info)


def first_frame(data: bytes) -> int | None:
    """Where MP3 begins in these bytes: several frames of one kind in a row; None: nowhere."""
    return next((at for at in _syncs(data, 0, len(data)) if _follow(data, at, len(data))), None)


def encodings(data: Bytes, begin: int, end: int) -> list[Encoding]:
    """Everything between two places, told apart."""
    found: list[Encoding] = []
    for frame, header, junk in _walk(data, begin, end):
        if not found or header is not None or _differs(frame, found[-1].first):
            if found:
                found[-1].end = frame.at
            found.append(Encoding(frame.at, end, header, frame))
        now = found[-1]
        now.junk += junk
        if header is None and frame.at + frame.length <= end:
            now.places.append(frame.at)
            now.lengths.append(frame.length)
        now.incomplete |= frame.at + frame.length > end
    return [each for each in found if each.places]


def _walk(data: Bytes, at: int, end: int) -> Iterator[tuple[Frame, Header | None, int]]:
    """Frames, the header that each holds, and how many foreign bytes lie before it."""
    junk, last = 0, None
    while at < end - 4:
        frame = frame_at(data, at)
        if frame is None or (last is not None and (frame.rate_hz != last.rate_hz) and not _follow(data, at, end)):
            at, skipped = _resume(data, at, end)
            junk, last = junk + skipped, None
            continue
        header = _header(data, frame)
        yield frame, header, junk
        junk, last = 0, frame
        at += frame.length


def _resume(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """Where it goes on after a tag, or after bytes that are nothing; and how many those are."""
    if data[at : at + 3] == b"TAG":
        return at + 128, 0
    if data[at : at + 3] == b"ID3":
        size = data[at + 6 : at + 10]
        return at + 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3]), 0
    if data[at : at + 8] == b"APETAGEX":
        return at + 32 + int.from_bytes(data[at + 12 : at + 16], "little"), 0
    found = next((each for each in _syncs(data, at + 1, end) if _follow(data, each, end)), end)
    return found, found - at


def _syncs(data: Bytes, at: int, end: int) -> Iterator[int]:
    step = 1 << 16
    while at < end:
        piece = data[at : min(at + step, end)]
        place = piece.find(b"\xff")
        while place >= 0:
            if frame_at(data, at + place) is not None:
                yield at + place
            place = piece.find(b"\xff", place + 1)
        at += len(piece)


def _follow(data: Bytes, at: int, end: int) -> bool:
    """Whether frames of one kind follow each other from here on, or up to the end."""
    first = frame_at(data, at)
    for count in range(_IN_A_ROW):
        frame = frame_at(data, at)
        if frame is None or first is None or frame.rate_hz != first.rate_hz:
            return False
        at += frame.length
        if at >= end:
            return count > 0
    return True


def _differs(frame: Frame, first: Frame) -> bool:
    return (frame.rate_hz, frame.samples, frame.channels) != (first.rate_hz, first.samples, first.channels)


def _header(data: Bytes, frame: Frame) -> Header | None:
    body = data[frame.at : frame.at + min(frame.length, 224)]
    if body[36:40] == b"VBRI":
        return Header(frames=int.from_bytes(body[50:54], "big"), bytes=int.from_bytes(body[46:50], "big"))
    for side_info in (frame.side_info, frame.side_info - 2):  # some encoders forget the checksum's two bytes
        if body[side_info : side_info + 4] in (b"Xing", b"Info"):
            return _xing(body, side_info + 4)
    return None


def _xing(body: bytes, at: int) -> Header:
    flags, at = int.from_bytes(body[at : at + 4], "big"), at + 4
    counts: list[int | None] = []
    for flag, length in ((1, 4), (2, 4), (4, 100), (8, 4)):
        counts.append(int.from_bytes(body[at : at + length], "big") if flags & flag else None)
        at += length if flags & flag else 0
    found = Header(frames=counts[0], bytes=counts[1])
    if body[at : at + 4] in (b"LAME", b"Lavf", b"Lavc", b"L3.9") and len(body) >= at + 24:
        both = int.from_bytes(body[at + 21 : at + 24], "big")
        return replace(found, delay=both >> 12, padding=both & 0xFFF)
    return found
