"""The media type comes from the content, whatever the file is called."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.errors import Invalid
from maxbooster.storage.content import HEAD, media_type
from maxbooster.storage.names import base_name, disposition

_FMT = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 2, 44_100, 176_400, 4, 16)
_MP3_FRAME = b"\xff\xfb\x90\x64" + bytes(413)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"RIFF\x24\0\0\0WAVE" + _FMT + b"data" + bytes(90), "audio/wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64" + bytes(60), "audio/wav"),
        (b"BW64\xff\xff\xff\xffWAVEds64" + bytes(60), "audio/wav"),
        (b"FORM\0\0\0\x2eAIFFCOMM\0\0\0\x12" + bytes(50), "audio/aiff"),
        (b"FORM\0\0\0\x2eAIFCFVER" + bytes(50), "audio/aiff"),
        (b"fLaC\0\0\0\x22\x10\0\x10\0" + bytes(80), "audio/flac"),
        (b"ID3\x03\0\0\0\0\0\x0a" + bytes(100), "audio/mpeg"),
        (b"ID3\x04\0\0\0\0\0\x0a" + bytes(100), "audio/mpeg"),
        (_MP3_FRAME * 3, "audio/mpeg"),
        (b"\xff\xf3\x84\xc4" + bytes(188) + b"\xff\xf3\x84\xc4", "audio/mpeg"),
        (b"OggS\0\x02" + bytes(22) + b"\x01\x1e\x01vorbis" + bytes(50), "audio/ogg"),
        (b"OggS\0\x02" + bytes(22) + b"\x01\x13OpusHead" + bytes(50), "audio/ogg"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom" + bytes(50), "audio/mp4"),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp42isom" + bytes(50), "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(50), "video/quicktime"),
        (b"MThd\0\0\0\x06\0\x01\0\x02\x01\xe0MTrk", "audio/midi"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(60), "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1" + bytes(60), "image/jpeg"),
        (b"\xff\xd8\xff\xe1\0\x10Exif\0\0" + bytes(60), "image/jpeg"),
        (b"GIF89a" + bytes(60), "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(60), "image/webp"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "application/pdf"),
        (b"%PDF-1.7\n1 0 obj\n", "application/pdf"),
        (b'<?xml version="1.0" encoding="UTF-8"?>\n<NewReleaseMessage/>', "application/xml"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<a/>', "application/xml"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>', "image/svg+xml"),
        (b"<!DOCTYPE html>\n<html></html>", "text/html"),
        (b"PK\x03\x04\x14\0\0\0" + bytes(60), "application/zip"),
        (b"hello world, these are lyrics\nof a song\n", "text/plain"),
        ("Größe und Träume\n".encode() * 9000, "text/plain"),
        (b"BM is how these lyrics begin\n", "text/plain"),
        (b"isrc,title,plays\nUSABC,Song,12\nUSABD,Other,9\n", "text/csv"),
        (b"isrc\ttitle\nUSABC\tSong\n", "text/csv"),
        (b"\xef\xbb\xbfisrc;plays\nUSABC;12\n", "text/csv"),
        (b"", "application/octet-stream"),
        (b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + bytes(60), "application/octet-stream"),
        (b"\x7fELF\x02\x01\x01" + bytes(60), "application/octet-stream"),
        (bytes(200), "application/octet-stream"),
        (bytes(range(256)), "application/octet-stream"),
    ],
)
def test_the_type_is_told_from_the_content(head, expected):
    assert media_type(head[:HEAD]) == expected


@given(st.binary(max_size=300))
def test_any_content_has_a_type(head):
    assert "/" in media_type(head)


@given(st.text())
def test_any_name_is_kept_safely_or_refused(given_name):
    try:
        name = base_name(given_name)
    except Invalid:
        return
    assert name
    assert not set(name) & set("/\\\0\r\n")
    assert len(name) <= 255
    header = disposition(name, inline=False)
    assert header.isascii()
    assert header.isprintable()


SOUND = {
    b"BW64\xff\xff\xff\xffWAVEds64": "audio/wav", b"\0\0\0\x1cftypM4A \0\0\2\0": "audio/mp4",
    b"caff\0\1\0\0desc": "audio/x-caf", b"ID3\4\0\0\0\0\0\5\0\0\0\0\0fLaC\0\0\0\x22": "audio/flac",
}  # fmt: skip


@pytest.mark.parametrize("head", SOUND)
def test_recordings_are_told_by_their_first_bytes(head):
    assert media_type(head + bytes(200) + b"\xff") == SOUND[head]
