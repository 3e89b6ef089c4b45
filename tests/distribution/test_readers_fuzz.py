"""Whatever comes from outside, broken or hostile: it is read, or one error names the file and says why."""

from __future__ import annotations

import io
import json
import struct
import time
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image

from maxbooster.plugin import Invalid
from maxbooster_distribution import document, sample
from maxbooster_distribution.ddex.choreography import Answer, acknowledgement, read_acknowledgement
from maxbooster_distribution.ddex.message import Envelope, Party, written
from maxbooster_distribution.ddex.reading import parse
from maxbooster_distribution.ddex.receiving import read_batch
from maxbooster_distribution.media import audio_facts, cover_facts
from tests.sandbox import batches

from .conftest import wav

pytestmark = pytest.mark.slow
NAME = "ACK_20260105120000000_036000291452.xml"
_FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def acknowledged() -> bytes:
    party = Party("PADPIDA2011072101T", "Spotify")
    envelope = Envelope(
        message_id="1", thread_id="1", created_at=datetime(2026, 1, 5, tzinfo=UTC), sender=party, recipient=party
    )
    answer = Answer(
        message_id="0193a7c2", upc="036000291452", status="ProcessingErrorAtReleaseDistributor",
        file_statuses=("ResourceCorrupt",), text="All noise.", action="ResendXmlOnly",
    )  # fmt: skip
    return written(acknowledgement(envelope, "N_20260105120000000", answer))


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """Bytes changed, put in and taken out, anywhere; cut short."""
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 12))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        match draw(st.sampled_from(["change", "insert", "remove", "repeat"])):
            case "change" if content:
                content[at] = draw(st.integers(0, 255))
            case "insert":
                content[at:at] = draw(st.binary(max_size=8))
            case "remove":
                del content[at : at + draw(st.integers(1, 40))]
            case "repeat":
                content[at:at] = content[at : at + 60]
    return bytes(content[: draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))])


def read_or_said(read: Any, name: str) -> None:
    """It is read, or refused in one line that names the file."""
    said = name
    try:
        read()
    except Invalid as refused:
        said = refused.detail
    assert name in said
    assert "\n" not in said
    assert len(said) < 1000


@_FUZZ
@given(content=damaged(acknowledged()))
def test_acknowledgements_are_read_or_refused(content):
    read_or_said(lambda: read_acknowledgement(parse(content, NAME), NAME), NAME)


@_FUZZ
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: f"<a>{text}</a>".encode())))
def test_anything_is_an_acknowledgement_or_refused(content):
    read_or_said(lambda: read_acknowledgement(parse(content, NAME), NAME), NAME)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
ROOT = "FtpAcknowledgementMessage"
TYPED = {
    "laughing": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><{ROOT}>&l11;</{ROOT}>',
    "laughing attribute": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><{ROOT} b="&l11;"/>',
    "quadratic": f'<!DOCTYPE a [<!ENTITY l "{"x" * 100_000}">]><{ROOT}>{"&l;" * 100_000}</{ROOT}>',
    "a file": f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><{ROOT}>&x;</{ROOT}>',
    "the network": f'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><{ROOT}/>',
    "a parameter": f'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/hostname">%x;]><{ROOT}/>',
    "only a type": f"<!DOCTYPE a><{ROOT}/>",
}
BOMBS = TYPED | {
    "deep": "<a>" * 100_000,
    "deep and whole": "<a>" * 100_000 + "</a>" * 100_000,
    "wide": "<a " + " ".join(f'b{n}=""' for n in range(200_000)) + "/>",
    "large": f"<a>{'x' * 11_000_000}</a>",
    "an unknown encoding": '<?xml version="1.0" encoding="klingon"?><a/>',
    "another encoding than it says": '<?xml version="1.0" encoding="UTF-16"?><a/>',
    "nothing": "",
    "null": "<a>\0</a>",
    "another message": '<x:ManifestMessage xmlns:x="urn:x"/>',
    "no message": "<a/>",
}


@pytest.mark.parametrize("kind", BOMBS)
def test_bombs_are_refused_at_once(kind):
    began = time.monotonic()
    with pytest.raises(Invalid) as refused:
        read_acknowledgement(parse(BOMBS[kind].encode(), NAME), NAME)
    assert NAME in refused.value.detail
    assert len(refused.value.detail) < 400
    assert time.monotonic() - began < 2


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root)


@_FUZZ
@given(data=st.data())
def test_batches_are_read_or_refused(tmp_path_factory, data):
    """A manifest or a message that is damaged anywhere."""
    folder = _batch(tmp_path_factory)
    path = data.draw(st.sampled_from(sorted(folder.rglob("*.xml"))))
    whole = path.read_bytes()
    path.write_bytes(data.draw(damaged(whole)))
    try:
        read_or_said(lambda: read_batch(folder, batches.SCHEMAS), "")
    finally:
        path.write_bytes(whole)


_FOLDERS: list[Any] = []


def _batch(factory: Any) -> Any:
    if not _FOLDERS:
        _FOLDERS.append(batches.deliver(factory.mktemp("fuzz") / "home"))
    return _FOLDERS[0]


@pytest.mark.parametrize("uri", ["x" * 5000, "../../../etc/hostname", "/etc/hostname", "a/" * 3000, "%00", ".", ""])
def test_names_that_lead_nowhere_are_told_as_missing(tmp_path_factory, tmp_path, uri):
    folder = batches.deliver(tmp_path / "home")
    [path] = folder.glob("*/[0-9]*.xml")
    root = etree.fromstring(path.read_bytes())
    for each in root.iter("URI"):
        each.text = uri
    path.write_bytes(_written(root))
    [received] = read_batch(folder, batches.SCHEMAS)
    assert {status for status, _ in received.problems} >= {"SignatureOrHashSumWrongOrMissing"}


# Pictures and sounds


def _picture(format: str, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.effect_noise((40, 40), 60).convert(mode).save(file, format)
    return file.getvalue()


PICTURES = {
    "a.png": _picture("PNG"), "b.jpg": _picture("JPEG"), "c.tif": _picture("TIFF"), "d.gif": _picture("GIF", "P"),
    "e.webp": _picture("WEBP"), "f.bmp": _picture("BMP"),
}  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("name", PICTURES)
def test_covers_are_read_or_refused(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data.draw(damaged(PICTURES[name])))
    read_or_said(lambda: cover_facts(path), name)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png(width: int, height: int, *more: bytes, pixels: bytes = b"") -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + _chunk(b"IDAT", zlib.compress(pixels)) + _chunk(b"IEND", b"")


def _bitmap(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head


def _vast() -> bytes:
    """Small when it is packed."""
    return zlib.compress(bytes(100_000_000))


TOO_LARGE = "claims to be|far larger"
ARTWORK_BOMBS = {
    "claims to be vast": (lambda: _png(100_000, 100_000), TOO_LARGE),
    "claims to be wide": (lambda: _png(2_000_000_000, 1), TOO_LARGE),
    "is just too large": (lambda: _png(8_001, 8_000), TOO_LARGE),
    "has no pixels": (lambda: _png(3000, 3000), "damaged"),
    "has a vast comment": (lambda: _png(10, 10, _chunk(b"zTXt", b"Comment\0\0" + _vast())), "damaged"),
    "has a vast profile": (lambda: _png(10, 10, _chunk(b"iCCP", b"p\0\0" + _vast())), "damaged"),
    "is a bitmap of nothing": (lambda: _bitmap(60_000, 60_000), TOO_LARGE),
    "is a page": (lambda: b"%PDF-1.7", "not a picture"),
    "is a drawing": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a picture"),
}


@pytest.mark.parametrize("kind", ARTWORK_BOMBS)
def test_artwork_bombs_are_refused_at_once(tmp_path, kind):
    path = tmp_path / "cover.png"
    make, words = ARTWORK_BOMBS[kind]
    path.write_bytes(make())
    began = time.monotonic()
    with pytest.raises(Invalid, match=rf"cover\.png.*({words})"):
        cover_facts(path)
    assert time.monotonic() - began < 3


def _sound(format: str) -> bytes:
    file = io.BytesIO()
    data, rate = soundfile.read(io.BytesIO(wav(0.02)))
    soundfile.write(file, data, rate, format=format, subtype="PCM_16")
    return file.getvalue()


SOUNDS = {"a.wav": _sound("WAV"), "b.flac": _sound("FLAC"), "c.aiff": _sound("AIFF")}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("name", SOUNDS)
def test_masters_are_read_or_refused(tmp_path, name, data):
    path = tmp_path / name
    whole = SOUNDS[name]
    head = data.draw(damaged(whole[:120]))
    path.write_bytes(head + whole[120:])
    read_or_said(lambda: audio_facts(path), name)


@_FUZZ
@given(data=st.data())
def test_release_documents_are_read_or_refused(tmp_path, data):
    path = tmp_path / "RELEASE.json"
    whole = json.dumps(json.loads(_example())).encode()
    path.write_bytes(data.draw(damaged(whole)))
    read_or_said(lambda: document.read(path), "RELEASE.json")


def _example() -> bytes:
    import msgspec

    return msgspec.json.encode(sample.example())
