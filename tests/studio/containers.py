"""Files whose containers are odd: what was done to each, and what is right."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

import numpy as np
import soundfile

RATE = 8_000
SECONDS = 3.0
TONE = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(int(SECONDS * RATE)) / RATE)
PCM = np.rint(TONE * 32767).astype("<i2").tobytes()


@dataclass(frozen=True)
class Odd:
    """`seconds` that are read, with a notice that has these words in it (none: no notice), or `refused` with them."""

    name: str
    content: bytes
    says: str = ""
    refused: bool = False
    seconds: float = SECONDS


def encoded(container: str, subtype: str | None = None, samples=TONE, rate_hz: int = RATE) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format=container, subtype=subtype)
    return file.getvalue()


def chunk(name: bytes, body: bytes, *, padded: bool = True) -> bytes:
    return name + struct.pack("<I", len(body)) + body + (b"\0" if padded and len(body) % 2 else b"")


def wav(data=PCM, riff=None, length=None, *, before=b"", behind=b"", form=b"RIFF", bits=16, align=2) -> bytes:
    format = struct.pack("<HHIIHH", 1, 1, RATE, RATE * align, align, bits)
    rest = chunk(b"fmt ", format) + before + b"data" + struct.pack("<I", len(data) if length is None else length)
    riff = 4 + len(rest) + len(data) if riff is None else riff
    return form + struct.pack("<I", riff) + b"WAVE" + rest + data + behind


def aiff(frames: int, length: int) -> bytes:
    whole = bytearray(encoded("AIFF", "PCM_16"))
    common, sound = whole.index(b"COMM"), whole.index(b"SSND")
    whole[common + 10 : common + 14] = struct.pack(">I", frames)
    whole[sound + 4 : sound + 8] = struct.pack(">I", length)
    return bytes(whole)


def flac(frames: int) -> bytes:
    whole = bytearray(encoded("FLAC", "PCM_16"))
    whole[21:26] = (int.from_bytes(whole[21:26], "big") >> 36 << 36 | frames).to_bytes(5, "big")
    return bytes(whole)


def pages(content: bytes):
    at = 0
    while at < len(content):
        table = content[at + 26]
        size = 27 + table + sum(content[at + 27 : at + 27 + table])
        yield bytearray(content[at : at + size])
        at += size


def checked(page: bytearray) -> bytes:
    page[22:26] = bytes(4)
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7) & 0xFFFFFFFF if crc & 0x80000000 else crc << 1
    page[22:26] = struct.pack("<I", crc)
    return bytes(page)


def ogg_with_serial(samples, serial: int, subtype: str) -> bytes:
    rate_hz = 8_000 if subtype == "VORBIS" else 48_000
    found = []
    for page in pages(encoded("OGG", subtype, np.repeat(samples, rate_hz // RATE), rate_hz)):
        page[14:18] = struct.pack("<I", serial)
        found.append(checked(page))
    return b"".join(found)


def chained(subtype: str) -> bytes:
    half = len(TONE) // 2
    return ogg_with_serial(TONE[:half], 1, subtype) + ogg_with_serial(TONE[half:], 2, subtype)


def without_end(subtype: str) -> bytes:
    *rest, last = pages(encoded("OGG", subtype))
    last[5] &= ~4
    return b"".join(map(bytes, rest)) + checked(last)


def without_a_page() -> bytes:
    found = list(pages(encoded("OGG", "VORBIS", np.random.default_rng(1).normal(0, 0.1, 20 * RATE))))
    assert len(found) > 5
    return b"".join(bytes(page) for place, page in enumerate(found) if place != 4)


MP3 = encoded("MP3", samples=np.repeat(TONE, 4), rate_hz=32_000)
FRAME = next(at for at in range(len(MP3)) if MP3[at] == 0xFF and MP3[at + 1] & 0xE0 == 0xE0)


def xing(count) -> bytes:
    """The MP3 with another count of frames in its header."""
    whole = bytearray(MP3)
    at = max(whole.find(b"Xing"), whole.find(b"Info"))
    frames = int.from_bytes(whole[at + 8 : at + 12], "big")
    whole[at + 8 : at + 12] = struct.pack(">I", count(frames))
    return bytes(whole)


def mp3_without_header() -> bytes:
    """From the second frame on, where the sound begins."""
    return MP3[MP3.index(b"\xff", max(MP3.find(b"Xing"), MP3.find(b"Info")) + 130) :]


ID3V1 = b"TAG" + bytes(125)
ID3V2 = b"ID3\4\0\0\0\0\0\x7f" + bytes(127)
APE = b"APETAGEX" + struct.pack("<IIII", 2000, 32, 0, 0) + bytes(8)
NOISE = np.random.default_rng(2).bytes(1000).replace(b"\xff", b"\0")
LIST = b"INFO" + chunk(b"INAM", b"x\0y") + b"z"
DS64 = chunk(b"ds64", struct.pack("<QQQI", 72 + len(PCM), len(PCM), len(TONE), 0))
NO_LENGTH = "gives no length"


def _bw64() -> bytes:
    whole = wav(riff=0xFFFF_FFFF, length=0xFFFF_FFFF, form=b"BW64")
    return whole[:12] + DS64 + whole[12:]


ODD = [
    Odd("plain.wav", wav()),
    *(Odd(f"streamed_{length:x}.wav", wav(riff=length, length=length), NO_LENGTH)
      for length in (0, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFDB)),
    Odd("data_zero.wav", wav(length=0), NO_LENGTH),
    Odd("half.wav", wav(length=len(PCM) // 2), "holds more than its header says", refused=True),
    Odd("cut.wav", wav()[:-20_001], "is cut: its header announces 0:03.000", refused=True),
    Odd("list_odd.wav", wav(before=chunk(b"LIST", LIST))),
    Odd("list_unpadded.wav", wav(before=chunk(b"LIST", LIST, padded=False))),
    Odd("list_behind.wav", wav(behind=chunk(b"LIST", LIST))),
    Odd("id3_behind.wav", wav(behind=chunk(b"id3 ", ID3V2))),
    Odd("tag_behind.wav", wav(behind=ID3V1)),
    Odd("zeros_behind.wav", wav(behind=bytes(5_000)), "5000 bytes after the sound"),
    Odd("noise_behind.wav", wav(behind=NOISE), "1000 bytes after the sound"),
    Odd("half_a_frame.wav", wav(PCM + b"\1", length=0xFFFF_FFFF), NO_LENGTH),
    Odd("bw64.wav", _bw64()),
    Odd("24_in_32.wav", wav(b"".join(b"\0\0" + PCM[at : at + 2] for at in range(0, len(PCM), 2)), bits=32, align=4)),
    Odd("no_samples.wav", wav(b""), "has no sound in it", refused=True),
    Odd("no_samples_but_list.wav", wav(b"", behind=chunk(b"LIST", LIST)), "has no sound in it", refused=True),
    Odd("streamed.aiff", aiff(0, 0), NO_LENGTH),
    Odd("streamed_long.aiff", aiff(0x7F00_0000, 0x7F00_0000), NO_LENGTH),
    Odd("half_counted.aiff", aiff(len(TONE) // 2, len(PCM) + 8), "counts 12000 frames"),
    Odd("cut.aiff", encoded("AIFF", "PCM_16")[:-20_000], "is cut", refused=True),
    Odd("plain.caf", encoded("CAF", "PCM_16")),
    Odd("cut.caf", encoded("CAF", "PCM_16")[:-20_000], "is cut", refused=True),
    Odd("plain.flac", flac(len(TONE))),
    Odd("from_pipe.flac", flac(0)),
    Odd("half_counted.flac", flac(len(TONE) // 2), "holds more than its header says"),
    Odd("double.flac", flac(len(TONE) * 2), "can be read up to 0:03.000 of 0:06.000", refused=True),
    Odd("cut.flac", flac(len(TONE))[:-9_000], "is cut", refused=True),
    Odd("tagged.flac", ID3V2 + flac(len(TONE)) + ID3V1),
    *(Odd(f"chained_{subtype}.ogg", chained(subtype), "a chain of 2") for subtype in ("VORBIS", "OPUS")),
    *(Odd(f"no_end_{subtype}.ogg", without_end(subtype), "not marked as the end") for subtype in ("VORBIS", "OPUS")),
    Odd("cut.ogg", encoded("OGG", "VORBIS")[:-1_000], "is cut", refused=True),
    Odd("page_lost.ogg", without_a_page(), "can be read up to", refused=True),
    Odd("tagged.ogg", encoded("OGG", "VORBIS") + ID3V1),
    Odd("plain.mp3", MP3),
    Odd("joined.mp3", MP3 + MP3, "2 MP3s one after another", seconds=6.05),
    Odd("joined_with_tags.mp3", ID3V2 + MP3 + ID3V1 + ID3V2 + MP3 + ID3V1, "2 MP3s one after another", seconds=6.05),
    *(Odd(f"counts_{times}.mp3", xing(lambda frames, times=times: int(frames * times)), "there are")
      for times in (0, 0.5, 2)),
    Odd("no_header.mp3", mp3_without_header(), seconds=3.06),
    Odd("junk_in_front.mp3", NOISE + MP3, "1000 bytes before the sound"),
    Odd("zeros_in_front.mp3", bytes(3_000) + MP3, "3000 bytes before the sound"),
    Odd("junk_inside.mp3", MP3[: len(MP3) // 2] + NOISE + MP3[len(MP3) // 2 :], "are no sound"),
    Odd("tagged.mp3", ID3V2 + MP3 + APE + ID3V1),
    Odd("cut.mp3", MP3[: len(MP3) * 2 // 3], "is cut: its header announces", refused=True),
    Odd("cut_in_a_frame.mp3", mp3_without_header()[:-100], "may be cut", seconds=3.0),
]  # fmt: skip
